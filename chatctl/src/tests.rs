//! Whole commands against a daemon made of canned answers.

mod answers;
mod exits;
mod output;
mod server;
mod watching;

use std::ffi::OsString;
use std::path::Path;

use jiff::tz::TimeZone;

use crate::print::Surface;

/// What a command left behind.
struct Ran {
    code: u8,
    out: String,
    err: String,
}

/// Runs `chatctl -s SOCKET WORDS…` as if stdout were a pipe.
fn ran(socket: &Path, words: &[&str]) -> Ran {
    let surface = Surface { width: None, color: false, zone: TimeZone::UTC };
    let mut args: Vec<OsString> = vec!["chatctl".into(), "-s".into(), socket.into()];
    args.extend(words.iter().map(OsString::from));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = crate::run(args, surface, &mut out, &mut err);
    Ran { code, out: text(out), err: text(err) }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("chatctl prints UTF-8")
}
