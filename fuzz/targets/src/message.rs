//! Messages: what is read and written again is read as the same.

use chat_proto::irc::{BODY_MAX, LengthLimits, LineWriter, Message, check_lengths};

use super::text;

/// A line that is a message has none of the bytes that end one, and survives being written, which adds exactly one line.
pub fn message(data: &[u8]) {
    let Some(line) = text(data) else { return };
    // Judged whether or not it is a message.
    let fits = check_lengths(line, LengthLimits::default()).is_ok();
    let Ok(message) = Message::parse(line) else { return };
    assert!(!line.contains(['\0', '\r', '\n']));
    let mut out = Vec::new();
    let mut writer = LineWriter::new(&mut out);
    for item in message.tags.client_only() {
        writer = writer.raw_tag(item);
    }
    if let Some(source) = message.source {
        writer = writer.source(source);
    }
    writer = writer.verb(message.verb);
    for param in message.params() {
        writer = writer.param(param);
    }
    let is_cut = writer.room() == 0;
    writer.end();
    let written = std::str::from_utf8(&out).expect("text stays text");
    let written = written.strip_suffix("\r\n").expect("a line has an end");
    assert!(written.len() - tags_len(written) <= BODY_MAX, "too long: {written:?}");
    if !fits {
        return;
    }
    let again = Message::parse(written).expect("what was written can be read");
    if is_cut {
        return;
    }
    assert_eq!((again.source, again.verb, again.params()), (message.source, message.verb, message.params()));
    assert!(again.tags.client_only().eq(message.tags.client_only()));
}

/// The bytes of the tags with their mark and blank.
fn tags_len(line: &str) -> usize {
    if line.starts_with('@') { line.find(' ').map_or(0, |end| end + 1) } else { 0 }
}
