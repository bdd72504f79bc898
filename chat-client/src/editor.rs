//! The line being typed: editing, history and completion, on a thread of its own. Must never wait for the network.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use crate::commands::COMMANDS;
use crate::engine::Event;

/// How long the next prompt waits for the effect of the last line. Without a limit, a printer that waits for the
/// editor and an editor that waits for the engine could wait for ever.
const SETTLE_MAX: Duration = Duration::from_millis(500);

/// What the editor and the terminal's face share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// The prompt of the next line.
    pub(crate) prompt: String,
    /// Nicks and rooms.
    pub(crate) names: Vec<String>,
}

/// The line editor with our completion.
pub(crate) type LineEditor = Editor<Words, FileHistory>;

/// Completes commands, nicks and rooms.
pub(crate) struct Words {
    shared: Arc<Mutex<Shared>>,
}

/// A line editor with the history loaded.
///
/// # Errors
/// The terminal cannot be used.
pub(crate) fn open(shared: Arc<Mutex<Shared>>, history: Option<&Path>) -> rustyline::Result<LineEditor> {
    let config = Config::builder()
        // A line typed behind a space is not kept: passwords for services are.
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .build();
    let mut editor = LineEditor::with_config(config)?;
    editor.set_helper(Some(Words { shared }));
    if let Some(path) = history {
        // A history that cannot be read is no reason not to talk.
        let _ = editor.load_history(path);
    }
    Ok(editor)
}

/// Reads lines until the user has enough. The first waits for the engine, which gives it once the server has
/// welcomed the user.
pub(crate) fn type_lines(
    mut editor: LineEditor,
    shared: &Mutex<Shared>,
    history: Option<&Path>,
    permits: &Receiver<()>,
    events: &SyncSender<Event>,
) {
    if permits.recv().is_err() {
        return;
    }
    loop {
        let prompt = shared.lock().unwrap_or_else(PoisonError::into_inner).prompt.clone();
        // Both Ctrl-C and Ctrl-D leave; so does a terminal that fails.
        let Ok(line) = editor.readline(&prompt) else { break };
        keep(&mut editor, &line, history);
        if events.send(Event::Typed(line)).is_err() {
            return;
        }
        if permits.recv_timeout(SETTLE_MAX) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
    let _ = events.send(Event::EndOfInput);
}

/// Keeps a line at once, because the program may end while the next one is typed.
fn keep(editor: &mut LineEditor, line: &str, history: Option<&Path>) {
    let is_new = editor.add_history_entry(line).unwrap_or(false);
    if let (true, Some(path)) = (is_new, history) {
        // A full disk costs the history, not the conversation.
        let _ = editor.append_history(path);
    }
}

/// Makes the history file, for its owner's eyes only.
///
/// # Errors
/// The directory or the file cannot be made, or belongs to somebody else.
pub(crate) fn prepare_history(state_home: &Path) -> io::Result<PathBuf> {
    let directory = state_home.join("chat-client");
    DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
    let path = directory.join("history");
    OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    Ok(path)
}

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(candidates(&line[..pos], &shared.names))
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}

/// Where the word before the cursor begins, and what it may become: a command at the beginning of the line or behind
/// `/help`, else a name, with a colon where it addresses somebody.
fn candidates(before: &str, names: &[String]) -> (usize, Vec<String>) {
    let start = before.rfind(' ').map_or(0, |space| space + 1);
    let word = &before[start..];
    let begins = |name: &str| name.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if let (Some(part), 0) = (word.strip_prefix('/'), start) {
        let fits = COMMANDS.iter().filter(|command| command.name.starts_with(part));
        return (start, fits.map(|command| format!("/{} ", command.name)).collect());
    }
    if before.starts_with("/help ") {
        let fits = COMMANDS.iter().filter(|command| command.name.starts_with(word));
        return (start, fits.map(|command| command.name.to_owned()).collect());
    }
    let end = if start == 0 && !word.starts_with('#') { ": " } else { " " };
    let fits = names.iter().filter(|name| !word.is_empty() && begins(name));
    (start, fits.map(|name| format!("{name}{end}")).collect())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{candidates, prepare_history};

    fn names() -> Vec<String> {
        ["#lobby", "Alice", "alina", "bob"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_slash_completes_commands() {
        assert_eq!(candidates("/j", &names()), (0, vec!["/join ".to_owned()]));
        assert_eq!(candidates("/help to", &names()), (6, vec!["to".to_owned(), "topic".to_owned()]));
    }

    #[test]
    fn names_complete_without_regard_to_case() {
        assert_eq!(candidates("/msg AL", &names()), (5, vec!["Alice ".to_owned(), "alina ".to_owned()]));
        assert_eq!(candidates("/part #l", &names()), (6, vec!["#lobby ".to_owned()]));
    }

    #[test]
    fn a_name_at_the_beginning_of_a_line_is_an_address() {
        assert_eq!(candidates("b", &names()), (0, vec!["bob: ".to_owned()]));
        assert_eq!(candidates("", &names()), (0, Vec::new()));
    }

    #[test]
    fn a_word_of_many_bytes_is_compared_without_cutting_characters() {
        assert_eq!(candidates("hé €", &["aé".to_owned()]), (4, Vec::new()));
    }

    #[test]
    fn the_history_is_for_its_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let path = prepare_history(home.path()).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        prepare_history(home.path()).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
