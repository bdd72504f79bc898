//! Completion scripts.
//!
//! Owns the choice between ours, which ask chatctl at each press of the key, and those made once from the table of commands.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;
use crate::complete::{candidates, names::Names};
use crate::print::Screen;
use crate::shell::split;

/// The completion script for a shell, as `chatctl completion` prints it.
#[must_use]
pub fn script(shell: Shell) -> Vec<u8> {
    match shell {
        Shell::Bash => include_bytes!("completion/chatctl.bash").to_vec(),
        Shell::Zsh => include_bytes!("completion/chatctl.zsh").to_vec(),
        Shell::Fish => include_bytes!("completion/chatctl.fish").to_vec(),
        other => {
            // By way of memory, because the generator panics when it cannot write.
            let mut script = Vec::new();
            clap_complete::generate(other, &mut Args::command(), "chatctl", &mut script);
            script
        }
    }
}

/// Prints what may stand at the end of `typed`, the words behind the program's name as the shell has them: a word, a tab and what it
/// means on each line.
pub(crate) fn answer(typed: &[String], screen: &mut Screen<'_>) -> std::io::Result<()> {
    // A word comes with the quotes that were typed, the last one with a quote that is still open.
    let bare = |word: &String| split::split(word).words.concat();
    let mut words = typed.iter().map(bare).collect::<Vec<_>>();
    let current = words.pop().filter(|last| last != "=").unwrap_or_default();
    let names = Names::new(socket_among(&words));
    let found = candidates(Args::command(), &words, &current, &mut |kind| names.of(kind));
    found.iter().try_for_each(|one| {
        let help = one.help.lines().next().unwrap_or_default();
        screen.tabbed(&one.word, help)
    })
}

/// The socket that the unfinished command line names.
fn socket_among(words: &[String]) -> Option<std::path::PathBuf> {
    let named = words.windows(2).find(|pair| matches!(pair[0].as_str(), "-s" | "--socket"));
    let joined = || words.iter().find_map(|word| word.strip_prefix("--socket="));
    named.map(|pair| pair[1].as_str()).or_else(joined).map(Into::into)
}
