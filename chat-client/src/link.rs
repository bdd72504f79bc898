//! One TCP connection: a thread that dials, one that reads lines, one that writes. Must never know what a line means.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::engine::Event;
use crate::received::Lines;

/// How long one address may take to accept.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// How long the server may take to accept a single byte of what is written.
const WRITE_MAX: Duration = Duration::from_secs(120);
/// Chunks that wait to be written: more than the shortest lines of a script that the session lets run ahead.
pub(crate) const QUEUE: usize = 2048;

/// A connection; dropping it closes it.
#[derive(Debug)]
pub(crate) struct Link {
    stream: TcpStream,
    queue: SyncSender<Vec<u8>>,
}

/// Connects on a thread of its own, because name look-up and connecting block and the user may want to leave
/// meanwhile. The outcome arrives as an event of this generation.
pub(crate) fn dial(address: (String, u16), generation: u32, events: SyncSender<Event>) {
    thread::spawn(move || {
        let outcome = connect(&address).map_err(|error| format!("{}:{}: {error}", address.0, address.1));
        // The engine may be gone; then nobody waits for the outcome.
        let _ = events.send(Event::Dialled(generation, outcome));
    });
}

fn connect((host, port): &(String, u16)) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in (host.as_str(), *port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_MAX) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

impl Link {
    /// Starts reading and writing. Both threads end with the connection, which ends at the latest when the link is
    /// dropped; they are not joined, because the reader may be waiting for the very engine that drops it.
    ///
    /// # Errors
    /// The socket cannot be shared or set up.
    pub(crate) fn start(stream: TcpStream, generation: u32, events: SyncSender<Event>) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_MAX))?;
        // When it is full, `send` says so and the connection counts as lost.
        let (queue, chunks) = sync_channel(QUEUE);
        let (reading, writing) = (stream.try_clone()?, stream.try_clone()?);
        thread::spawn(move || {
            let why = read_lines(reading, generation, &events);
            let _ = events.send(Event::Closed(generation, why));
        });
        thread::spawn(move || write_chunks(writing, &chunks));
        Ok(Self { stream, queue })
    }

    /// Queues bytes; `false` if the server has stopped reading for so long that the queue is full, or is gone.
    pub(crate) fn send(&self, chunk: Vec<u8>) -> bool {
        self.queue.try_send(chunk).is_ok()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // It fails if the other side has closed already, which is what is wanted.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// Reads until the end and says why it ended.
fn read_lines(mut stream: TcpStream, generation: u32, events: &SyncSender<Event>) -> String {
    let mut lines = Lines::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return "the server closed it without a word".to_owned(),
            Ok(len) => {
                for line in lines.push(&buffer[..len]) {
                    if events.send(Event::Line(generation, line)).is_err() {
                        return String::new();
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return error.to_string(),
        }
    }
}

/// Writes until the link is dropped. A failure closes the socket, so that the reader reports it.
fn write_chunks(mut stream: TcpStream, chunks: &Receiver<Vec<u8>>) {
    for chunk in chunks {
        if stream.write_all(&chunk).is_err() {
            let _ = stream.shutdown(Shutdown::Write);
            return;
        }
    }
}
