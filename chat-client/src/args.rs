//! The arguments, and what they mean before a connection is made.

use std::env;
use std::path::{Path, PathBuf};
use std::process;

use clap::{ArgAction, Parser};

use crate::link::Server;
use crate::names::{guest, is_room, is_target, nick_for};
use crate::session::Settings;
use crate::tls::{self, Trust};

const PORT: u16 = 6667;
const PORT_TLS: u16 = 6697;

const AFTER_HELP: &str = "\
What you type goes to the desk until you choose another conversation; /help lists the commands; the word exit alone \
leaves. At a terminal, lines are edited with history and completion.

With standard input or output redirected it is a filter: each line of input is sent as if typed, each line of \
conversation is one line of output:
  <alice> text        said to you
  -desk- text         a notice to you
  #room <bob> text    said in a room
  * text              the reply to a command such as /names
Everything else goes to standard error. At the end of the input it waits until the server has answered everything, \
then leaves.

Exit codes:
  0  left normally
  1  connection lost, or closed by the server (the reason is printed)
  2  bad arguments, or an unreadable password file
  3  could not connect
  4  refused at registration: wrong password, banned, nick not accepted

Environment: NO_COLOR turns colours off. History is kept in $XDG_STATE_HOME/chat-client/history; a line typed behind \
a space is not kept.";

/// Talk to a chat server: its desk, its rooms, its people.
#[derive(Debug, Parser)]
#[command(name = "chat-client", version, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The server; IPv6 with a port as [::1]:6667. The port is 6667, with TLS 6697, unless you say another
    #[arg(value_name = "HOST[:PORT]", default_value = "127.0.0.1", value_parser = address)]
    server: (String, Option<u16>),
    /// Speak TLS, with a server that an authority vouches for whom this system trusts
    #[arg(long)]
    tls: bool,
    /// Speak TLS, and trust the certificates in this file and what they have issued instead
    #[arg(long, value_name = "FILE", conflicts_with = "tls_fingerprint")]
    tls_ca: Option<PathBuf>,
    /// Speak TLS, and trust only the server whose certificate has this SHA-256 fingerprint
    #[arg(long, value_name = "DIGITS", value_parser = tls::fingerprint)]
    tls_fingerprint: Option<[u8; 32]>,
    /// The nick to use [default: from $USER, else a guest's]
    #[arg(long, value_name = "NAME", value_parser = nick)]
    nick: Option<String>,
    /// The nick of the desk
    #[arg(long, value_name = "NICK", default_value = "desk", value_parser = nick)]
    desk: String,
    /// Talk to this nick or #room first, instead of the desk; a room is joined
    #[arg(long, value_name = "TARGET", value_parser = target)]
    to: Option<String>,
    /// Read the server's password from the first line of this file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// No colours, even at a terminal
    #[arg(long)]
    pub(crate) no_color: bool,
    /// Connect again after a lost connection; the default at a terminal
    #[arg(long, action = ArgAction::SetTrue, overrides_with = "no_reconnect")]
    reconnect: bool,
    /// Do not connect again after a lost connection; the default in a filter
    #[arg(long, action = ArgAction::SetTrue)]
    no_reconnect: bool,
}

impl Args {
    /// Where to connect, and how.
    ///
    /// # Errors
    /// There is nobody to be trusted with TLS.
    pub(crate) fn server(&self) -> anyhow::Result<Server> {
        let trust = match (&self.tls_ca, self.tls_fingerprint) {
            (Some(file), _) => Some(Trust::Issuers(file)),
            (None, Some(digits)) => Some(Trust::Fingerprint(digits)),
            (None, None) => self.tls.then_some(Trust::System),
        };
        let tls = trust.as_ref().map(tls::config).transpose()?;
        let (host, port) = self.server.clone();
        let port = port.unwrap_or(if tls.is_some() { PORT_TLS } else { PORT });
        Ok(Server { host, port, tls })
    }

    /// What the session is to know.
    ///
    /// # Errors
    /// The password file cannot be read or holds no password.
    pub(crate) fn settings(&self, is_interactive: bool) -> anyhow::Result<Settings> {
        let digits = process::id();
        let user = env::var("USER").unwrap_or_default();
        let spare = || Some(guest(digits));
        Ok(Settings {
            spare_nick: if self.nick.is_some() { None } else { spare() },
            nick: self.nick.clone().unwrap_or_else(|| nick_for(&user, digits)),
            desk: self.desk.clone(),
            to: self.to.clone(),
            password: self.password_file.as_deref().map(password).transpose()?,
            wants_time: is_interactive,
            waits_for_answers: !is_interactive,
            reconnects: self.reconnect || (is_interactive && !self.no_reconnect),
        })
    }
}

