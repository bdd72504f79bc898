//! Framing: every way of cutting the input gives the same lines, and the limit bounds the memory.

use super::{Framer, Line};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::{Just, Strategy};

/// What a reader of the whole stream saw; `None` is a line that was too long.
type Seen = Vec<Option<Vec<u8>>>;

impl Framer {
    /// Bytes that what is kept may grow to in the memory it has.
    fn kept_max(&self) -> usize {
        self.tail.as_ref().map_or(0, |tail| tail.bytes.capacity())
    }
}

fn seen(line: Line<'_>) -> Option<Vec<u8>> {
    match line {
        Line::Text(text) => Some(text.to_vec()),
        Line::TooLong => None,
    }
}

fn feed(framer: &mut Framer, mut chunk: &[u8], all: &mut Seen) {
    while let Some(line) = framer.next(&mut chunk) {
        all.push(seen(line));
    }
    assert!(chunk.is_empty());
}

fn read_all<'c>(limit: usize, chunks: impl IntoIterator<Item = &'c [u8]>) -> Seen {
    let mut framer = Framer::new(limit);
    let mut all = Seen::new();
    for chunk in chunks {
        feed(&mut framer, chunk, &mut all);
    }
    all.extend(framer.finish().map(seen));
    assert_eq!(framer.finish(), None);
    all
}

/// The definition: split, strip one carriage return, judge.
fn by_definition(limit: usize, bytes: &[u8]) -> Seen {
    let mut lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let text = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).to_vec();
    lines.into_iter().map(|line| Some(text(line)).filter(|text| text.len() <= limit)).collect()
}

#[test]
fn lines_end_with_a_newline_and_lose_one_carriage_return() {
    let mut input: &[u8] = b"one\r\ntwo\n\r\nthree\r\r\nfour";
    let mut framer = Framer::new(10);
    for expected in [&b"one"[..], b"two", b"", b"three\r"] {
        assert_eq!(framer.next(&mut input), Some(Line::Text(expected)));
    }
    assert_eq!(framer.next(&mut input), None);
    assert_eq!(framer.finish(), Some(Line::Text(b"four")));
    assert_eq!(framer.finish(), None);
}

#[test]
fn a_whole_line_is_lent_without_copying() {
    let stream = b"hello\nrest";
    let mut input = &stream[..];
    let mut framer = Framer::new(10);
    let Some(Line::Text(line)) = framer.next(&mut input) else { panic!("no line") };
    assert_eq!(line.as_ptr(), stream.as_ptr());
    assert_eq!(input, b"rest");
    assert_eq!(framer.kept_max(), 0);
}

#[test]
fn a_line_may_be_as_long_as_the_limit_and_no_longer() {
    assert_eq!(read_all(4, [&b"1234\r\n12345\r\n1234\n12345\n"[..]]), {
        let whole = Some(b"1234".to_vec());
        vec![whole.clone(), None, whole, None]
    });
}

#[test]
fn an_unfinished_line_at_the_end_obeys_the_limit_too() {
    assert_eq!(read_all(4, [&b"1234"[..]]), [Some(b"1234".to_vec())]);
    assert_eq!(read_all(4, [&b"1234\r"[..]]), [Some(b"1234".to_vec())]);
    assert_eq!(read_all(4, [&b"12345"[..]]), [None]);
    assert_eq!(read_all(4, [&b"1234\rx"[..]]), [None]);
}

#[test]
fn too_long_is_said_once_and_before_the_line_ends() {
    let mut framer = Framer::new(4);
    assert_eq!(framer.next(&mut &b"12345"[..]), Some(Line::TooLong));
    for _ in 0..1000 {
        assert_eq!(framer.next(&mut &b"more and more"[..]), None);
        assert_eq!(framer.kept_max(), 0);
    }
    let mut input = &b"end\nok\n"[..];
    assert_eq!(framer.next(&mut input), Some(Line::Text(b"ok")));
}

#[test]
fn an_endless_line_costs_no_more_than_the_limit() {
    let mut framer = Framer::new(100);
    for byte in 0..101 {
        let last = if byte == 100 { b"\r" } else { b"x" };
        assert_eq!(framer.next(&mut &last[..]), None);
        assert!(framer.kept_max() <= 101);
    }
    assert_eq!(framer.buffered(), 101);
    assert_eq!(framer.next(&mut &b"x"[..]), Some(Line::TooLong));
    assert_eq!((framer.buffered(), framer.kept_max()), (0, 0));
}

#[test]
fn an_idle_framer_holds_no_memory() {
    let mut framer = Framer::new(100);
    assert_eq!(framer.next(&mut &b"hel"[..]), None);
    let mut input = &b"lo\n"[..];
    assert_eq!(framer.next(&mut input), Some(Line::Text(b"hello")));
    assert_eq!(framer.next(&mut input), None);
    assert_eq!(framer.kept_max(), 0);
}

#[test]
fn what_is_kept_is_served_before_new_input() {
    let mut framer = Framer::new(100);
    framer.keep(b"one\ntwo\nthr");
    assert_eq!(framer.buffered(), 11);
    let mut input = &b"ee\nfour\n"[..];
    for expected in [&b"one"[..], b"two", b"three", b"four"] {
        assert_eq!(framer.next(&mut input), Some(Line::Text(expected)));
    }
    assert_eq!(framer.next(&mut input), None);
    assert_eq!(framer.kept_max(), 0);
}

#[test]
fn keeping_nothing_moves_nothing() {
    let mut framer = Framer::new(100);
    framer.keep(b"one\ntwo\n");
    assert_eq!(framer.next(&mut &b""[..]), Some(Line::Text(b"one")));
    let before = framer.kept().as_ptr();
    framer.keep(b"");
    assert_eq!((framer.kept().as_ptr(), framer.buffered()), (before, 4));
}

#[test]
fn a_kept_line_beyond_the_limit_is_too_long() {
    let mut framer = Framer::new(4);
    framer.keep(b"12345\n1234\n12345");
    assert_eq!(framer.next(&mut &b""[..]), Some(Line::TooLong));
    assert_eq!(framer.next(&mut &b""[..]), Some(Line::Text(b"1234")));
    assert_eq!(framer.next(&mut &b""[..]), Some(Line::TooLong));
    framer.keep(b"678\nok\n");
    assert_eq!(framer.next(&mut &b""[..]), Some(Line::Text(b"ok")));
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => Just(b'x'), 2 => Just(b'\n'), 1 => Just(b'\r'), 1 => any::<u8>()];
    proptest::collection::vec(byte, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn any_chunking_gives_the_same_lines(bytes in stream(), size in 1_usize..20, limit in 0_usize..8) {
        prop_assert_eq!(read_all(limit, bytes.chunks(size)), by_definition(limit, &bytes));
    }

    #[test]
    fn keeping_the_rest_at_any_time_loses_nothing(
        bytes in stream(),
        size in 1_usize..20,
        limit in 0_usize..8,
        mut pauses in any::<u64>(),
    ) {
        let mut framer = Framer::new(limit);
        let mut all = Seen::new();
        for mut chunk in bytes.chunks(size) {
            while let Some(line) = framer.next(&mut chunk) {
                all.push(seen(line));
                pauses = pauses.rotate_right(1);
                if pauses & 1 == 1 {
                    framer.keep(chunk);
                    chunk = b"";
                    break;
                }
            }
            prop_assert!(chunk.is_empty());
        }
        feed(&mut framer, b"", &mut all);
        all.extend(framer.finish().map(seen));
        prop_assert_eq!(all, by_definition(limit, &bytes));
    }
}
