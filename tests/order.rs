//! One room, many members, several senders at once: everybody has every message once and all have the same order.

use std::io::Write;
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd};
use std::thread;
use std::time::Instant;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, recv};

use crate::harness::{Client, DEADLINE, Daemon};

const MEMBERS: usize = 200;
const SENDERS: usize = 4;
const MESSAGES: usize = 5_000;
/// Threads that read; each has its share of the members.
const READERS: usize = 2;

/// What a member reads for one message. All of the same length, so that the end is known beforehand.
fn heard(sender: usize, number: usize) -> String {
    format!(":s{sender}!~s{sender}@127.0.0.1 PRIVMSG #order :{sender} {number:05}\r\n")
}

#[test]
fn two_hundred_members_read_the_messages_of_four_senders_once_and_in_the_same_order() {
    let daemon = Daemon::with(
        "[limits]\ninput-rate = 1000000\ninput-burst = 1000000\noutbox-soft = \"32MiB\"\noutbox-hard = \"256MiB\"",
    );
    let members = gather(&daemon);
    let total = heard(0, 0).len() * SENDERS * MESSAGES;
    let streams = thread::scope(|scope| {
        for (sender, stream) in members.iter().take(SENDERS).enumerate() {
            scope.spawn(move || speak(sender, stream));
        }
        let shares = members.chunks(MEMBERS / READERS);
        let readers: Vec<_> = shares.map(|share| scope.spawn(move || read_alike(share, total))).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(streams.windows(2).all(|pair| pair[0] == pair[1]), "members have read different orders");
    let stream = String::from_utf8(streams[0].clone()).unwrap();
    let mut next = [0; SENDERS];
    for line in stream.split_inclusive("\r\n") {
        let sender = next.iter().enumerate().position(|(sender, number)| line == heard(sender, *number));
        match sender {
            Some(sender) => next[sender] += 1,
            None => panic!("after {next:?} of each sender came {line:?}"),
        }
    }
    assert_eq!(next, [MESSAGES; SENDERS]);
    members.iter().for_each(expect_silence);
}

/// All members in the room, with all that belongs to their coming read. The senders are the first and read their own lines.
fn gather(daemon: &Daemon) -> Vec<TcpStream> {
    let member = |number: usize| {
        let mut client = if number < SENDERS {
            Client::connect_with_caps(daemon, &format!("s{number}"), &["echo-message"])
        } else {
            Client::connect(daemon, &format!("m{number}"))
        };
        client.join("#order");
        client
    };
    let mut members: Vec<_> = (0..MEMBERS).map(member).collect();
    members.iter_mut().for_each(|member| drop(member.fence()));
    members.into_iter().map(Client::into_stream).collect()
}

fn speak(sender: usize, mut stream: &TcpStream) {
    for from in (0..MESSAGES).step_by(100) {
        let lines = (from..from + 100).map(|number| format!("PRIVMSG #order :{sender} {number:05}\r\n"));
        stream.write_all(lines.collect::<String>().as_bytes()).unwrap();
    }
}

/// Reads `total` bytes from each of these members and returns them: all must read the same.
fn read_alike(members: &[TcpStream], total: usize) -> Vec<u8> {
    let mut stream: Vec<u8> = Vec::with_capacity(total);
    let mut places = vec![0; members.len()];
    let mut progress = Instant::now();
    while places.iter().any(|place| *place < total) {
        wait_readable(members, &places, total);
        for (member, place) in members.iter().zip(&mut places) {
            let mut chunk = [0; 64 * 1024];
            let count = match recv(member.as_raw_fd(), &mut chunk, MsgFlags::MSG_DONTWAIT) {
                Ok(0) => panic!("a member was disconnected at byte {place} of {total}"),
                Ok(count) => count,
                Err(Errno::EAGAIN) => continue,
                Err(error) => panic!("cannot read: {error}"),
            };
            progress = Instant::now();
            let (known, new) = chunk[..count].split_at(count.min(stream.len() - *place));
            assert!(stream[*place..].starts_with(known), "two members read different lines at byte {place}");
            stream.extend_from_slice(new);
            *place += count;
        }
        assert!(
            progress.elapsed() < DEADLINE,
            "nothing comes any more; members are at {places:?} of {total}"
        );
    }
    stream
}

fn wait_readable(members: &[TcpStream], places: &[usize], total: usize) {
    let unfinished = members.iter().zip(places).filter(|(_, place)| **place < total);
    let mut files: Vec<_> = unfinished.map(|(one, _)| PollFd::new(one.as_fd(), PollFlags::POLLIN)).collect();
    poll(&mut files, PollTimeout::from(1000_u16)).unwrap();
}

/// A PING is answered next: there was nothing more than the messages.
fn expect_silence(mut member: &TcpStream) {
    member.write_all(b"PING end\r\n").unwrap();
    let expected = b":chatd.localhost PONG chatd.localhost :end\r\n";
    let mut answer = vec![0; expected.len()];
    std::io::Read::read_exact(&mut member, &mut answer).unwrap();
    assert_eq!(answer, expected);
}
