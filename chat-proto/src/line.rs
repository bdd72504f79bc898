//! Bytes in, lines out, for every dialect. Never reads anything itself, never holds more of a line than the
//! limit, and holds no memory while no line is unfinished.

use memchr::memchr;
use std::ops::Range;

#[cfg(test)]
mod tests;

/// One line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line within the limit; any bytes but `\n`.
    Text(&'a [u8]),
    /// A line beyond the limit; it is thrown away up to its end.
    TooLong,
}

/// Cuts a stream of bytes into lines that end with `\n` or `\r\n`.
///
/// Whole lines are lent from the caller's buffer without copying; only the unfinished end of what was read is
/// kept, and given back to the allocator once it is used up.
#[derive(Debug)]
pub struct Framer {
    limit: u32,
    /// The line being read was reported as too long; its rest is of no interest.
    is_skipping: bool,
    /// What is kept; nothing for most connections at most times, so it takes one word.
    tail: Option<Box<Tail>>,
}

/// The unfinished end of what was read.
#[derive(Debug, Default)]
struct Tail {
    bytes: Vec<u8>,
    /// Bytes at the beginning that were already lent out.
    lent: usize,
    /// Bytes at the beginning that are known to hold no further line end, so that input which comes byte by byte is
    /// not searched again from the beginning each time.
    searched: usize,
}

impl Framer {
    /// A framer for lines of at most `limit` bytes, not counting `\r\n`. Allocates nothing.
    pub const fn new(limit: usize) -> Self {
        // Four bytes in every connection are enough: nobody waits for a line of 4 GiB.
        let limit = if limit > u32::MAX as usize { u32::MAX } else { limit as u32 };
        Self { limit, is_skipping: false, tail: None }
    }

    /// The next whole line, first from what is kept, then from `input`, which is advanced past it.
    ///
    /// `None` means that all of `input` was taken and holds no further whole line. A line beyond the limit is
    /// reported once, as soon as that is known, even if its end has not come yet.
    pub fn next<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Option<Line<'a>> {
        if self.is_skipping {
            self.skip(input)?;
        }
        if let Some(line) = self.find_in_tail() {
            return Some(judge(&self.kept()[line], self.limit()));
        }
        let Some(end) = memchr(b'\n', input) else { return self.take_unfinished(input) };
        let line = advance(input, end);
        if self.tail.is_none() {
            return Some(judge(line, self.limit()));
        }
        if self.is_beyond_limit(line) {
            self.tail = None;
            return Some(Line::TooLong);
        }
        self.append(line);
        let limit = self.limit();
        Some(judge(self.lend_all(), limit))
    }

    /// Keeps what the caller does not want to look at yet; [`Self::next`] serves it before any new input.
    ///
    /// It may hold whole lines and is not checked against the limit before it is served: how much is kept is
    /// bounded by the caller's buffer.
    pub fn keep(&mut self, rest: &[u8]) {
        if !rest.is_empty() {
            self.drop_lent();
            self.tail.get_or_insert_default().bytes.extend_from_slice(rest);
        }
    }

    /// At the end of input, after [`Self::next`] returned `None`: the last line if it has no line end.
    pub fn finish(&mut self) -> Option<Line<'_>> {
        self.drop_lent();
        self.tail.as_ref()?;
        let limit = self.limit();
        Some(judge(self.lend_all(), limit))
    }

    /// Bytes held that were not served yet.
    pub fn buffered(&self) -> usize {
        self.tail.as_ref().map_or(0, |tail| tail.bytes.len() - tail.lent)
    }

    const fn limit(&self) -> usize {
        self.limit as usize
    }

    /// All that is kept.
    fn kept(&self) -> &[u8] {
        self.tail.as_ref().map_or(&[], |tail| &tail.bytes)
    }

    /// All that is kept, which counts as lent from now on.
    fn lend_all(&mut self) -> &[u8] {
        let Some(tail) = &mut self.tail else { return &[] };
        tail.lent = tail.bytes.len();
        &tail.bytes
    }

    /// Throws away the rest of a line that was too long; `None` if its end has not come yet.
    fn skip(&mut self, input: &mut &[u8]) -> Option<()> {
        if self.find_in_tail().is_none() {
            self.tail = None;
            let end = memchr(b'\n', input);
            advance(input, end.unwrap_or(input.len()));
            end?;
        }
        self.is_skipping = false;
        Some(())
    }

    /// Where in `tail` the next whole line is; it counts as lent from now on.
    fn find_in_tail(&mut self) -> Option<Range<usize>> {
        let tail = self.tail.as_mut()?;
        let from = tail.searched.max(tail.lent);
        let Some(offset) = memchr(b'\n', &tail.bytes[from..]) else {
            self.drop_lent();
            self.note_searched();
            return None;
        };
        let line = tail.lent..from + offset;
        tail.lent = line.end + 1;
        Some(line)
    }

    /// Notes that all that is kept holds no line end.
    fn note_searched(&mut self) {
        if let Some(tail) = &mut self.tail {
            tail.searched = tail.bytes.len();
        }
    }

    /// Takes `input`, which has no line end, into the tail, or begins to skip.
    fn take_unfinished(&mut self, input: &mut &[u8]) -> Option<Line<'static>> {
        let rest = advance(input, input.len());
        if self.is_beyond_limit(rest) {
            self.tail = None;
            self.is_skipping = true;
            return Some(Line::TooLong);
        }
        self.append(rest);
        self.note_searched();
        None
    }

    /// Whether tail and `more` are too long for a line already; a last `\r` may yet belong to its end.
    fn is_beyond_limit(&self, more: &[u8]) -> bool {
        let kept = self.kept();
        let ends_with_cr = more.last().or(kept.last()) == Some(&b'\r');
        kept.len() + more.len() > self.limit().saturating_add(usize::from(ends_with_cr))
    }

    /// Grows by doubling, but never beyond what a line of the limit needs.
    fn append(&mut self, more: &[u8]) {
        if more.is_empty() {
            return;
        }
        let limit = self.limit();
        let bytes = &mut self.tail.get_or_insert_default().bytes;
        let needed = bytes.len() + more.len();
        if needed > bytes.capacity() {
            let roomy = (2 * bytes.capacity()).min(limit.saturating_add(1));
            bytes.reserve_exact(needed.max(roomy) - bytes.len());
        }
        bytes.extend_from_slice(more);
    }

    /// Moves what was not served yet to the front, into no more memory than it needs.
    fn drop_lent(&mut self) {
        let Some(tail) = &mut self.tail else { return };
        if tail.lent == tail.bytes.len() {
            self.tail = None;
        } else if tail.lent > 0 {
            tail.searched = tail.searched.saturating_sub(tail.lent);
            tail.bytes = tail.bytes[tail.lent..].to_vec();
            tail.lent = 0;
        }
    }
}

/// Moves `input` past `end` and past the line end there, if there is one; what was passed is the result.
fn advance<'i>(input: &mut &'i [u8], end: usize) -> &'i [u8] {
    let (line, rest) = input.split_at(end);
    *input = rest.get(1..).unwrap_or_default();
    line
}

fn judge(line: &[u8], limit: usize) -> Line<'_> {
    let text = line.strip_suffix(b"\r").unwrap_or(line);
    if text.len() > limit { Line::TooLong } else { Line::Text(text) }
}
