//! Framing: however a stream is cut into reads, the same lines come out.

use chat_proto::line::{Framer, Line};

/// A line as it came out; nothing for one that was too long.
type Out = Option<Vec<u8>>;

/// The first byte chooses the limit, the second how the rest is cut. The lines are those of the whole text cut at its line
/// ends, and never is more kept than a line may have.
pub fn line(data: &[u8]) {
    let [limit, pieces, stream @ ..] = data else { return };
    let limit = usize::from(*limit) * 3;
    let piece = usize::from(*pieces) + 1;
    let mut framer = Framer::new(limit);
    let mut lines: Vec<Out> = Vec::new();
    for chunk in stream.chunks(piece) {
        let mut input = chunk;
        while let Some(line) = framer.next(&mut input) {
            lines.push(owned(line));
        }
        assert!(input.is_empty(), "a read is taken in as a whole");
        assert!(framer.buffered() <= limit + 1, "{} bytes are kept of {limit}", framer.buffered());
    }
    lines.extend(framer.finish().map(owned));
    assert_eq!(lines, expected(stream, limit));
}

fn owned(line: Line<'_>) -> Out {
    match line {
        Line::Text(text) => Some(text.to_vec()),
        Line::TooLong => None,
    }
}

/// The same, cut all at once.
fn expected(stream: &[u8], limit: usize) -> Vec<Out> {
    let mut parts: Vec<_> = stream.split(|byte| *byte == b'\n').collect();
    // What follows the last line end is a line only if there is something.
    if parts.last().is_some_and(|last| last.is_empty()) {
        parts.pop();
    }
    let judge = |part: &[u8]| {
        let text = part.strip_suffix(b"\r").unwrap_or(part);
        (text.len() <= limit).then(|| text.to_vec())
    };
    parts.into_iter().map(judge).collect()
}
