//! The floor: the least that a server has to do. One thread, one epoll; it drains all that is ready, then writes to each
//! connection once. Knows just enough IRC for the workloads and checks nothing, so it is no server for anybody.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;

use anyhow::Result;
use memchr::{memchr, memchr_iter};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::place;

const LISTENER: u64 = u64::MAX;
/// Bytes of one read.
const READ: usize = 64 * 1024;
/// Buffers that are kept for the next round.
const SPARE: usize = 1024;

/// A connection; an idle one owns no buffer.
#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    nick: Box<[u8]>,
    rooms: Vec<u32>,
    tail: Vec<u8>,
    out: Vec<u8>,
    waits_for_room: bool,
}

#[derive(Debug)]
struct Floor {
    epoll: Epoll,
    listener: TcpListener,
    connections: Vec<Option<Connection>>,
    free: Vec<usize>,
    nicks: HashMap<Box<[u8]>, usize>,
    room_names: HashMap<Box<[u8]>, usize>,
    rooms: Vec<Vec<usize>>,
    dirty: Vec<usize>,
    spare: Vec<Vec<u8>>,
    /// The message that is being handed out.
    line: Vec<u8>,
    /// One `write` for each delivery instead of one for each connection and round.
    is_naive: bool,
}

/// Serves until it is killed.
///
/// # Errors
/// The address is not on loopback, or cannot be listened on.
pub(crate) fn serve(address: SocketAddr, is_naive: bool) -> Result<()> {
    let listener = TcpListener::bind(place::only_loopback(address)?)?;
    listener.set_nonblocking(true)?;
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    epoll.add(listener.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, LISTENER))?;
    let mut floor = Floor {
        epoll,
        listener,
        connections: Vec::new(),
        free: Vec::new(),
        nicks: HashMap::new(),
        room_names: HashMap::new(),
        rooms: Vec::new(),
        dirty: Vec::new(),
        spare: Vec::new(),
        line: Vec::new(),
        is_naive,
    };
    let mut events = vec![EpollEvent::empty(); 1024];
    let mut buffer = vec![0; READ];
    loop {
        let count = floor.epoll.wait(&mut events, EpollTimeout::NONE)?;
        for event in &events[..count] {
            match event.data() {
                LISTENER => floor.accept()?,
                number => floor.ready(number as usize, event.events(), &mut buffer),
            }
        }
        floor.write_all();
    }
}

