//! Labels (IRCv3 labeled-response): what answers one line becomes one line with its label, a batch of lines, or an ACK.
//!
//! Nothing here knows which line is being answered: every answer brings its label along, through the owner and back. What is kept
//! is at most one line, until it is known whether it is the only one: a long answer is written as it comes.

use std::sync::Arc;

use chat_proto::irc::{LineWriter, Tags};

use super::Irc;
use super::cap::Caps;
use crate::domain::request::{Labeled, Request};

/// The longest label, in bytes (IRCv3 labeled-response).
const LABEL_MAX: usize = 64;

/// The label of a line, as it was written; none if the session has not negotiated labels or it is not one.
pub(super) fn of(irc: &Irc, tags: Tags<'_>) -> Option<Arc<str>> {
    if tags.is_empty() || !irc.caps.has(Caps::LABELED_RESPONSE) {
        return None;
    }
    let label = tags.raw_value("label")?;
    let is_label = !label.is_empty() && label.len() <= LABEL_MAX && !label.contains(char::is_control);
    is_label.then(|| label.into())
}

/// Gives `requests` from `begin` on the label of the line they come from, and puts the end behind them if nothing more comes of it.
/// Leaving has no answer but the farewell, which is the session's own: what was answered before it ends before it, or it would be
/// held for ever. What answers another line has its label already.
pub(super) fn wrap(requests: &mut Vec<Request>, begin: usize, label: &Arc<str>, is_complete: bool) {
    let mut asked = requests.split_off(begin);
    let leaving = asked.pop_if(|request| matches!(request, Request::Leave(_)));
    let is_answered = leaving.is_none() || !asked.is_empty();
    requests.extend(asked.into_iter().map(|request| match request {
        Request::Labeled(_) => request,
        request => labeled(label, request),
    }));
    if is_complete && is_answered {
        requests.push(labeled(label, Request::EndOfLabel));
    }
    requests.extend(leaving);
}

/// A request whose answers belong to a label.
pub(super) fn labeled(label: &Arc<str>, request: Request) -> Request {
    Request::Labeled(Box::new(Labeled { label: Arc::clone(label), request }))
}

/// What has been answered of one line.
#[derive(Debug, Default)]
pub(super) struct Answering {
    /// The first line, or the first batch, while it may be the only one.
    held: Vec<u8>,
    /// Whether there are more, and the batch was opened.
    is_batch: bool,
    /// How many batches this session has opened; names them.
    batches: u32,
}

impl Answering {
    /// Nothing of it is worth keeping.
    pub(super) fn is_idle(&self) -> bool {
        self.batches == 0 && self.held.is_empty()
    }

    /// Takes in lines that answer the line with this label.
    pub(super) fn put(&mut self, server: &str, label: &str, lines: &[u8], out: &mut Vec<u8>) {
        for unit in units(lines) {
            if self.is_batch {
                self.write_in_batch(unit, out);
            } else if self.held.is_empty() {
                self.held.extend_from_slice(unit);
            } else {
                self.open(server, label, out);
                let held = std::mem::take(&mut self.held);
                self.write_in_batch(&held, out);
                self.write_in_batch(unit, out);
            }
        }
    }

    /// Everything has been answered.
    pub(super) fn finish(&mut self, server: &str, label: &str, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.is_batch) {
            LineWriter::new(out).source(server).verb("BATCH").param(&format!("-{}", self.name())).end();
        } else if self.held.is_empty() {
            write_tagged("label", label, format!(":{server} ACK\r\n").as_bytes(), out);
        } else {
            let held = std::mem::take(&mut self.held);
            // Of a batch, the line that opens it stands for all of it.
            let (first, rest) = split_line(&held);
            write_tagged("label", label, first, out);
            out.extend_from_slice(rest);
        }
    }

    fn name(&self) -> String {
        format!("l{}", self.batches)
    }

    fn open(&mut self, server: &str, label: &str, out: &mut Vec<u8>) {
        self.is_batch = true;
        self.batches = self.batches.wrapping_add(1);
        let line = format!(":{server} BATCH +{} labeled-response\r\n", self.name());
        write_tagged("label", label, line.as_bytes(), out);
    }

    /// A line, or the first and the last of a batch in it, belongs to the open batch; what is between belongs to the inner one.
    fn write_in_batch(&self, unit: &[u8], out: &mut Vec<u8>) {
        let name = self.name();
        let mut rest = unit;
        while !rest.is_empty() {
            let (line, after) = split_line(rest);
            if rest.len() == unit.len() || after.is_empty() {
                write_tagged("batch", &name, line, out);
            } else {
                out.extend_from_slice(line);
            }
            rest = after;
        }
    }
}

