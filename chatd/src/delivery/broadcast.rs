//! Notices become bytes here: each at most once per variant, however many hear it. What a room hears in one turn of the owner
//! is written side by side into one block, of which every member takes a part: a member who hears twenty lines holds one
//! pointer and not twenty, and its session writes one piece.
//!
//! A block holds the lines of one room (or of one notice that no room hears), and at most [`BLOCK`] bytes and a line. Members of
//! a room hear all of it but what they said themselves; who hears little of a large block gets a copy of that little, so that
//! what a slow reader keeps alive is at most [`SHARE`] times what it is charged for.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::domain::id::RoomId;
use crate::domain::notice::Notice;
use crate::domain::request::Variant;

/// A block that has this many bytes takes no more lines.
const BLOCK: usize = 16 * 1024;

/// A part that is less than its block divided by this is copied.
const SHARE: usize = 4;

/// How notices become bytes.
#[derive(Clone, Copy, Debug)]
pub struct Encoder {
    /// Appends a notice for a variant, or nothing if this variant does not show it. The string is the desk as a source.
    pub encode: fn(&Notice, Variant, &str, &mut Vec<u8>),
    /// The bits of a variant that matter to this notice: two variants that differ in others only read the same bytes.
    pub relevant: fn(&Notice) -> Variant,
}

/// Lines one after the other in a block that any number of outboxes share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    block: Arc<[u8]>,
    start: u32,
    end: u32,
    count: u32,
}

impl Lines {
    /// The lines with their ends.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.block[self.start as usize..self.end as usize]
    }

    /// How many notices they tell.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.into()
    }
}

/// Notices next to each other in a block that is still being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    block: u32,
    start: u32,
    end: u32,
    count: u32,
}

impl Part {
    /// Takes in what follows directly; says whether it did.
    pub fn join(&mut self, next: Self) -> bool {
        let follows = self.block == next.block && self.end == next.start;
        if follows {
            self.end = next.end;
            self.count += next.count;
        }
        follows
    }
}

/// The blocks of one turn.
#[derive(Debug, Default)]
pub struct Press {
    /// Blocks being written. Their buffers are used again in the next turn.
    open: Vec<Vec<u8>>,
    /// How many of `open` belong to this turn.
    used: usize,
    /// The block that takes a room's next line, by variant.
    of_room: HashMap<(RoomId, Variant), u32, foldhash::fast::RandomState>,
    /// The same blocks, finished.
    closed: Vec<Arc<[u8]>>,
}

impl Press {
    /// Appends what `write` writes to the block of this room and variant, or to a block of its own; nothing if that is nothing.
    fn print(
        &mut self,
        room: Option<RoomId>,
        variant: Variant,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Option<Part> {
        let block = match room {
            Some(room) => self.block_of(room, variant),
            None => self.begin(),
        };
        let bytes = &mut self.open[block as usize];
        let start = bytes.len();
        write(bytes);
        let range = place(start..bytes.len())?;
        Some(Part { block, start: range.start, end: range.end, count: 1 })
    }

    fn block_of(&mut self, room: RoomId, variant: Variant) -> u32 {
        if let Some(block) = self.of_room.get(&(room, variant))
            && self.open[*block as usize].len() < BLOCK
        {
            return *block;
        }
        let block = self.begin();
        self.of_room.insert((room, variant), block);
        block
    }

    fn begin(&mut self) -> u32 {
        if self.used == self.open.len() {
            self.open.push(Vec::new());
        }
        self.used += 1;
        u32::try_from(self.used - 1).unwrap_or(u32::MAX)
    }

    /// The turn ends: the blocks are finished, and [`Self::lines`] may be asked for.
    pub fn close(&mut self) {
        self.closed.extend(self.open[..self.used].iter().map(|bytes| Arc::from(bytes.as_slice())));
    }

    /// A part of a finished block.
    #[must_use]
    pub fn lines(&self, part: Part) -> Option<Lines> {
        let block = self.closed.get(part.block as usize)?;
        let bytes = block.get(part.start as usize..part.end as usize)?;
        if bytes.len() * SHARE < block.len() {
            return Some(Lines {
                block: bytes.into(),
                start: 0,
                end: part.end - part.start,
                count: part.count,
            });
        }
        let block = Arc::clone(block);
        Some(Lines { block, start: part.start, end: part.end, count: part.count })
    }

    /// The next turn begins.
    pub fn clear(&mut self) {
        /// Buffers and places kept for the next turn; a turn of many small rooms needs many small ones.
        const SPARE: usize = 64;
        self.closed.clear();
        self.closed.shrink_to(SPARE);
        self.of_room.clear();
        self.of_room.shrink_to(SPARE);
        self.open.truncate(SPARE);
        self.open.iter_mut().take(self.used).for_each(Vec::clear);
        self.used = 0;
    }
}

/// A place in a block as it is kept; nothing for nothing.
fn place(range: Range<usize>) -> Option<Range<u32>> {
    let range = u32::try_from(range.start).ok()?..u32::try_from(range.end).ok()?;
    (!range.is_empty()).then_some(range)
}

/// A notice on its way to many.
#[derive(Debug)]
pub struct Broadcast<'a> {
    notice: &'a Notice,
    room: Option<RoomId>,
    desk: &'a str,
    encoder: Encoder,
    relevant: Variant,
    /// What there is by now. Mostly one variant, so that the first needs no allocation.
    first: Option<Made>,
    more: Vec<Made>,
}

