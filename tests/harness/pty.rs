//! A program at a terminal, as the person in front of it sees it: a screen, a keyboard, a deadline.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Instant;

use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{Termios, tcgetattr};
use nix::unistd::{Pid, ttyname};

use super::daemon::Daemon;
use super::glob::glob;
use super::wait::{DEADLINE, until};

const ROWS: u16 = 40;
const COLUMNS: u16 = 100;

/// Chunks of output that wait to be drawn; when it is full, the program waits as it would for a slow terminal.
const QUEUE: usize = 256;

/// A program in a pseudo-terminal. Dropping it kills it.
pub(crate) struct Pty {
    name: String,
    child: Child,
    keyboard: File,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    at_first: Termios,
    /// Its device.
    path: PathBuf,
    /// Bytes drawn so far.
    bytes: usize,
}

impl Pty {
    /// The users' client at a terminal; `more` is what else it is told. Its history is kept for the next with this daemon.
    #[track_caller]
    pub(crate) fn chat_client(daemon: &Daemon, nick: &str, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-client"));
        command.env_clear().env("XDG_STATE_HOME", daemon.path("home"));
        command.arg(format!("127.0.0.1:{}", daemon.irc_port())).args(["--nick", nick]).args(more);
        Self::run(nick, command)
    }

    /// A chatctl at a terminal of the oldest size there is.
    #[track_caller]
    pub(crate) fn chatctl(daemon: &Daemon, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chatctl"));
        command.env_clear().arg("-s").arg(daemon.socket()).args(arguments);
        Self::run_sized("chatctl", command, 24, 80)
    }

    /// Any program.
    #[track_caller]
    pub(crate) fn run(name: &str, command: Command) -> Self {
        Self::run_sized(name, command, ROWS, COLUMNS)
    }

    #[track_caller]
    fn run_sized(name: &str, mut command: Command, rows: u16, columns: u16) -> Self {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let pair = openpty(Some(&size), None).unwrap();
        let at_first = tcgetattr(&pair.master).unwrap();
        let path = ttyname(&pair.slave).unwrap();
        command.env("TERM", "xterm").stdin(pair.slave.try_clone().unwrap());
        command.stdout(pair.slave.try_clone().unwrap()).stderr(pair.slave);
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        let keyboard = File::from(pair.master);
        let output = chunks_of(keyboard.try_clone().unwrap());
        let screen = parser(rows, columns);
        Self { name: name.into(), child, keyboard, output, screen, at_first, path, bytes: 0 }
    }

    /// Presses these keys.
    #[track_caller]
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line and presses Enter.
    #[track_caller]
    pub(crate) fn enter(&mut self, line: &str) {
        self.press(&format!("{line}\r"));
    }

    /// Waits until some row fits; the row.
    #[track_caller]
    pub(crate) fn shows(&mut self, pattern: &str) -> String {
        self.wait(&format!("a row {pattern:?}"), |rows, _| {
            rows.iter().find(|row| glob(pattern, row)).cloned()
        })
    }

    /// Waits until so many rows fit.
    #[track_caller]
    pub(crate) fn shows_often(&mut self, pattern: &str, count: usize) {
        let often = |rows: &[String]| rows.iter().filter(|row| glob(pattern, row)).count() >= count;
        self.wait(&format!("{count} rows {pattern:?}"), |rows, _| often(rows).then_some(()));
    }

    /// Waits until the row with the cursor fits, the cursor at its end.
    #[track_caller]
    pub(crate) fn shows_input(&mut self, pattern: &str) -> String {
        self.wait(&format!("{pattern:?} being typed"), |rows, (row, column)| {
            let line = &rows[usize::from(row)];
            (glob(pattern, line.trim_end()) && line.trim_end().chars().count() <= usize::from(column))
                .then(|| line.clone())
        })
    }

    /// Waits until this row, counted from 0, fits.
    #[track_caller]
    pub(crate) fn shows_at(&mut self, row: usize, pattern: &str) {
        self.wait(&format!("{pattern:?} in row {row}"), |rows, _| {
            glob(pattern, rows.get(row)?).then_some(())
        });
    }

    /// Changes the size of the terminal and says so, as a window does.
    #[track_caller]
    pub(crate) fn resize(&mut self, rows: u16, columns: u16) {
        let size =
            [("rows", rows), ("cols", columns)].map(|(name, size)| [name.to_owned(), size.to_string()]);
        let stty = Command::new("stty").arg("-F").arg(&self.path).args(size.as_flattened()).status();
        assert!(stty.unwrap().success());
        let (rows, columns) = (NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap());
        self.screen.screen_mut().set_size(rows, columns);
        self.signal(Signal::SIGWINCH);
    }

    /// Sends the program a signal.
    #[track_caller]
    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    /// How many bytes it has sent to the terminal, as far as they are drawn.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    fn draw(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len();
        self.screen.process(chunk);
    }

    /// All rows that have something in them, as far as they are drawn.
    pub(crate) fn rows(&mut self) -> Vec<String> {
        while let Ok(chunk) = self.output.try_recv() {
            self.draw(&chunk);
        }
        rows_of(&self.screen)
    }

    /// Waits for its end and draws what it has left; the exit status.
    #[track_caller]
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        loop {
            match self.output.recv_timeout(DEADLINE) {
                Ok(chunk) => self.draw(&chunk),
                Err(RecvTimeoutError::Disconnected) => {
                    break until(&format!("end of {}", self.name), || self.child.try_wait().unwrap()).code();
                }
                Err(RecvTimeoutError::Timeout) => self.fail("does not end"),
            }
        }
    }

    /// The terminal is as the program found it: its line discipline, and no mode of the screen left on.
    #[track_caller]
    pub(crate) fn is_as_it_was(&mut self) {
        let now = tcgetattr(&self.keyboard).unwrap();
        assert_eq!(now, self.at_first, "{} has left the terminal changed", self.name);
        let screen = self.screen.screen();
        assert!(!screen.bracketed_paste() && !screen.hide_cursor() && !screen.alternate_screen());
    }

    #[track_caller]
    fn wait<T>(&mut self, what: &str, look: impl Fn(&[String], (u16, u16)) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(&rows_of(&self.screen), self.screen.screen().cursor_position()) {
                return found;
            }
            match self.output.recv_timeout(DEADLINE.saturating_sub(begun.elapsed())) {
                Ok(chunk) => self.draw(&chunk),
                Err(RecvTimeoutError::Disconnected) => self.fail(&format!("has ended without {what}")),
                Err(RecvTimeoutError::Timeout) => self.fail(&format!("does not show {what}")),
            }
        }
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        let mut rows = rows_of(&self.screen);
        while rows.last().is_some_and(|row| row.trim().is_empty()) {
            rows.pop();
        }
        panic!("{} {what}\nits screen:\n  {}", self.name, rows.join("\n  "));
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // It may have ended before; then there is only its status to be collected.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parser(rows: u16, columns: u16) -> vt100::Parser {
    vt100::Parser::new(NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap(), 0)
}

fn rows_of(screen: &vt100::Parser) -> Vec<String> {
    let (_, columns) = screen.screen().size();
    screen.screen().rows(0, columns.into()).collect()
}

/// Reads on a thread that ends with the last program at the terminal, or with whoever draws.
fn chunks_of(mut output: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(QUEUE);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        // The end of a pseudo-terminal is an error (EIO).
        while let Ok(count @ 1..) = output.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}
