//! A client that notes what it is shown until the connection ends, however it ends.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::TcpStream;

use super::daemon::Daemon;
use super::wait::DEADLINE;

/// One IRC connection for a daemon that may be killed at any moment.
#[derive(Debug)]
pub(crate) struct Witness {
    stream: BufReader<TcpStream>,
}

impl Witness {
    /// Registers with these capabilities.
    #[track_caller]
    pub(crate) fn connect(daemon: &Daemon, nick: &str, caps: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", daemon.irc_port())).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut witness = Self { stream: BufReader::new(stream) };
        let begin =
            format!("CAP REQ :{caps}\r\nNICK {nick}\r\nUSER {nick} 0 * :{nick}\r\nCAP END\r\nPING in\r\n");
        assert!(witness.say(&begin));
        witness.hear_until(" PONG ");
        witness
    }

    /// Registers and enters a room.
    #[track_caller]
    pub(crate) fn join(daemon: &Daemon, nick: &str, caps: &str, room: &str) -> Self {
        let mut witness = Self::connect(daemon, nick, caps);
        assert!(witness.say(&format!("JOIN {room}\r\n")));
        witness.hear_until(" 366 ");
        witness
    }

    /// Sends these bytes; whether the system still took them.
    pub(crate) fn say(&mut self, bytes: &str) -> bool {
        self.stream.get_mut().write_all(bytes.as_bytes()).is_ok()
    }

    /// The next whole line; nothing once the connection has ended. A line that was cut off was not shown to anybody.
    pub(crate) fn hear(&mut self) -> Option<String> {
        let mut line = Vec::new();
        match self.stream.read_until(b'\n', &mut line) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("heard nothing for {DEADLINE:?}"),
            read => read.ok()?,
        };
        let line = line.strip_suffix(b"\r\n")?;
        Some(String::from_utf8(line.to_vec()).unwrap())
    }

    #[track_caller]
    fn hear_until(&mut self, part: &str) {
        while !self.hear().unwrap_or_else(|| panic!("closed before {part:?}")).contains(part) {}
    }
}
