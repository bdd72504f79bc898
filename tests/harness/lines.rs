//! A client of the plain lines port: what a person with `nc` would type and read.

use super::daemon::Daemon;
use super::wire::Wire;

/// One connection with plain lines.
#[derive(Debug)]
pub(crate) struct LineClient {
    wire: Wire,
    nick: String,
    fences: u32,
}

impl LineClient {
    /// A guest whose greeting is read.
    #[track_caller]
    pub(crate) fn connect(daemon: &Daemon) -> Self {
        let mut client = Self::open(daemon);
        let hello = client.wire.expect("-- *: you are *");
        client.nick = hello.rsplit(' ').next().unwrap_or_default().into();
        client.fence();
        client
    }

    /// A connection whose greeting is unread.
    #[track_caller]
    pub(crate) fn open(daemon: &Daemon) -> Self {
        Self { wire: Wire::connect("the guest", daemon.lines_port()), nick: String::new(), fences: 0 }
    }

    /// The nick that the daemon gave.
    pub(crate) fn nick(&self) -> &str {
        &self.nick
    }

    /// Types one line.
    #[track_caller]
    pub(crate) fn send(&mut self, line: &str) {
        self.wire.send_bytes(format!("{line}\n").as_bytes());
    }

    /// Sends these bytes as they are.
    #[track_caller]
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.wire.send_bytes(bytes);
    }

    /// Ends its input and goes on reading, as `nc` does.
    pub(crate) fn end_input(&mut self) {
        self.wire.end_input();
    }

    /// Reads exactly this next; `*` stands for any text.
    #[track_caller]
    pub(crate) fn expect(&mut self, pattern: &str) -> String {
        self.wire.expect(pattern)
    }

    /// Reads this, and before it whatever else.
    #[track_caller]
    pub(crate) fn skip_until(&mut self, pattern: &str) -> String {
        self.wire.collect_until(pattern).pop().unwrap_or_default()
    }

    /// Nothing was meant for this client so far.
    #[track_caller]
    pub(crate) fn expect_silence(&mut self) {
        let answer = self.ask();
        self.wire.expect(&answer);
    }

    /// Everything that this client typed is done when this returns; the lines that came meanwhile.
    #[track_caller]
    pub(crate) fn fence(&mut self) -> Vec<String> {
        let answer = self.ask();
        let mut lines = self.wire.collect_until(&answer);
        lines.pop();
        lines
    }

    /// Plain lines know no PING; a command that does not exist is answered in its turn as well.
    #[track_caller]
    fn ask(&mut self) -> String {
        self.fences += 1;
        self.send(&format!("/fence-{}", self.fences));
        format!("-- there is no command /fence-{};*", self.fences)
    }

    /// The daemon has closed, with nothing more to say.
    #[track_caller]
    pub(crate) fn expect_closed(&mut self) {
        self.wire.expect_closed();
    }
}
