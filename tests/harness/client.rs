//! An IRC client that says what it is told and expects what it is told.

use std::net::TcpStream;

use rustls::ClientConnection;

use super::daemon::Daemon;
use super::glob::glob;
use super::wire::Wire;

/// One IRC connection.
#[derive(Debug)]
pub(crate) struct Client {
    wire: Wire,
    fences: u32,
}

impl Client {
    /// A connection that has said nothing yet.
    #[track_caller]
    pub(crate) fn open(daemon: &Daemon, name: &str) -> Self {
        Self { wire: Wire::connect(name, daemon.irc_port()), fences: 0 }
    }

    /// A connection to another port than that of IRC.
    #[track_caller]
    pub(crate) fn open_at(port: u16, name: &str) -> Self {
        Self { wire: Wire::connect(name, port), fences: 0 }
    }

    /// A connection to another address of this machine.
    #[track_caller]
    pub(crate) fn open_on(address: &str, port: u16, name: &str) -> Self {
        let address = (address.parse::<std::net::IpAddr>().unwrap(), port);
        Self { wire: Wire::connect_to(name, address.into()), fences: 0 }
    }

    /// A connection by TLS that has said nothing yet.
    #[track_caller]
    pub(crate) fn open_tls(daemon: &Daemon, name: &str, tls: ClientConnection) -> Self {
        let mut wire = Wire::connect(name, daemon.tls_port());
        wire.encrypt(tls);
        Self { wire, fences: 0 }
    }

    /// A registered client whose welcome is read.
    #[track_caller]
    pub(crate) fn connect(daemon: &Daemon, nick: &str) -> Self {
        let mut client = Self::open(daemon, nick);
        client.register(nick);
        client
    }

    /// A registered client with these capabilities.
    #[track_caller]
    pub(crate) fn connect_with_caps(daemon: &Daemon, nick: &str, caps: &[&str]) -> Self {
        let mut client = Self::open(daemon, nick);
        let caps = caps.join(" ");
        client.send(&format!("CAP REQ :{caps}"));
        client.expect(&format!(":* CAP * ACK :{caps}"));
        client.send("CAP END");
        client.register(nick);
        client
    }

    /// A registered client that is in `room`.
    #[track_caller]
    pub(crate) fn connect_in(daemon: &Daemon, nick: &str, room: &str) -> Self {
        let mut client = Self::connect(daemon, nick);
        client.join(room);
        client
    }

    /// Says NICK and USER and reads the welcome with all that belongs to it.
    #[track_caller]
    pub(crate) fn register(&mut self, nick: &str) {
        self.send(&format!("NICK {nick}"));
        self.send(&format!("USER {nick} 0 * :{nick} the tester"));
        self.expect(&format!("*:* 001 {nick} :*"));
        // The desk greets behind the message of the day.
        self.fence();
    }

    /// Enters `room` and reads its names.
    #[track_caller]
    pub(crate) fn join(&mut self, room: &str) {
        self.send(&format!("JOIN {room}"));
        self.skip_until(&format!("*:* 366 * {room} :*"));
    }

    /// Becomes the operator of this name, whose password is `secret`.
    #[track_caller]
    pub(crate) fn become_operator(&mut self, name: &str) {
        self.send(&format!("OPER {name} secret"));
        self.skip_until(":* 381 *");
        self.fence();
    }

    /// Says one line.
    #[track_caller]
    pub(crate) fn send(&mut self, line: &str) {
        self.wire.send_bytes(format!("{line}\r\n").as_bytes());
    }

    /// Says these bytes as they are.
    #[track_caller]
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.wire.send_bytes(bytes);
    }

    /// Hears exactly this next; `*` stands for any text.
    #[track_caller]
    pub(crate) fn expect(&mut self, pattern: &str) -> String {
        self.wire.expect(pattern)
    }

    /// Hears one of these two next; whether it was the second.
    #[track_caller]
    pub(crate) fn expect_either(&mut self, one: &str, other: &str) -> bool {
        let line = self.wire.line();
        let is_other = glob(other, &line);
        if !is_other && !glob(one, &line) {
            self.wire.fail(&format!("expected {one:?} or {other:?}\n     heard {line:?}"));
        }
        is_other
    }

    /// Hears exactly these next, in this order.
    #[track_caller]
    pub(crate) fn expect_all(&mut self, patterns: &[&str]) {
        for pattern in patterns {
            self.wire.expect(pattern);
        }
    }

    /// Hears this, and before it whatever else.
    #[track_caller]
    pub(crate) fn skip_until(&mut self, pattern: &str) -> String {
        self.wire.collect_until(pattern).pop().unwrap_or_default()
    }

    /// All lines up to the one that fits, with it.
    #[track_caller]
    pub(crate) fn collect_until(&mut self, pattern: &str) -> Vec<String> {
        self.wire.collect_until(pattern)
    }

    /// Nothing was meant for this client so far: the answer to a PING is the very next line.
    #[track_caller]
    pub(crate) fn expect_silence(&mut self) {
        let token = self.ping();
        self.wire.expect(&format!("*:* PONG * :{token}"));
    }

    /// Everything that this client said is done when this returns; the lines that came meanwhile.
    #[track_caller]
    pub(crate) fn fence(&mut self) -> Vec<String> {
        let token = self.ping();
        let mut lines = self.wire.collect_until(&format!("*:* PONG * :{token}"));
        lines.pop();
        lines
    }

    #[track_caller]
    fn ping(&mut self) -> String {
        self.fences += 1;
        let token = format!("fence-{}", self.fences);
        self.send(&format!("PING {token}"));
        token
    }

    /// The daemon has closed, with nothing more to say.
    #[track_caller]
    pub(crate) fn expect_closed(&mut self) {
        self.wire.expect_closed();
    }

    /// The daemon says goodbye with this reason and closes.
    #[track_caller]
    pub(crate) fn expect_farewell(&mut self, reason: &str) {
        self.wire.expect(&format!("ERROR :Closing link: (*) [{reason}]"));
        self.wire.expect_closed();
    }

    /// The next line, whatever it is; nothing once the daemon has closed.
    #[track_caller]
    pub(crate) fn read_line(&mut self) -> Option<String> {
        self.wire.read_line()
    }

    /// What is below: for clients that misbehave.
    pub(crate) fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    /// The socket itself, for tests that read many of them at once.
    pub(crate) fn into_stream(self) -> TcpStream {
        self.wire.into_stream()
    }

    /// Dies without closing.
    pub(crate) fn reset(self) {
        self.wire.reset();
    }
}