impl Floor {
    fn accept(&mut self) -> Result<()> {
        loop {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            let number = self.free.pop().unwrap_or(self.connections.len());
            self.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, number as u64))?;
            let connection = Connection {
                stream,
                nick: Box::default(),
                rooms: Vec::new(),
                tail: Vec::new(),
                out: Vec::new(),
                waits_for_room: false,
            };
            if number == self.connections.len() {
                self.connections.push(None);
            }
            self.connections[number] = Some(connection);
        }
    }

    fn ready(&mut self, number: usize, events: EpollFlags, buffer: &mut [u8]) {
        if events.contains(EpollFlags::EPOLLOUT) && !self.dirty.contains(&number) {
            self.dirty.push(number);
        }
        if events.intersects(EpollFlags::EPOLLIN | EpollFlags::EPOLLHUP | EpollFlags::EPOLLERR) {
            self.read(number, buffer);
        }
    }

    fn read(&mut self, number: usize, buffer: &mut [u8]) {
        let Some(connection) = &mut self.connections[number] else { return };
        let old = connection.tail.len();
        buffer[..old].copy_from_slice(&connection.tail);
        let count = match connection.stream.read(&mut buffer[old..]) {
            Ok(count) if count > 0 => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            _ => return self.close(number),
        };
        connection.tail = Vec::new();
        let mut begin = 0;
        for end in memchr_iter(b'\n', &buffer[..old + count]) {
            let line = &buffer[begin..end];
            self.line(number, line.strip_suffix(b"\r").unwrap_or(line));
            begin = end + 1;
        }
        if let Some(connection) = &mut self.connections[number] {
            connection.tail.extend_from_slice(&buffer[begin..old + count]);
        }
    }

    fn line(&mut self, number: usize, line: &[u8]) {
        let (verb, rest) = cut(line);
        match verb {
            b"PRIVMSG" => self.message(number, rest),
            b"PING" => self.say(number, &[b":floor PONG floor ", rest, b"\r\n"]),
            b"JOIN" => self.join(number, rest),
            b"NICK" => self.name(number, rest),
            b"USER" => self.welcome(number),
            b"QUIT" => self.close(number),
            _ => {}
        }
    }

    fn name(&mut self, number: usize, nick: &[u8]) {
        self.nicks.insert(nick.into(), number);
        if let Some(connection) = &mut self.connections[number] {
            connection.nick = nick.into();
        }
    }

    fn welcome(&mut self, number: usize) {
        let Some(connection) = &self.connections[number] else { return };
        let nick = connection.nick.clone();
        for (numeric, text) in [
            ("001", ":Welcome"),
            ("002", ":Your host is floor"),
            ("003", ":This server was made just now"),
            ("004", "floor 0 i n"),
            ("005", "CHANTYPES=# NICKLEN=30 :are supported"),
            ("375", ":- floor message of the day"),
            ("372", ":- Welcome."),
            ("376", ":End of message of the day"),
        ] {
            let words: [&[u8]; 7] =
                [b":floor ", numeric.as_bytes(), b" ", &nick, b" ", text.as_bytes(), b"\r\n"];
            self.say(number, &words);
        }
    }

    fn join(&mut self, number: usize, name: &[u8]) {
        let room = match self.room_names.get(name) {
            Some(room) => *room,
            None => {
                self.rooms.push(Vec::new());
                self.room_names.insert(name.into(), self.rooms.len() - 1);
                self.rooms.len() - 1
            }
        };
        let Some(connection) = &mut self.connections[number] else { return };
        connection.rooms.push(room as u32);
        let nick = connection.nick.clone();
        self.rooms[room].push(number);
        let members = std::mem::take(&mut self.rooms[room]);
        for member in &members {
            self.say(*member, &[b":", &nick, b"!u@floor JOIN ", name, b"\r\n"]);
        }
        self.rooms[room] = members;
        self.say(number, &[b":floor 366 ", &nick, b" ", name, b" :End of names\r\n"]);
    }

    fn message(&mut self, number: usize, rest: &[u8]) {
        let (target, text) = cut(rest);
        let Some(connection) = &self.connections[number] else { return };
        // The same bytes for everybody: put together once, copied once for each.
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        for word in [b":" as &[u8], &connection.nick, b"!u@floor PRIVMSG ", target, b" ", text, b"\r\n"] {
            line.extend_from_slice(word);
        }
        if target.first() == Some(&b'#') {
            if let Some(room) = self.room_names.get(target).copied() {
                let members = std::mem::take(&mut self.rooms[room]);
                for member in members.iter().filter(|member| **member != number) {
                    self.say(*member, &[&line]);
                }
                self.rooms[room] = members;
            }
        } else if let Some(to) = self.nicks.get(target).copied() {
            self.say(to, &[&line]);
        }
        self.line = line;
    }

    /// Queues a line for a connection.
    fn say(&mut self, number: usize, words: &[&[u8]]) {
        let Some(connection) = &mut self.connections[number] else { return };
        if connection.out.is_empty() {
            if connection.out.capacity() == 0 {
                connection.out = self.spare.pop().unwrap_or_default();
            }
            self.dirty.push(number);
        }
        for word in words {
            connection.out.extend_from_slice(word);
        }
        if self.is_naive && !connection.waits_for_room {
            self.write(number);
        }
    }

    fn write_all(&mut self) {
        let mut dirty = std::mem::take(&mut self.dirty);
        for number in dirty.drain(..) {
            self.write(number);
        }
        self.dirty = dirty;
    }

    fn write(&mut self, number: usize) {
        let Some(connection) = &mut self.connections[number] else { return };
        if connection.out.is_empty() {
            return;
        }
        match connection.stream.write(&connection.out) {
            Ok(count) if count == connection.out.len() => {
                let mut out = std::mem::take(&mut connection.out);
                out.clear();
                if self.spare.len() < SPARE {
                    self.spare.push(out);
                }
                self.watch(number, false);
            }
            Ok(count) => {
                connection.out.drain(..count);
                self.watch(number, true);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.watch(number, true),
            Err(_) => self.close(number),
        }
    }

    /// Whether it is to be told when a connection takes more.
    fn watch(&mut self, number: usize, is_full: bool) {
        let Some(connection) = &mut self.connections[number] else { return };
        if connection.waits_for_room == is_full {
            return;
        }
        connection.waits_for_room = is_full;
        let full = if is_full { EpollFlags::EPOLLOUT } else { EpollFlags::empty() };
        let mut event = EpollEvent::new(EpollFlags::EPOLLIN | full, number as u64);
        // Fails only for a descriptor that is not there, and this one is.
        let _ = self.epoll.modify(&connection.stream, &mut event);
    }

    fn close(&mut self, number: usize) {
        let Some(connection) = self.connections[number].take() else { return };
        self.nicks.remove(&connection.nick);
        for room in connection.rooms {
            self.rooms[room as usize].retain(|member| *member != number);
        }
        self.free.push(number);
    }
}

/// The first word and the rest.
fn cut(line: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b' ', line) {
        Some(at) => (&line[..at], &line[at + 1..]),
        None => (line, &[]),
    }
}
