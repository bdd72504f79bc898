//! One connection, over TCP or TLS: a thread that dials, one that reads lines, one that writes. Must never know what a line means.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use rustls::ClientConfig;

use crate::engine::Event;
use crate::received::Lines;
use crate::tls::Encrypted;

/// How long one address may take to accept.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// How long the server may take to accept a single byte of what is written.
const WRITE_MAX: Duration = Duration::from_secs(120);
/// Chunks that wait to be written: more than the shortest lines of a script that the session lets run ahead.
pub(crate) const QUEUE: usize = 2048;

/// Where to connect, and how.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Whom to trust with TLS; without it, nothing is encrypted.
    pub(crate) tls: Option<Arc<ClientConfig>>,
}

/// A socket, and what encrypts it if anything does.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: TcpStream,
    tls: Option<Encrypted>,
}

impl Stream {
    fn try_clone(&self) -> io::Result<Self> {
        Ok(Self { socket: self.socket.try_clone()?, tls: self.tls.clone() })
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.tls {
            Some(tls) => tls.read(&mut self.socket, buffer),
            None => self.socket.read(buffer),
        }
    }

    fn write_all(&mut self, chunk: &[u8]) -> io::Result<()> {
        match &self.tls {
            Some(tls) => tls.write_all(&mut self.socket, chunk),
            None => self.socket.write_all(chunk),
        }
    }
}

/// A connection; dropping it closes it.
#[derive(Debug)]
pub(crate) struct Link {
    socket: TcpStream,
    queue: SyncSender<Vec<u8>>,
}

/// Connects on a thread of its own, because name look-up and connecting block and the user may want to leave
/// meanwhile. The outcome arrives as an event of this generation.
pub(crate) fn dial(server: Server, generation: u32, events: SyncSender<Event>) {
    thread::spawn(move || {
        let outcome = connect(&server).map_err(|error| format!("{}:{}: {error}", server.host, server.port));
        // The engine may be gone; then nobody waits for the outcome.
        let _ = events.send(Event::Dialled(generation, outcome));
    });
}

fn connect(server: &Server) -> io::Result<Stream> {
    let mut socket = reach(&server.host, server.port)?;
    socket.set_nodelay(true)?;
    let shake = |config| Encrypted::shake(config, &server.host, &mut socket);
    let tls = server.tls.clone().map(shake).transpose()?;
    socket.set_write_timeout(Some(WRITE_MAX))?;
    Ok(Stream { socket, tls })
}

fn reach(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in (host, port).to_socket_addrs()? {
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
    /// The socket cannot be shared.
    pub(crate) fn start(stream: Stream, generation: u32, events: SyncSender<Event>) -> io::Result<Self> {
        // When it is full, `send` says so and the connection counts as lost.
        let (queue, chunks) = sync_channel(QUEUE);
        let (socket, reading) = (stream.socket.try_clone()?, stream.try_clone()?);
        thread::spawn(move || {
            let why = read_lines(reading, generation, &events);
            let _ = events.send(Event::Closed(generation, why));
        });
        thread::spawn(move || write_chunks(stream, &chunks));
        Ok(Self { socket, queue })
    }

    /// Queues bytes; `false` if the server has stopped reading for so long that the queue is full, or is gone.
    pub(crate) fn send(&self, chunk: Vec<u8>) -> bool {
        self.queue.try_send(chunk).is_ok()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // It fails if the other side has closed already, which is what is wanted.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// Reads until the end and says why it ended.
fn read_lines(mut stream: Stream, generation: u32, events: &SyncSender<Event>) -> String {
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
fn write_chunks(mut stream: Stream, chunks: &Receiver<Vec<u8>>) {
    for chunk in chunks {
        if stream.write_all(&chunk).is_err() {
            let _ = stream.socket.shutdown(Shutdown::Write);
            return;
        }
    }
}