fn password(path: &Path) -> anyhow::Result<String> {
    let problem = |why: &str| anyhow::anyhow!("password file {}: {why}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| problem(&error.to_string()))?;
    let first = text.lines().next().unwrap_or_default();
    if first.is_empty() || first.contains('\0') {
        return Err(problem("its first line holds no password"));
    }
    Ok(first.to_owned())
}

fn address(text: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match (text.strip_prefix('['), text.matches(':').count()) {
        (Some(rest), _) => {
            let (host, behind) = rest.split_once(']').ok_or("the ] is missing")?;
            (
                host,
                behind
                    .strip_prefix(':')
                    .or(behind.is_empty().then_some(""))
                    .ok_or("a port follows as ]:6667")?,
            )
        }
        (None, 1) => text.split_once(':').unwrap_or((text, "")),
        // None, or an IPv6 address without brackets.
        (None, _) => (text, ""),
    };
    if host.is_empty() {
        return Err("the host is missing".to_owned());
    }
    if port.is_empty() && !text.ends_with(':') {
        return Ok((host.to_owned(), None));
    }
    match port.parse() {
        Ok(0) | Err(_) => Err(format!("{port:?} is no port: 1 to 65535")),
        Ok(port) => Ok((host.to_owned(), Some(port))),
    }
}

fn target(text: &str) -> Result<String, String> {
    if is_target(text) { Ok(text.to_owned()) } else { Err("not a nick or a #room".to_owned()) }
}

fn nick(text: &str) -> Result<String, String> {
    if is_target(text) && !is_room(text) { Ok(text.to_owned()) } else { Err("not a nick".to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Args, address, password};

    fn at(host: &str, port: Option<u16>) -> Result<(String, Option<u16>), String> {
        Ok((host.to_owned(), port))
    }

    #[test]
    fn the_table_of_arguments_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_host_may_come_with_or_without_a_port() {
        assert_eq!(address("chat.example"), at("chat.example", None));
        assert_eq!(address("chat.example:7001"), at("chat.example", Some(7001)));
        assert_eq!(address("::1"), at("::1", None));
        assert_eq!(address("[::1]"), at("::1", None));
        assert_eq!(address("[::1]:65535"), at("::1", Some(65535)));
    }

    #[test]
    fn tls_has_a_port_of_its_own_and_trusting_somebody_means_tls() {
        let server = |more: &[&str]| {
            let all = ["chat-client"].iter().chain(more);
            let server = Args::parse_from(all).server().unwrap();
            (server.port, server.tls.is_some())
        };
        let digits = "ab".repeat(32);
        assert_eq!(server(&[]), (6667, false));
        assert_eq!(server(&["--tls-fingerprint", &digits]), (6697, true));
        assert_eq!(server(&["chat.example:7000", "--tls-fingerprint", &digits]), (7000, true));
        let both = ["chat-client", "--tls-ca", "x", "--tls-fingerprint", &digits];
        assert!(Args::try_parse_from(both).is_err());
    }

    #[test]
    fn a_bad_address_is_refused() {
        for bad in ["", ":6667", "host:", "host:0", "host:65536", "host:x", "[::1", "[::1]x", "[::1]:"] {
            assert!(address(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_filter_reconnects_only_if_asked_and_a_terminal_unless_asked() {
        let reconnects = |more: &[&str], is_interactive| {
            let all = ["chat-client", "--nick", "anna"].iter().chain(more);
            Args::parse_from(all).settings(is_interactive).unwrap().reconnects
        };
        assert!(reconnects(&[], true) && !reconnects(&["--no-reconnect"], true));
        assert!(!reconnects(&[], false) && reconnects(&["--reconnect"], false));
    }

    #[test]
    fn a_chosen_nick_is_not_replaced_and_a_bad_one_is_a_usage_error() {
        let settings = Args::parse_from(["chat-client", "--nick", "anna"]).settings(false).unwrap();
        assert_eq!((settings.nick.as_str(), settings.spare_nick), ("anna", None));
        assert_eq!(Args::try_parse_from(["chat-client", "--nick", "a b"]).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn the_password_is_the_first_line_of_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        std::fs::write(&path, "se cret\nrest\n").unwrap();
        assert_eq!(password(&path).unwrap(), "se cret");
        std::fs::write(&path, "\nrest\n").unwrap();
        assert!(password(&path).is_err());
        assert!(password(&directory.path().join("none")).is_err());
    }
}
