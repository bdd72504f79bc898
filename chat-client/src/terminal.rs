//! The face for people: lines are printed above the line being typed. Must leave the terminal as it found it, however
//! the program ends.

use std::env;
use std::io::{self, Write, stdin, stdout};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use rustyline::ExternalPrinter;

use crate::editor::{self, Shared, prepare_history, type_lines};
use crate::effect::{Ending, Shown};
use crate::engine::{Engine, Event, Face, Patience, events};
use crate::link::Server;
use crate::render::Look;
use crate::session::Session;

/// Lines that wait to be printed; when it is full, the engine waits, and through it the server.
const QUEUE: usize = 1024;
/// How long the last lines may take to appear.
const FLUSH_MAX: Duration = Duration::from_millis(500);
/// How long the editor draws a prompt.
const REDRAW_MAX: Duration = Duration::from_millis(20);
/// Back to the beginning of the line, erased; no more bracketed paste, which the editor turned on.
const CLEAR_LINE: &str = "\r\x1b[K\x1b[?2004l";
/// Up and down again: a line for the printer that shows nothing.
const BLANK: &str = "\x1b[A\n";

enum Print {
    Line(String),
    /// Everything before this is on the screen once it is answered.
    Flush(SyncSender<()>),
}

struct Terminal {
    look: Look,
    shared: Arc<Mutex<Shared>>,
    names_version: u64,
    printer: SyncSender<Print>,
    permits: SyncSender<()>,
}

/// Talks until the user leaves or the connection ends for good.
pub(crate) fn run(session: Session, server: Server, look: Look) -> Ending {
    // As it is now, before the editor changes it.
    let saved = tcgetattr(stdin()).ok();
    let (sender, receiver) = events();
    let (ending, mut face) = match Terminal::open(look, &sender) {
        Ok(face) => Engine::new(session, face, server, Patience::default(), (sender, receiver)).run(),
        Err(error) => return Ending::Unreachable(format!("the terminal cannot be used: {error}")),
    };
    face.finish(&ending, saved.as_ref());
    ending
}

impl Terminal {
    fn open(look: Look, events: &SyncSender<Event>) -> rustyline::Result<Self> {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let history = state_home().and_then(|home| prepare_history(&home).ok());
        let mut editor = editor::open(Arc::clone(&shared), history.as_deref())?;
        // A terminal that cannot move its cursor gets its lines as they come.
        let external = editor.create_external_printer().ok();
        let (printer, prints) = sync_channel(QUEUE);
        thread::spawn(move || match external {
            Some(external) => print_above(external, &prints),
            None => print_plainly(&prints),
        });
        // One permit at a time: the engine gives the next when it has the line.
        let (permits, permitted) = sync_channel(1);
        let (typing, events) = (Arc::clone(&shared), events.clone());
        // It may wait for the keyboard for ever, so nobody joins it; `finish` puts the terminal right.
        thread::spawn(move || type_lines(editor, &typing, history.as_deref(), &permitted, &events));
        Ok(Self { look, shared, names_version: 0, printer, permits })
    }

    /// Says why it ends, below everything that came before, and gives the terminal back.
    fn finish(&mut self, ending: &Ending, saved: Option<&Termios>) {
        if let Some(reason) = ending.reason() {
            let _ = self.show(&Shown::Problem(reason.to_owned()));
        }
        let (done, flushed) = sync_channel(1);
        if self.printer.send(Print::Flush(done)).is_ok() {
            // What a stuck terminal has not shown by then it will not show.
            let _ = flushed.recv_timeout(FLUSH_MAX);
            // The editor may still be drawing the prompt once more, and nothing tells when it has; too short a wait
            // costs no line, it only leaves that prompt on the screen.
            thread::park_timeout(REDRAW_MAX);
        }
        if let Some(saved) = saved {
            let _ = tcsetattr(stdin(), SetArg::TCSADRAIN, saved);
        }
        let mut out = stdout().lock();
        let _ = out.write_all(CLEAR_LINE.as_bytes()).and_then(|()| out.flush());
    }
}

impl Face for Terminal {
    fn show(&mut self, shown: &Shown) -> io::Result<()> {
        let line = self.look.line(shown, Timestamp::now());
        self.printer.send(Print::Line(line)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn take_line(&mut self, prompt: String) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).prompt = prompt;
        // A permit that is still there does for this line too.
        let _ = self.permits.try_send(());
    }

    fn learn(&mut self, session: &Session) {
        if self.names_version != session.names_version() {
            self.names_version = session.names_version();
            let names = session.known_names().cloned().collect();
            self.shared.lock().unwrap_or_else(PoisonError::into_inner).names = names;
        }
    }
}

/// Prints above the line being typed, until nobody has anything to print.
fn print_above(mut external: impl ExternalPrinter, prints: &Receiver<Print>) {
    for print in prints {
        let outcome = match print {
            Print::Line(line) => external.print(line + "\n"),
            Print::Flush(done) => {
                // The editor takes one line at a time: when it has taken the second blank, it has drawn all before.
                let outcome =
                    external.print(BLANK.to_owned()).and_then(|()| external.print(BLANK.to_owned()));
                let _ = done.send(());
                outcome
            }
        };
        if outcome.is_err() {
            return;
        }
    }
}

fn print_plainly(prints: &Receiver<Print>) {
    for print in prints {
        let outcome = match print {
            Print::Line(line) => writeln!(stdout().lock(), "{line}"),
            Print::Flush(done) => done.send(()).map_err(|_| io::ErrorKind::BrokenPipe.into()),
        };
        if outcome.is_err() {
            return;
        }
    }
}

/// `$XDG_STATE_HOME`, which counts only if it is absolute (XDG base directory specification), else its default.
fn state_home() -> Option<PathBuf> {
    let given = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    given.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")))
}
