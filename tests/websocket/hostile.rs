//! Clients that do not keep to WebSocket, each under the name of the fault that it caused elsewhere.

use std::time::{Duration, Instant};

use super::{LISTENERS, daemon};
use crate::harness::websocket::{BINARY, CLOSE, CONTINUATION, MORE, PING, TEXT, frame, frame_head, request};
use crate::harness::{Client, Daemon, WebClient, Wire};

/// Ergo #2239: a page makes a browser send a form to a chat port, and its lines are obeyed.
#[test]
fn ergo_2239_a_form_of_a_page_is_not_obeyed() {
    let daemon = daemon();
    let mut bob = Client::connect(&daemon, "bob");
    let mut form = WebClient::open(&daemon, "form");
    form.send_bytes(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 60\r\n\r\n\
          NICK evil\r\nUSER evil 0 * :evil\r\nPRIVMSG bob :evil\r\n",
    );
    form.expect_status("400");
    bob.expect_silence();
}

/// CVE-2023-50784 (UnrealIRCd): a payload larger than a static buffer.
#[test]
fn cve_2023_50784_frames_at_each_length_and_beyond_the_limit() {
    let daemon = daemon();
    let mut page = WebClient::connect(&daemon, "page");
    for length in [125, 126, 127, 8191, 16 * 1024] {
        page.send_frame(TEXT, format!("PING {}", "x".repeat(length - 5)).as_bytes());
        page.expect(if length < 512 { ":* PONG * :xxx*" } else { ":* 417 page :*" });
    }
    for length in [16 * 1024 + 1, 65535, 65536, 1 << 32, (1 << 63) - 1] {
        let mut page = WebClient::upgraded(&daemon, "page");
        page.send_bytes(&frame_head(TEXT, length));
        page.expect_close(1009, "a message of more than 16384 bytes");
    }
    page.expect_silence();
}

/// CVE-2026-27889 (NATS): lengths with the top bit set.
#[test]
fn cve_2026_27889_lengths_with_the_top_bit() {
    let daemon = daemon();
    for length in [1 << 63, u64::MAX] {
        let mut page = WebClient::upgraded(&daemon, "page");
        page.send_bytes(&frame_head(BINARY, length));
        page.expect_close(1002, "a frame with a malformed length");
    }
    WebClient::connect(&daemon, "page");
}

/// CVE-2026-27571 (NATS): compressed messages before anybody has said who he is.
#[test]
fn cve_2026_27571_nothing_is_ever_inflated() {
    let daemon = daemon();
    let mut page = WebClient::open(&daemon, "page");
    page.send_bytes(
        request("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n").as_bytes(),
    );
    assert!(!page.answer().iter().any(|field| field.contains("Extensions")));
    page.send_frame(TEXT | 0x40, b"\xF2\x48\xCD\xC9\xC9\x07\x00");
    page.expect_close(1002, "a frame with reserved bits");
}

/// Ergo #2039: slow handshakes, fragments without end, huge frames.
#[test]
fn ergo_2039_a_slow_handshake_ends_at_its_deadline() {
    let daemon = Daemon::with(&format!("[limits]\nhandshake-timeout = \"1s\"\n{LISTENERS}"));
    let mut silent = Wire::connect("silent", daemon.websocket_port());
    let mut slow = Wire::connect("slow", daemon.websocket_port());
    slow.send_bytes(b"GET /irc HTTP/1.1\r\nHost: ");
    slow.expect_cut();
    silent.expect_cut();
    daemon.wait_log("limits.handshake-timeout");
    WebClient::connect(&daemon, "page");
}

#[test]
fn ergo_2039_fragments_without_end_are_bounded() {
    let daemon = daemon();
    let mut page = WebClient::upgraded(&daemon, "page");
    page.send_frame(TEXT & MORE, b"PRIVMSG #a :");
    let fragment = frame(CONTINUATION & MORE, &[b'x'; 100]);
    for _ in 0..400 {
        page.wire().try_send_bytes(&fragment);
    }
    page.expect_close_even_if_cut(1009, "a message of more than 16384 bytes");
    let mut empty = WebClient::upgraded(&daemon, "empty");
    empty.send_frame(TEXT & MORE, b"");
    empty.wire().try_send_bytes(&frame(CONTINUATION & MORE, b"").repeat(17_000));
    empty.expect_close_even_if_cut(1009, "a message of more than 16384 bytes");
}

#[test]
fn a_flood_of_pings_is_slowed_down_like_a_flood_of_lines() {
    const PINGS: usize = 200;
    let daemon = Daemon::with(&format!("[limits]\ninput-rate = 100\ninput-burst = 50\n{LISTENERS}"));
    let mut page = WebClient::connect(&daemon, "page");
    let mut other = Client::connect(&daemon, "other");
    let begun = Instant::now();
    page.send_bytes(&frame(PING, b"").repeat(PINGS));
    page.send("PING last");
    other.expect_silence();
    let mut pongs = 0;
    while let Some((first, payload)) = page.frame() {
        if first == TEXT {
            assert!(payload.ends_with(b":last"));
            break;
        }
        pongs += 1;
    }
    assert!((1..=PINGS).contains(&pongs), "{pongs} answers");
    let least = Duration::from_millis((PINGS as u64 - 50) * 10 - 100);
    assert!(begun.elapsed() >= least, "{PINGS} pings passed in {:?}", begun.elapsed());
}

#[test]
fn what_breaks_the_protocol_is_closed_with_the_code_for_it() {
    let daemon = daemon();
    for (bytes, code, reason) in [
        (vec![TEXT, 5, b'h', b'e'], 1002, "a frame without a mask"),
        (frame(0x83, b"x"), 1002, "a frame of an unknown kind"),
        (frame(TEXT | 0x10, b"x"), 1002, "a frame with reserved bits"),
        (frame(CONTINUATION, b"x"), 1002, "a continuation of nothing, or a message within a message"),
        (frame(PING & MORE, b"x"), 1002, "a control frame in fragments or of more than 125 bytes"),
        (frame_head(PING, 126), 1002, "a control frame in fragments or of more than 125 bytes"),
        (frame(CLOSE, b"\x03"), 1002, "a malformed close"),
        (frame(TEXT, b"PRIVMSG a :\xFF"), 1007, "text that is not UTF-8"),
    ] {
        let mut page = WebClient::upgraded(&daemon, "page");
        page.send_bytes(&bytes);
        page.expect_close(code, reason);
        daemon.wait_log(reason);
    }
}

#[test]
fn a_page_that_does_not_read_is_cut_off_and_harms_nobody() {
    let daemon = Daemon::with(&format!(
        "[limits]\noutbox-soft = \"16KiB\"\noutbox-hard = \"64KiB\"\ninput-rate = 1000000\ninput-burst = 1000000\n{LISTENERS}"
    ));
    let mut sender = Client::connect_in(&daemon, "sender", "#room");
    let mut slow = WebClient::connect(&daemon, "slow");
    slow.wire().shrink_receive_buffer();
    slow.send("JOIN #room");
    slow.fence();
    let filler = "x".repeat(400);
    let mut is_gone = false;
    for _ in 0..1000 {
        sender.send_bytes(format!("PRIVMSG #room :{filler}\r\n").repeat(100).as_bytes());
        is_gone = sender.fence().iter().any(|line| line.starts_with(":slow!~slow@127.0.0.1 QUIT"));
        if is_gone {
            break;
        }
    }
    assert!(is_gone);
    let last = slow.skip_until("ERROR *");
    assert!(last.contains("Reading too slowly"), "{last}");
    slow.expect_close(1000, "");
}
