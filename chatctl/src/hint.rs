//! What people type who know other tools, and what it is called here.
//!
//! Owns the table. clap suggests what is spelled alike; this is for what is not.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Words that are no command, and what does what they mean.
const ELSEWHERE: [(&str, &str); 24] = [
    ("announce", "chatctl say --all TEXT"),
    ("audit", "chatctl list audit"),
    ("broadcast", "chatctl say --all TEXT"),
    ("clients", "chatctl list clients"),
    ("disconnect", "chatctl kick WHO"),
    ("info", "chatctl show WHO, or chatctl status"),
    ("kill", "chatctl kick WHO"),
    ("logs", "chatctl log"),
    ("message", "chatctl say TO TEXT"),
    ("msg", "chatctl say TO TEXT"),
    ("ping", "chatctl status"),
    ("ps", "chatctl list"),
    ("quit", "chatctl stop; to leave the shell, exit"),
    ("rehash", "chatctl reload"),
    ("restart", "systemctl restart chatd"),
    ("rooms", "chatctl list rooms"),
    ("channels", "chatctl list rooms"),
    ("send", "chatctl say TO TEXT"),
    ("shutdown", "chatctl stop"),
    ("start", "systemctl start chatd"),
    ("tail", "chatctl watch, or chatctl log watch"),
    ("users", "chatctl list clients"),
    ("wall", "chatctl say --all TEXT"),
    ("who", "chatctl list clients"),
];

/// What was probably meant by a command that there is not.
pub(crate) fn elsewhere(refusal: &clap::Error) -> Option<&'static str> {
    if refusal.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(typed)) = refusal.get(ContextKind::InvalidSubcommand) else { return None };
    ELSEWHERE.iter().find(|(word, _)| word == typed).map(|(_, command)| *command)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{ELSEWHERE, elsewhere};
    use crate::args::Args;

    #[test]
    fn what_other_tools_call_otherwise_leads_to_a_command_that_exists() {
        for (word, command) in ELSEWHERE {
            let refusal = Args::try_parse_from(["chatctl", word]).unwrap_err();
            assert_eq!(elsewhere(&refusal), Some(command), "{word}");
            let ours = command.split(", or ").filter_map(|one| one.strip_prefix("chatctl "));
            for name in ours.filter_map(|command| command.split([' ', ';']).next()) {
                assert!(Args::command().find_subcommand(name).is_some(), "{command}");
            }
        }
        assert_eq!(elsewhere(&Args::try_parse_from(["chatctl", "nonsense"]).unwrap_err()), None);
    }
}
