//! What a session's lines become, whatever the socket takes of them.

use proptest::prelude::{any, prop, proptest};

use super::super::Subprotocol;
use super::stage::{BINARY, PING, PONG, Stage, TEXT, closed, frame, served};

#[test]
fn a_line_is_a_message_without_its_end() {
    let mut stage = Stage::text();
    assert_eq!(stage.write(&[b"PING 1\r\n"]), Some(8));
    assert_eq!(stage.sent(), served(TEXT, b"PING 1"));
    assert_eq!(stage.write(&[b"a\r\nb\n", b"c\r\n"]), Some(8));
    assert_eq!(stage.sent(), [served(TEXT, b"a"), served(TEXT, b"b"), served(TEXT, b"c")].concat());
    assert!(stage.flush());
}

#[test]
fn lengths_take_the_shortest_form() {
    for length in [1, 125, 126, 510, 8191] {
        let mut stage = Stage::text();
        let line = [&vec![b'x'; length][..], b"\r\n"].concat();
        assert_eq!(stage.write(&[&line]), Some(length + 2));
        assert_eq!(stage.sent(), served(TEXT, &line[..length]), "{length}");
    }
}

#[test]
fn bytes_are_sent_where_they_were_agreed_on() {
    let mut stage = Stage::new(Subprotocol::Binary);
    stage.write(&[b"caf\xE9\r\n"]);
    assert_eq!(stage.sent(), served(BINARY, b"caf\xE9"));
    let mut stage = Stage::new(Subprotocol::Unnamed);
    stage.write(&[b"hi\r\n"]);
    assert_eq!(stage.sent(), served(TEXT, b"hi"));
}

#[test]
fn text_is_always_utf8() {
    let mut stage = Stage::text();
    let lines: [&[u8]; 3] = [b"a\r\n", b"caf\xE9\r\n", b"b\r\n"];
    let mut rest = lines.concat();
    while !rest.is_empty() {
        let written = stage.write(&[&rest]).unwrap();
        rest.drain(..written);
    }
    assert_eq!(
        stage.sent(),
        [served(TEXT, b"a"), served(TEXT, "caf\u{FFFD}".as_bytes()), served(TEXT, b"b")].concat()
    );
}

#[test]
fn empty_lines_are_no_messages() {
    let mut stage = Stage::text();
    assert_eq!(stage.write(&[b"\r\n\n"]), Some(3));
    assert_eq!(stage.write(&[]), Some(0));
    assert!(stage.sent().is_empty());
}

#[test]
fn an_answer_waits_for_the_end_of_a_frame() {
    let mut stage = Stage::text();
    stage.peer().room = Some(5);
    assert_eq!(stage.write(&[b"PING 1\r\nPING 2\r\n"]), Some(8), "the first is begun, the second is not");
    stage.hear(frame(PING, b"?")).expect("\r\n");
    assert!(!stage.flush());
    assert_eq!(stage.write(&[b"PING 2\r\n"]), None);
    stage.peer().room = None;
    assert_eq!(stage.write(&[b"PING 2\r\n"]), Some(8));
    stage.expect("");
    assert_eq!(stage.sent(), [served(TEXT, b"PING 1"), served(TEXT, b"PING 2"), served(PONG, b"?")].concat());
}

#[test]
fn the_session_ends_with_a_close() {
    let mut stage = Stage::text();
    stage.write(&[b"ERROR :bye\r\n"]);
    assert!(stage.shut_down() && stage.peer().is_shut);
    assert_eq!(stage.sent(), [served(TEXT, b"ERROR :bye"), closed(1000, "")].concat());
    assert!(stage.shut_down() && stage.sent().is_empty(), "it is said once");
}

#[test]
fn a_daemon_that_stops_says_that_it_goes_away() {
    let mut stage = Stage::text();
    stage.leaving.cancel();
    assert!(stage.shut_down());
    assert_eq!(stage.sent(), closed(1001, ""));
}

#[test]
fn a_close_waits_for_the_end_of_a_frame() {
    let mut stage = Stage::text();
    stage.peer().room = Some(4);
    assert_eq!(stage.write(&[b"ERROR :bye\r\n"]), Some(12));
    assert!(!stage.shut_down() && !stage.peer().is_shut);
    stage.peer().room = None;
    assert!(stage.shut_down());
    assert_eq!(stage.sent(), [served(TEXT, b"ERROR :bye"), closed(1000, "")].concat());
}

proptest! {
    /// However little the socket takes at a time, and however the session cuts its pieces, whole frames come in order.
    #[test]
    fn frames_do_not_depend_on_what_the_socket_takes(
        lines in prop::collection::vec("[!-~é]{1,200}", 1..40),
        rooms in prop::collection::vec(0_usize..50, 1..40),
        per_piece in 1_usize..5,
        is_flushed in any::<bool>(),
    ) {
        let pieces: Vec<Vec<u8>> = lines
            .chunks(per_piece)
            .map(|lines| lines.iter().flat_map(|line| format!("{line}\r\n").into_bytes()).collect())
            .collect();
        let all = pieces.concat();
        let mut stage = Stage::text();
        let (mut written, mut rooms) = (0, rooms.into_iter().chain([1000]).cycle());
        while written < all.len() {
            stage.peer().room = rooms.next();
            let mut end = 0;
            let slices: Vec<&[u8]> = pieces
                .iter()
                .map(|piece| {
                    end += piece.len();
                    &all[written.max(end - piece.len()).min(end)..end]
                })
                .collect();
            written += stage.write(&slices).unwrap_or(0);
            if is_flushed {
                stage.flush();
            }
        }
        stage.peer().room = None;
        assert!(stage.flush());
        let expected: Vec<u8> = lines.iter().flat_map(|line| served(TEXT, line.as_bytes())).collect();
        assert_eq!(stage.sent(), expected);
    }
}
