//! The line being typed in the shell: editing, history, completion.
//!
//! Owns the history file, which only its owner may read, and the prompt.

use std::env;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chat_proto::control::{Status, path};
use clap::CommandFactory;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use super::split::{quote, split};
use crate::args::{Args, Options};
use crate::client::{Call, Client};
use crate::complete::{candidates, names::Names};
use crate::input::where_people_look;
use crate::print::text::visible;
use crate::socket;

/// How long the prompt waits for the daemon's name.
const PATIENCE: Duration = Duration::from_millis(500);

/// The editor.
pub(super) struct Prompt {
    editor: Editor<Words, FileHistory>,
    history: Option<PathBuf>,
    text: String,
}

/// Opens the editor with its history; `socket` is where names for completion are asked for.
///
/// # Errors
/// The terminal cannot be used.
pub(super) fn open(socket: Option<PathBuf>) -> rustyline::Result<Prompt> {
    let config = Config::builder().history_ignore_space(true).completion_type(CompletionType::List);
    let config = config.behavior(where_people_look()).build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Words(Names::new(socket))));
    // A history that cannot be kept is no reason not to work.
    let history = state_home().and_then(|home| prepare_history(&home).ok());
    if let Some(path) = &history {
        let _ = editor.load_history(path);
    }
    Ok(Prompt { editor, history, text: String::new() })
}

impl Prompt {
    /// Puts the daemon's name into the prompt, or that there is none.
    pub(super) fn ask_name(&mut self, options: &Options) {
        let name = server_name(options).unwrap_or_else(|| "(not running)".into());
        self.text = format!("chatd {}> ", visible(&name));
    }

    /// The next line.
    ///
    /// # Errors
    /// Ctrl-C, Ctrl-D, or a terminal that fails.
    pub(super) fn read(&mut self) -> rustyline::Result<String> {
        let line = self.editor.readline(&self.text)?;
        // Kept at once, because the program may end while the next one is typed.
        let is_new = self.editor.add_history_entry(&line).unwrap_or(false);
        if let (true, Some(path)) = (is_new, &self.history) {
            let _ = self.editor.append_history(path);
        }
        Ok(line)
    }
}

fn server_name(options: &Options) -> Option<String> {
    let client = Client::new(socket::locate(options.socket.as_deref()).ok()?, PATIENCE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let status = runtime.block_on(client.attempt::<Status>(Call::get("show the status", path::STATUS)));
    Some(status.ok()?.server)
}

/// `$XDG_STATE_HOME`, else `~/.local/state`.
fn state_home() -> Option<PathBuf> {
    let absolute = |key: &str| env::var_os(key).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
}

/// Makes the history file, for its owner's eyes only.
fn prepare_history(state_home: &Path) -> io::Result<PathBuf> {
    let directory = state_home.join("chatctl");
    DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
    let path = directory.join("history");
    OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    Ok(path)
}

/// Completes by the table of commands, and names that the daemon knows.
struct Words(Names);

impl Completer for Words {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let mut split = split(&line[..pos]);
        let current = split.words.pop().unwrap_or_default();
        let mut found =
            candidates(Args::command(), &split.words, &current, &mut |kind| self.0.of(kind)).into_iter();
        let pair = |word: String| Pair { replacement: format!("{} ", quote(&word)), display: word };
        let mut pairs = found.by_ref().map(|one| pair(one.word)).collect::<Vec<_>>();
        if split.words.is_empty() && "exit".starts_with(&current) {
            pairs.push(pair("exit".into()));
        }
        Ok((split.last, pairs))
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::prepare_history;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_history_is_for_its_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let path = prepare_history(home.path()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        prepare_history(home.path()).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(path.parent().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
}
