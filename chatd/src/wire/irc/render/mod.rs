//! What IRC sessions read: notices for many, replies for one.

use chat_proto::irc::LineWriter;

mod fixed;
mod lists;
mod multiline;
mod notice;
mod people;
mod rename;
mod reply;
mod welcome;
mod who;
mod whois;

pub(super) use lists::monitor_full;
pub use notice::notice;
pub(super) use rename::{knows, renamed};
pub(super) use reply::reply;
pub(super) use welcome::welcome;
pub(super) use whois::desk;

/// Appends one line without tags.
pub(super) fn line(out: &mut Vec<u8>, source: &str, verb: &str, params: &[&str], trailing: Option<&str>) {
    finish(LineWriter::new(out).source(source), verb, params, trailing);
}

/// Writes what follows the source.
pub(super) fn finish(line: LineWriter<'_>, verb: &str, params: &[&str], trailing: Option<&str>) {
    let line = params.iter().fold(line.verb(verb), |line, param| line.param(param));
    match trailing {
        Some(text) => line.trailing(text).end(),
        None => line.end(),
    }
}
