//! How large an idle session is; and sessions with a fault of ours in them, over pipes: it ends one session and nothing else.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_util::sync::CancellationToken;

use super::{Session, Shared};
use crate::config::Config;
use crate::delivery::broadcast::Encoders;
use crate::domain::command::Operator;
use crate::domain::disconnect::Disconnect;
use crate::domain::id::Time;
use crate::domain::origin::Origin;
use crate::domain::reply::Reply;
use crate::domain::request::Request;
use crate::log::local::LocalLog;
use crate::registry::{self, Manner, Registry};
use crate::store::Store;
use crate::wire::irc::Irc;
use crate::wire::lines::Lines;
use crate::wire::{self, Dialect, Peer, Setting, Step};

/// IRC with a fault: it panics at a line that says `BOOM`.
struct Faulty(Irc);

impl Dialect for Faulty {
    const LINE_MAX: usize = Irc::LINE_MAX;
    const MANNER: &'static Manner = Irc::MANNER;

    fn new(peer: Peer) -> Self {
        Self(Irc::new(peer))
    }

    fn hello(&mut self, setting: &Setting, requests: &mut Vec<Request>) -> Step {
        self.0.hello(setting, requests)
    }

    fn line(&mut self, line: &[u8], setting: &Setting, requests: &mut Vec<Request>) -> Step {
        assert_ne!(line, b"BOOM", "the fault that the test wants");
        self.0.line(line, setting, requests)
    }

    fn line_too_long(&mut self, setting: &Setting, requests: &mut Vec<Request>) {
        self.0.line_too_long(setting, requests);
    }

    fn operator_checked(
        &mut self,
        who: Option<Arc<Operator>>,
        setting: &Setting,
        requests: &mut Vec<Request>,
    ) {
        self.0.operator_checked(who, setting, requests);
    }

    fn reply(
        &mut self,
        reply: &Reply,
        setting: &Setting,
        out: &mut Vec<u8>,
        requests: &mut Vec<Request>,
    ) -> Step {
        self.0.reply(reply, setting, out, requests)
    }

    fn ping(&self, setting: &Setting, out: &mut Vec<u8>) {
        self.0.ping(setting, out);
    }

    fn farewell(&self, why: &Disconnect, setting: &Setting, out: &mut Vec<u8>) {
        self.0.farewell(why, setting, out);
    }
}

/// The client's end of a session.
struct Pipe(DuplexStream, String);

impl Pipe {
    async fn open(registry: &Registry, shared: &Arc<Shared>, nick: &str) -> Self {
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
        let peer = Peer { origin: Origin::of(address.ip()), secure: None };
        let seat = registry.connect(address, Faulty::MANNER).await.unwrap();
        let (ours, theirs) = duplex(64 * 1024);
        tokio::spawn(Session::<Faulty, _>::new(theirs, peer, seat, Arc::clone(shared)));
        let mut pipe = Self(ours, String::new());
        pipe.says(&format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\nJOIN #room\r\n")).await;
        pipe.hears(" 366 ").await;
        pipe
    }

    async fn says(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads until it has heard this; what it has heard since the last time.
    async fn hears(&mut self, what: &str) -> String {
        let mut bytes = [0; 4096];
        while !self.1.contains(what) {
            let count = self.0.read(&mut bytes).await.unwrap();
            assert!(count > 0, "the end came before {what:?}: {}", self.1);
            self.1.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        std::mem::take(&mut self.1)
    }
}

#[tokio::test]
async fn a_session_that_panics_ends_alone_and_the_others_on_its_thread_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let config = Arc::<Config>::default();
    let (store, opened) = Store::open(directory.path(), &config.history).unwrap();
    let log = LocalLog::new(store.writer(), opened.next_seq, config.history.enabled);
    let encoders = Encoders { notice: wire::encode, echo: wire::encode_echo };
    let (registry, owner) =
        registry::start(Arc::clone(&config), log, encoders, Arc::default(), CancellationToken::new());
    tokio::spawn(owner);
    let shared = Arc::new(Shared::new(config, Time(0)));
    let mut alice = Pipe::open(&registry, &shared, "alice").await;
    for _ in 0..3 {
        let mut mallory = Pipe::open(&registry, &shared, "mallory").await;
        alice.hears("mallory!~mallory@127.0.0.1 JOIN #room").await;
        mallory.says("PRIVMSG #room :last words\r\nPING x\r\n").await;
        mallory.hears("PONG").await;
        // What stands before the fault in the same read is lost with the session; what follows it is never read.
        mallory.says("PRIVMSG #room :lost\r\nBOOM\r\nPRIVMSG #room :never\r\n").await;
        let heard = alice.hears("QUIT :").await;
        assert!(heard.contains(":last words") && !heard.contains("never"), "{heard}");
        alice.says("PING still-here\r\n").await;
        alice.hears(":still-here").await;
    }
    let mut bob = Pipe::open(&registry, &shared, "bob").await;
    bob.says("PRIVMSG #room :all well\r\n").await;
    alice.hears("bob!~bob@127.0.0.1 PRIVMSG #room :all well").await;
}

/// With a socket of tokio (32 bytes) and all else that a task has, this makes 256 bytes; a task is a multiple of 128.
#[test]
fn an_idle_session_is_small() {
    assert!(size_of::<Session<Irc, ()>>() <= 104, "{}", size_of::<Session<Irc, ()>>());
    assert!(size_of::<Session<Lines, ()>>() <= 104, "{}", size_of::<Session<Lines, ()>>());
}
