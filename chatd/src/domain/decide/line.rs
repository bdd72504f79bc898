//! Whether what is said and done fits one line as others receive it (RFC 2812 §2.3). A line that does not is refused, because
//! its readers would get it cut. The domain counts in bytes and knows no dialect beyond that bound: it is the smallest there is.

use super::find;
use crate::domain::disconnect::Disconnect;
use crate::domain::message::{has_lines, lines};
use crate::domain::refusal::Refusal;
use crate::domain::state::State;

/// Longest line with its end, without tags (RFC 2812 §2.3).
const LINE_MAX: usize = 512;

/// The bytes of a line besides its text: `:source VERB param param :` and the line's end.
fn frame(source: usize, verb: &str, params: &[&str]) -> usize {
    let params: usize = params.iter().map(|param| 1 + param.len()).sum();
    ":".len() + source + " ".len() + verb.len() + params + " :".len() + "\r\n".len()
}

/// How many bytes of text a line has room for.
pub(super) fn room_for_text(source: &str, verb: &str, params: &[&str]) -> usize {
    LINE_MAX.saturating_sub(frame(source.len(), verb, params))
}

/// A line that others receive whole.
pub(super) fn fits(source: &str, verb: &str, params: &[&str], text: &str) -> Result<(), Refusal> {
    within_line(frame(source.len(), verb, params) + text.len())
}

/// The same for a text that may have several lines, each of which others receive whole.
pub(super) fn each_fits(source: &str, verb: &str, params: &[&str], text: &str) -> Result<(), Refusal> {
    match fits(source, verb, params, text) {
        Err(_) if has_lines(text) => {}
        fit => return fit,
    }
    (1..).zip(lines(text)).try_for_each(|(number, (line, _))| match fits(source, verb, params, line) {
        Err(Refusal::LineTooLong { excess }) => Err(Refusal::LineOfTextTooLong { number, excess }),
        fit => fit,
    })
}

fn within_line(length: usize) -> Result<(), Refusal> {
    match length.checked_sub(LINE_MAX) {
        Some(excess) if excess > 0 => Err(Refusal::LineTooLong { excess }),
        _ => Ok(()),
    }
}

/// A text that the server can tell to a client with the longest nick: `:server 322 nick #room count :text`.
pub(super) fn fits_answer(state: &State, room: &str, text: &str) -> Result<(), Refusal> {
    const COUNT_DIGITS: usize = 8;
    let config = state.config();
    let nick = " ".len() + config.limits.nick_length;
    let count = " ".len() + COUNT_DIGITS;
    within_line(frame(config.server.name.len(), "322", &[room]) + nick + count + text.len())
}

/// A reason as others may read it.
pub(super) fn reason(state: &State, reason: &str) -> Result<(), Refusal> {
    find::within(reason, "reason", state.config().limits.kick_length, "limits.kick-length")
}

/// The end of a connection with no more words than others can be told. Leaving is not refused, so they are shortened.
pub(super) fn shortened(state: &State, source: &str, why: Disconnect) -> Disconnect {
    let Disconnect::Quit(words) = why else { return why };
    let room = room_for_text(source, "QUIT", &[]).saturating_sub("Quit: ".len());
    Disconnect::Quit(whole_chars(&words, room.min(state.config().limits.kick_length)).into())
}

/// The longest beginning of `text` that is at most `max` bytes and ends between characters.
pub(super) fn whole_chars(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}
