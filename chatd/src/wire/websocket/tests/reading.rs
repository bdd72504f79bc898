//! What a session reads of well-behaved clients.

use proptest::prelude::{any, prop, proptest};

use super::super::{MESSAGE_MAX, Subprotocol};
use super::stage::{BINARY, CLOSE, CONTINUATION, MORE, PING, PONG, Stage, TEXT, closed, frame, served};

#[test]
fn a_message_is_a_line() {
    let mut stage = Stage::text();
    stage.hear(frame(TEXT, b"NICK alice")).expect("NICK alice\r\n");
    stage.hear([frame(TEXT, b"A"), frame(TEXT, b""), frame(TEXT, b"B")].concat()).expect("A\r\n\r\nB\r\n");
    assert!(stage.sent().is_empty());
}

#[test]
fn an_end_of_line_in_a_message_that_needs_none_does_no_harm() {
    let mut stage = Stage::text();
    for end in ["\n", "\r\n", "\r\r\n", "\n\n"] {
        stage.hear(frame(TEXT, format!("PING 1{end}").as_bytes())).expect("PING 1\r\n");
    }
}

#[test]
fn a_message_may_come_in_frames_with_control_frames_between() {
    let mut stage = Stage::text();
    stage.hear(frame(TEXT & MORE, b"PRIVMSG #a :")).expect("PRIVMSG #a :");
    stage.hear(frame(PING, b"still there?")).expect("");
    assert_eq!(stage.sent(), served(PONG, b"still there?"));
    stage
        .hear(frame(CONTINUATION & MORE, b"h\xC3"))
        .hear(frame(CONTINUATION & MORE, b""))
        .hear(frame(CONTINUATION, b"\xA9"));
    stage.expect("h\u{E9}\r\n");
}

#[test]
fn either_kind_of_message_is_a_line_whatever_was_agreed_on() {
    for subprotocol in [Subprotocol::Text, Subprotocol::Binary, Subprotocol::Unnamed] {
        for first in [TEXT, BINARY] {
            Stage::new(subprotocol).hear(frame(first, b"LIST")).expect("LIST\r\n");
        }
    }
}

#[test]
fn the_last_of_many_pings_is_answered_and_each_is_an_empty_line_for_the_pace() {
    let mut stage = Stage::text();
    let pings: Vec<u8> = (0..50_u8).flat_map(|number| frame(PING, &[number])).collect();
    stage.hear(pings).expect(&"\r\n".repeat(50));
    assert_eq!(stage.sent(), served(PONG, &[49]));
    stage.hear(frame(PONG, b"unasked")).expect("\r\n");
    assert!(stage.sent().is_empty());
}

#[test]
fn the_longest_control_frame_is_answered_whole() {
    let mut stage = Stage::text();
    stage.hear(frame(PING, &[b'x'; 125])).expect("\r\n");
    assert_eq!(stage.sent(), served(PONG, &[b'x'; 125]));
}

#[test]
fn a_close_is_answered_with_its_code_and_ends_the_input() {
    for (payload, code) in
        [(&b""[..], 1000), (b"\x03\xE8", 1000), (b"\x03\xE9gone", 1001), (b"\x0F\xA0", 4000)]
    {
        let mut stage = Stage::text();
        stage.hear([frame(TEXT, b"QUIT"), frame(CLOSE, payload), frame(TEXT, b"NICK zombie")].concat());
        assert_eq!(stage.read(), ("QUIT\r\n".into(), Ok(false)));
        assert_eq!(stage.sent(), closed(code, ""));
        assert_eq!(stage.write(&[b"ERROR :bye\r\n"]), Some(12), "after a close nothing may be sent");
        assert!(stage.shut_down() && stage.sent().is_empty() && stage.peer().is_shut);
    }
}

#[test]
fn the_end_of_the_socket_between_messages_is_an_end() {
    let mut stage = Stage::text();
    stage.hear(frame(TEXT, b"QUIT")).hear_end();
    assert_eq!(stage.read(), ("QUIT\r\n".into(), Ok(false)));
}

#[test]
fn a_message_that_is_cut_off_is_no_line() {
    let whole = frame(TEXT, b"QUIT");
    for cut in 1..whole.len() {
        let mut stage = Stage::text();
        stage.hear(&whole[..cut]).hear_end();
        let (read, end) = stage.read();
        assert!(!read.contains('\n') && end.is_err(), "{cut}: {read:?} {end:?}");
    }
    for rest in [frame(CLOSE, b""), vec![]] {
        let mut stage = Stage::text();
        stage.hear(frame(TEXT & MORE, b"QUI")).hear(rest).hear_end();
        assert!(stage.read().1.is_err(), "a message of which a frame is missing");
    }
}

#[test]
fn the_longest_message_is_read() {
    let mut stage = Stage::text();
    let text = "x".repeat(MESSAGE_MAX);
    stage.hear(frame(TEXT, text.as_bytes())).expect(&format!("{text}\r\n"));
    let half = &text.as_bytes()[..MESSAGE_MAX / 2];
    stage
        .hear(frame(TEXT & MORE, &half[1..]))
        .hear(frame(CONTINUATION, half))
        .expect(&format!("{}\r\n", &text[1..]));
}

#[test]
fn an_idle_connection_takes_little() {
    assert!(size_of::<super::super::WebSocket<()>>() <= 104, "{}", size_of::<super::super::WebSocket<()>>());
}

proptest! {
    /// However the bytes of these messages are cut, by the network or by the session's buffer, the lines are the same.
    #[test]
    fn lines_do_not_depend_on_how_their_bytes_come(
        lines in prop::collection::vec("[ -~é€]{0,40}", 1..8),
        cuts in prop::collection::vec(1_usize..30, 1..40),
        split in any::<prop::sample::Index>(),
        chunk in 4_usize..40,
    ) {
        let mut bytes = Vec::new();
        for line in &lines {
            let (first, rest) = line.as_bytes().split_at(split.index(line.len() + 1));
            bytes.extend(frame(TEXT & MORE, first));
            bytes.extend(frame(PING, b"?"));
            bytes.extend(frame(CONTINUATION, rest));
        }
        let mut stage = Stage::text();
        stage.chunk = chunk;
        let mut cuts = cuts.into_iter().cycle();
        let mut left = &bytes[..];
        while !left.is_empty() {
            let (piece, rest) = left.split_at(cuts.next().unwrap().min(left.len()));
            stage.hear(piece);
            left = rest;
        }
        let expected: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        stage.expect(&expected);
    }

    /// Whatever comes, it is read without panic, and what is read is never more than came, plus the end of one line.
    #[test]
    fn anything_may_come(bytes in prop::collection::vec(any::<u8>(), 0..200), chunk in 4_usize..40) {
        let mut stage = Stage::new(Subprotocol::Binary);
        stage.chunk = chunk;
        let count = bytes.len();
        stage.hear(bytes);
        assert!(stage.read_bytes().len() <= count);
    }
}
