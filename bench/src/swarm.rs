//! The generator: thousands of clients on one thread and one epoll. Cuts input into lines, joins what a turn sends to one
//! client into one write. Judges no line.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use memchr::memchr_iter;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use crate::place;

/// Bytes that one read may bring; shared by all clients.
const READ: usize = 512 * 1024;
/// Sockets that one turn may serve.
const READY: usize = 1024;
/// How long a silence may last before a run is given up.
const SILENCE: Duration = Duration::from_secs(20);
/// What the timer is called among clients.
const TIMER: u64 = u64::MAX;

/// One side of many conversations.
pub(crate) trait Talk {
    /// A line came, without its `\n`. Both lie in one turn: what it queues is sent at the turn's end.
    fn hear(&mut self, client: usize, line: &[u8], at: Instant, out: &mut Outgoing) -> Result<()>;

    /// Called before each turn: queues what is to be said now, and tells when to be called at the latest.
    fn speak(&mut self, _out: &mut Outgoing) -> Option<Instant> {
        None
    }

    /// The server has ended a client that may be ended.
    fn ended(&mut self, _client: usize) {}

    /// Whether everything has come.
    fn is_done(&self) -> bool;

    /// What has not, in words.
    fn lacks(&self) -> String;
}

/// What waits to be sent.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    queues: Vec<Vec<u8>>,
    touched: Vec<usize>,
}

impl Outgoing {
    /// The queue of a client, to append whole lines to.
    pub(crate) fn to(&mut self, client: usize) -> &mut Vec<u8> {
        let queue = &mut self.queues[client];
        if queue.is_empty() {
            self.touched.push(client);
        }
        queue
    }

    /// Queues a line.
    pub(crate) fn line(&mut self, client: usize, line: &str) {
        let queue = self.to(client);
        queue.extend_from_slice(line.as_bytes());
        queue.extend_from_slice(b"\r\n");
    }
}

/// One connection.
#[derive(Debug)]
struct Client {
    stream: TcpStream,
    /// The beginning of a line whose end has not come.
    tail: Vec<u8>,
}

/// All clients of a run. They are counted from 0 in the order in which they connected.
#[derive(Debug)]
pub(crate) struct Swarm {
    address: SocketAddr,
    /// Connections that may be under way at once: with more than a listener's backlog, the kernel drops them for a second.
    pub(crate) at_once: usize,
    epoll: Epoll,
    timer: TimerFd,
    armed: Option<Instant>,
    clients: Vec<Client>,
    /// The first of the clients that the server may end; without any, all.
    may_end: usize,
    /// What is to be sent at the end of the turn.
    pub(crate) out: Outgoing,
    buffer: Box<[u8]>,
    events: Vec<EpollEvent>,
}