/// A line, with one more tag; the value is in its escaped form.
pub(super) fn write_tagged(key: &str, value: &str, line: &[u8], out: &mut Vec<u8>) {
    out.push(b'@');
    out.extend_from_slice(key.as_bytes());
    out.push(b'=');
    out.extend_from_slice(value.as_bytes());
    match line.strip_prefix(b"@") {
        Some(more) => {
            out.push(b';');
            out.extend_from_slice(more);
        }
        None => {
            out.push(b' ');
            out.extend_from_slice(line);
        }
    }
}

/// Lines one by one, but for batches, which are taken whole.
fn units(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (mut end, mut depth) = (0, 0_usize);
        loop {
            let (line, after) = split_line(&rest[end..]);
            end += line.len();
            match batch_sign(line) {
                Some(b'+') => depth += 1,
                Some(b'-') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 || after.is_empty() {
                break;
            }
        }
        let (unit, after) = rest.split_at(end);
        rest = after;
        Some(unit)
    })
}

/// The sign of the name, if the line opens (`+`) or closes (`-`) a batch.
fn batch_sign(line: &[u8]) -> Option<u8> {
    let mut words =
        line.split(|byte| *byte == b' ').skip_while(|word| matches!(word.first(), Some(b'@' | b':')));
    if words.next()? != b"BATCH" {
        return None;
    }
    words.next()?.first().copied()
}

/// The first line with its end, and what is behind it.
fn split_line(lines: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b'\n', lines).map_or(lines.len(), |end| end + 1);
    lines.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::Answering;

    fn answered(answers: &[&str]) -> String {
        let (mut answering, mut out) = (Answering::default(), Vec::new());
        for answer in answers {
            answering.put("irc.test", "x", answer.as_bytes(), &mut out);
        }
        answering.finish("irc.test", "x", &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_is_an_ack_and_one_line_has_the_label() {
        assert_eq!(answered(&[]), "@label=x :irc.test ACK\r\n");
        assert_eq!(answered(&["PONG\r\n"]), "@label=x PONG\r\n");
        assert_eq!(answered(&["", "@time=1 :a PONG\r\n", ""]), "@label=x;time=1 :a PONG\r\n");
    }

    #[test]
    fn several_lines_are_a_batch_however_they_come() {
        let expected = "@label=x :irc.test BATCH +l1 labeled-response\r\n\
                        @batch=l1 A\r\n@batch=l1;time=1 B\r\n@batch=l1 C\r\n:irc.test BATCH -l1\r\n";
        assert_eq!(answered(&["A\r\n@time=1 B\r\nC\r\n"]), expected);
        assert_eq!(answered(&["A\r\n", "@time=1 B\r\n", "C\r\n"]), expected);
    }

    #[test]
    fn a_batch_is_labeled_as_a_whole_alone_and_nested_beside_others() {
        let inner = "BATCH +i kind\r\n@batch=i A\r\n@batch=i B\r\nBATCH -i\r\n";
        assert_eq!(answered(&[inner]), format!("@label=x {inner}"));
        assert_eq!(
            answered(&[inner, "C\r\n"]),
            "@label=x :irc.test BATCH +l1 labeled-response\r\n\
             @batch=l1 BATCH +i kind\r\n@batch=i A\r\n@batch=i B\r\n@batch=l1 BATCH -i\r\n\
             @batch=l1 C\r\n:irc.test BATCH -l1\r\n"
        );
    }

    #[test]
    fn no_two_batches_of_a_session_have_one_name() {
        let (mut answering, mut out) = (Answering::default(), Vec::new());
        for _ in 0..2 {
            answering.put("s", "x", b"A\r\nB\r\n", &mut out);
            answering.finish("s", "x", &mut out);
        }
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("BATCH +l1 ") && text.contains("BATCH +l2 "), "{text}");
    }
}
