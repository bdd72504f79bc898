//! The terminal while a full-screen view has it: keys instead of lines, the other screen, no cursor.
//!
//! Owns giving it back as it was, whatever ends the program: the end of the view, a signal that is waited for, a panic.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;

/// The other screen, empty, without a cursor, and lines that do not wrap (xterm's control sequences).
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE: &[u8] = b"\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

/// Bytes of keys that are read at once.
const KEYS: usize = 256;

/// The terminal, until this is dropped.
pub(super) struct Terminal {
    /// The terminal, read as a pipe is: AsyncFd would need unsafe code.
    keyboard: Receiver,
    restore: Arc<Restore>,
}

/// What it takes to give the terminal back.
struct Restore {
    tty: File,
    /// How it was; none once it has been given back.
    was: Mutex<Option<Termios>>,
}

impl Terminal {
    /// Takes the terminal that the process was started from.
    pub(super) fn take() -> io::Result<Self> {
        // Not standard input: its flags are shared with whoever has it too, and keys must not be waited for.
        Self::take_at(Path::new("/dev/tty")).or_else(|_| Self::take_at(Path::new("/dev/stdin")))
    }

    fn take_at(path: &Path) -> io::Result<Self> {
        let tty = OpenOptions::new().read(true).write(true).custom_flags(nonblocking()).open(path)?;
        let was = tcgetattr(&tty)?;
        let mut raw = was.clone();
        cfmakeraw(&mut raw);
        let restore = Arc::new(Restore { tty: tty.try_clone()?, was: Mutex::new(Some(was)) });
        let keyboard = Receiver::from_file_unchecked(tty)?;
        tcsetattr(&restore.tty, SetArg::TCSADRAIN, &raw)?;
        let terminal = Self { keyboard, restore };
        terminal.restore.write(ENTER)?;
        let (before, restore) = (std::panic::take_hook(), Arc::clone(&terminal.restore));
        std::panic::set_hook(Box::new(move |panic| {
            // Before the message, which would go with the other screen.
            restore.give_back();
            before(panic);
        }));
        Ok(terminal)
    }

    /// The bytes of the next keys; none when the terminal is gone.
    pub(super) async fn keys(&mut self) -> io::Result<Vec<u8>> {
        let mut keys = [0; KEYS];
        let length = self.keyboard.read(&mut keys).await?;
        Ok(keys[..length].to_vec())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.restore.give_back();
        if !std::thread::panicking() {
            // Ours goes, and the one that every program begins with is back.
            drop(std::panic::take_hook());
        }
    }
}

impl Restore {
    fn give_back(&self) {
        if let Some(was) = self.was.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // There is nobody left to tell when this fails, here and below.
            let _ = self.write(LEAVE);
            let _ = tcsetattr(&self.tty, SetArg::TCSADRAIN, &was);
        }
    }

    /// A terminal takes so few bytes at once, or it is gone.
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.tty).write_all(bytes)
    }
}

fn nonblocking() -> i32 {
    nix::fcntl::OFlag::O_NONBLOCK.bits() | nix::fcntl::OFlag::O_NOCTTY.bits()
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    use nix::pty::openpty;

    use super::*;

    /// Takes a terminal, does `work` with it, and returns what the terminal was told; it must be as it was then.
    fn told(work: impl FnOnce(Terminal)) -> String {
        let pair = openpty(None, None).unwrap();
        let was = tcgetattr(&pair.slave).unwrap();
        let path = nix::unistd::ttyname(&pair.slave).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let taken = runtime.enter();
        let terminal = Terminal::take_at(&path).unwrap();
        assert_ne!(tcgetattr(&pair.slave).unwrap(), was);
        work(terminal);
        drop(taken);
        assert_eq!(tcgetattr(&pair.slave).unwrap(), was);
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
        let mut told = [0; 4096];
        let length = File::from(pair.master).read(&mut told).unwrap();
        String::from_utf8(told[..length].to_vec()).unwrap()
    }

    // One test, because there is one hook for panics in a process.
    #[test]
    fn the_terminal_is_given_back_at_the_end_and_on_a_panic_and_once_only() {
        let (enter, leave) = (std::str::from_utf8(ENTER).unwrap(), std::str::from_utf8(LEAVE).unwrap());
        assert_eq!(told(drop), format!("{enter}{leave}"));
        let panics = |terminal| {
            let panicked = catch_unwind(AssertUnwindSafe(move || {
                let _terminal = terminal;
                panic!("on purpose");
            }));
            assert!(panicked.is_err());
        };
        assert_eq!(told(panics), format!("{enter}{leave}"));
    }
}