impl Swarm {
    /// Clients of the server at this address, which is on loopback; it lets so many wait until it accepts them.
    pub(crate) fn new(address: SocketAddr, at_once: usize) -> Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?;
        epoll.add(timer.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, TIMER))?;
        Ok(Self {
            address: place::only_loopback(address)?,
            at_once,
            epoll,
            timer,
            armed: None,
            clients: Vec::new(),
            may_end: usize::MAX,
            out: Outgoing::default(),
            buffer: vec![0; READ].into(),
            events: vec![EpollEvent::empty(); READY],
        })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.clients.len()
    }

    /// Adds a client; on loopback the kernel connects at once. Returns its number.
    pub(crate) fn connect(&mut self) -> Result<usize> {
        let stream = TcpStream::connect(self.address).context("cannot connect to the server")?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let client = self.clients.len();
        self.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, client as u64))?;
        self.clients.push(Client { stream, tail: Vec::new() });
        self.out.queues.push(Vec::new());
        Ok(client)
    }

    /// Reads nothing of these clients any more, so that their sockets fill and the server has to keep what waits for them. It
    /// may end them for that.
    pub(crate) fn stop_reading(&mut self, clients: Range<usize>) -> Result<()> {
        self.may_end_from(clients.start);
        for client in &self.clients[clients] {
            self.epoll.delete(&client.stream)?;
        }
        Ok(())
    }

    /// Reads from a client again.
    pub(crate) fn read_again(&mut self, client: usize) -> Result<()> {
        let event = EpollEvent::new(EpollFlags::EPOLLIN, client as u64);
        Ok(self.epoll.add(&self.clients[client].stream, event)?)
    }

    /// Lets them talk until everything has come.
    ///
    /// # Errors
    /// The server was silent for [`SILENCE`] although something lacks, it closed a connection, or `talk` found a fault.
    pub(crate) fn run(&mut self, talk: &mut impl Talk) -> Result<()> {
        let mut heard = Instant::now();
        loop {
            let next = talk.speak(&mut self.out);
            self.flush()?;
            if talk.is_done() {
                return Ok(());
            }
            self.arm(next)?;
            if self.turn(talk)? {
                heard = Instant::now();
            } else if heard.elapsed() > SILENCE {
                bail!("nothing came for {} s although {}", SILENCE.as_secs(), talk.lacks());
            }
        }
    }

    /// From this client on, the server may end their connections; [`Talk::ended`] is told.
    pub(crate) fn may_end_from(&mut self, client: usize) {
        self.may_end = client;
    }

    /// Waits once for input and hands it over. Returns whether any came.
    pub(crate) fn turn(&mut self, talk: &mut impl Talk) -> Result<bool> {
        ensure!(!place::is_to_stop(), "it was told to stop");
        self.flush()?;
        // What could not be written is tried again soon.
        let timeout = if self.out.touched.is_empty() { 500_u16 } else { 1 };
        let count = match self.epoll.wait(&mut self.events, EpollTimeout::from(timeout)) {
            // Somebody looks at this process, or it was stopped for a while.
            Err(Errno::EINTR) => return Ok(false),
            count => count?,
        };
        let mut has_input = false;
        for at in 0..count {
            match self.events[at].data() {
                TIMER => self.armed = None,
                client => {
                    self.read(client as usize, talk)?;
                    has_input = true;
                }
            }
        }
        Ok(has_input)
    }

    fn read(&mut self, number: usize, talk: &mut impl Talk) -> Result<()> {
        let client = &mut self.clients[number];
        let old = client.tail.len();
        self.buffer[..old].copy_from_slice(&client.tail);
        let count = match client.stream.read(&mut self.buffer[old..]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Ok(0) | Err(_) if number >= self.may_end => return self.end(number, talk),
            Ok(0) => bail!("the server closed client {number}"),
            Ok(count) => count,
            Err(error) => return Err(error).with_context(|| format!("cannot read as client {number}")),
        };
        let at = Instant::now();
        let mut begin = 0;
        for end in memchr_iter(b'\n', &self.buffer[old..old + count]) {
            let line = &self.buffer[begin..old + end];
            if line.starts_with(b"ERROR") && number < self.may_end {
                bail!("the server told client {number}: {}", String::from_utf8_lossy(line));
            }
            talk.hear(number, line, at, &mut self.out)?;
            begin = old + end + 1;
        }
        client.tail.clear();
        client.tail.extend_from_slice(&self.buffer[begin..old + count]);
        Ok(())
    }

    fn end(&mut self, number: usize, talk: &mut impl Talk) -> Result<()> {
        self.epoll.delete(&self.clients[number].stream)?;
        talk.ended(number);
        Ok(())
    }

    /// Writes what is queued; what a socket does not take stays.
    fn flush(&mut self) -> Result<()> {
        let (clients, may_end) = (&self.clients, self.may_end);
        let queues = &mut self.out.queues;
        let mut failed = None;
        self.out.touched.retain(|number| match (&clients[*number].stream).write(&queues[*number]) {
            Ok(count) => {
                queues[*number].drain(..count);
                !queues[*number].is_empty()
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => true,
            // That it was ended is told by reading.
            Err(_) if *number >= may_end => false,
            Err(error) => {
                failed = Some((*number, error));
                false
            }
        });
        match failed {
            Some((number, error)) => Err(error).with_context(|| format!("cannot write as client {number}")),
            None => Ok(()),
        }
    }

    /// Ends the next wait at this moment.
    fn arm(&mut self, moment: Option<Instant>) -> Result<()> {
        let Some(moment) = moment.filter(|_| moment != self.armed) else { return Ok(()) };
        // Nothing would disarm it.
        let wait = moment.saturating_duration_since(Instant::now()).max(Duration::from_nanos(1));
        let expiration = Expiration::OneShot(TimeSpec::from_duration(wait));
        self.timer.set(expiration, TimerSetTimeFlags::empty())?;
        self.armed = Some(moment);
        Ok(())
    }
}

/// Whether the command of a line with a source is this one.
pub(crate) fn has_word(line: &[u8], word: &[u8]) -> bool {
    line.split(|byte| *byte == b' ').nth(1) == Some(word)
}
