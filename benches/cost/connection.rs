//! One client of the generator: a socket, a buffer that is reused, whole lines. Judges no line.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use memchr::memchr_iter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Enough for a client that only registers, and more than the longest line without tags.
pub(crate) const SMALL: usize = 4 * 1024;
/// For readers of a busy room: few calls a line.
pub(crate) const LARGE: usize = 128 * 1024;

/// How long a silence may last before a run is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// A connected client.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Box<[u8]>,
    filled: usize,
}

impl Connection {
    /// Connects and registers; the last line of the welcome has been read.
    pub(crate) async fn register(address: SocketAddr, nick: &str, buffer: usize) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let mut connection = Self { stream, buffer: vec![0; buffer].into(), filled: 0 };
        connection.write(format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n").as_bytes()).await?;
        connection.wait_for(|line| has_word(line, b"376") || has_word(line, b"422")).await?;
        Ok(connection)
    }

    /// Sends lines, ends included.
    pub(crate) async fn write(&mut self, lines: &[u8]) -> Result<()> {
        self.stream.write_all(lines).await.context("cannot write")
    }

    /// Waits for input and shows each whole line without its `\n`; at least one byte has come.
    pub(crate) async fn read(&mut self, mut each: impl FnMut(&[u8])) -> Result<()> {
        let read = timeout(SILENCE, self.stream.read(&mut self.buffer[self.filled..])).await;
        let count = read.context("the daemon was silent for 30 s")?.context("cannot read")?;
        if count == 0 {
            bail!("the daemon closed: {}", String::from_utf8_lossy(&self.buffer[..self.filled]));
        }
        let old = self.filled;
        self.filled += count;
        let mut begin = 0;
        for end in memchr_iter(b'\n', &self.buffer[old..self.filled]) {
            each(&self.buffer[begin..old + end]);
            begin = old + end + 1;
        }
        self.buffer.copy_within(begin..self.filled, 0);
        self.filled -= begin;
        Ok(())
    }

    /// Reads until a line is as wanted; other lines, also those that came with it, are dropped.
    pub(crate) async fn wait_for(&mut self, is_wanted: impl Fn(&[u8]) -> bool) -> Result<()> {
        let mut found = false;
        while !found {
            self.read(|line| found |= is_wanted(line)).await?;
        }
        Ok(())
    }

    /// Sends lines and waits until the daemon has dealt with all of them.
    pub(crate) async fn settle(&mut self, lines: &str) -> Result<()> {
        self.write(format!("{lines}PING fence\r\n").as_bytes()).await?;
        self.wait_for(|line| has_word(line, b"PONG")).await
    }
}

/// Whether the command of a line with a source is this one.
pub(crate) fn has_word(line: &[u8], word: &[u8]) -> bool {
    line.split(|byte| *byte == b' ').nth(1) == Some(word)
}

/// Runs the generator: one thread, so that it stays on its CPU.
pub(crate) fn drive<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