/// A variant, and what it shows.
type Made = (Variant, Option<Part>);

impl<'a> Broadcast<'a> {
    /// Nothing is encoded yet. `room` is the one that hears it, if it is one.
    #[must_use]
    pub fn new(notice: &'a Notice, room: Option<RoomId>, desk: &'a str, encoder: Encoder) -> Self {
        let relevant = (encoder.relevant)(notice);
        Self { notice, room, desk, encoder, relevant, first: None, more: Vec::new() }
    }

    /// The lines for `variant`, made now if it is the first time.
    pub fn part(&mut self, press: &mut Press, variant: Variant) -> Option<Part> {
        let variant = variant.only(self.relevant);
        if let Some((_, part)) = self.first.iter().chain(&self.more).find(|(made, _)| *made == variant) {
            return *part;
        }
        let encode = self.encoder.encode;
        let part = press.print(self.room, variant, |out| encode(self.notice, variant, self.desk, out));
        match self.first {
            None => self.first = Some((variant, part)),
            Some(_) => self.more.push((variant, part)),
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Broadcast, Encoder, Part, Press};
    use crate::domain::id::{RoomId, Seq, Time};
    use crate::domain::notice::{Badge, Notice, What};
    use crate::domain::request::Variant;

    const ROOM: Option<RoomId> = Some(RoomId { slot: 0, serial: 1 });
    const OTHER: Option<RoomId> = Some(RoomId { slot: 1, serial: 2 });

    fn print(press: &mut Press, room: Option<RoomId>, text: &[u8]) -> Part {
        press.print(room, Variant(0), |out| out.extend_from_slice(text)).unwrap()
    }

    fn bytes(press: &Press, part: Part) -> Vec<u8> {
        press.lines(part).unwrap().bytes().to_vec()
    }

    #[test]
    fn a_variant_is_encoded_once_and_shared() {
        let what = What::Parted {
            source: "a!b@c".into(),
            room: chat_proto::name::RoomName::parse("#r", 10).unwrap(),
            reason: "".into(),
        };
        let notice = Notice { seq: Seq(1), at: Time(0), by: Badge::default(), what };
        let mut press = Press::default();
        let encoder = Encoder {
            encode: |_, variant, _, out| out.extend(u8::try_from(variant.0).ok().filter(|bits| *bits < 2)),
            relevant: |_| Variant(0b11),
        };
        let mut broadcast = Broadcast::new(&notice, ROOM, "", encoder);
        let (first, second) =
            (broadcast.part(&mut press, Variant(1)), broadcast.part(&mut press, Variant(1)));
        assert_eq!(first, second);
        assert_eq!(
            first,
            broadcast.part(&mut press, Variant(0b101)),
            "bits that do not matter make no variant"
        );
        let other = broadcast.part(&mut press, Variant(0)).unwrap();
        assert_eq!(broadcast.part(&mut press, Variant(0b100)), Some(other));
        assert_eq!(
            (broadcast.part(&mut press, Variant(2)), broadcast.part(&mut press, Variant(3))),
            (None, None)
        );
        press.close();
        assert_eq!(bytes(&press, first.unwrap()), [1]);
        assert_eq!(bytes(&press, other), [0]);
    }

    #[test]
    fn what_a_room_hears_is_side_by_side_also_if_another_room_speaks_in_between() {
        let mut press = Press::default();
        let mut heard = print(&mut press, ROOM, b"one\n");
        let elsewhere = print(&mut press, OTHER, b"else\n");
        let next = print(&mut press, ROOM, b"two\n");
        assert!(!heard.join(elsewhere) && heard.join(next));
        assert!(!heard.join(next), "nothing is taken in twice");
        press.close();
        let lines = press.lines(heard).unwrap();
        assert_eq!((lines.bytes(), lines.count()), (&b"one\ntwo\n"[..], 2));
    }

    #[test]
    fn a_full_block_takes_no_more_lines() {
        let mut press = Press::default();
        let mut first = print(&mut press, ROOM, &[b'x'; BLOCK - 1]);
        let last = print(&mut press, ROOM, b"yy");
        let beyond = print(&mut press, ROOM, b"z");
        assert!(first.join(last) && !first.join(beyond));
        press.close();
        assert_eq!(bytes(&press, beyond), b"z");
    }

    #[test]
    fn who_hears_little_of_a_block_does_not_keep_all_of_it() {
        let mut press = Press::default();
        let (quarter, less) = (print(&mut press, ROOM, &[b'x'; 25]), print(&mut press, ROOM, &[b'y'; 24]));
        print(&mut press, ROOM, &[b'z'; 51]);
        press.close();
        assert_eq!(press.lines(quarter).unwrap().block.len(), 100);
        let copied = press.lines(less).unwrap();
        assert_eq!((copied.block.len(), copied.bytes()), (24, &[b'y'; 24][..]));
    }

    #[test]
    fn the_next_turn_begins_with_nothing() {
        let mut press = Press::default();
        let part = print(&mut press, ROOM, b"old");
        press.close();
        let kept = press.lines(part).unwrap();
        press.clear();
        assert_eq!(press.lines(part), None);
        let part = print(&mut press, ROOM, b"new");
        press.close();
        assert_eq!(bytes(&press, part), b"new");
        assert_eq!(kept.bytes(), b"old");
    }
}
