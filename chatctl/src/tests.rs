//! Whole commands against a daemon made of canned answers.

pub(crate) mod answers;
mod asking;
mod configuration;
mod ending;
mod exits;
mod output;
mod script;
mod server;
mod watching;

use std::ffi::OsString;
use std::io::{self, Cursor, Write};
use std::path::Path;

use jiff::tz::TimeZone;

use crate::input::Input;
use crate::print::Surface;

/// What a command left behind.
struct Ran {
    code: u8,
    out: String,
    err: String,
}

/// Runs `chatctl -s SOCKET WORDS…` as if stdout were a pipe and stdin empty.
fn ran(socket: &Path, words: &[&str]) -> Ran {
    ran_with(socket, words, "")
}

/// The same with this on stdin.
fn ran_with(socket: &Path, words: &[&str], stdin: &str) -> Ran {
    let mut out = Vec::new();
    let (code, err) = ran_into(socket, words, stdin, &mut out);
    Ran { code, out: text(out), err }
}

/// The same with stdout somewhere else; the status, and what came on stderr.
fn ran_into(socket: &Path, words: &[&str], stdin: &str, out: &mut dyn Write) -> (u8, String) {
    let mut input = Input::Lines(Box::new(Cursor::new(stdin.to_owned())));
    let surface = Surface { width: None, color: false, zone: TimeZone::UTC };
    let mut args: Vec<OsString> = vec!["chatctl".into(), "-s".into(), socket.into()];
    args.extend(words.iter().map(OsString::from));
    let mut err = Vec::new();
    let code = crate::run(args, surface, &mut input, out, &mut err);
    (code, text(err))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("chatctl prints UTF-8")
}

/// Takes so many bytes, then is a pipe whose reader has gone.
struct ClosedAfter(usize);

impl Write for ClosedAfter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
