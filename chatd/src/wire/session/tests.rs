//! How large an idle session is; and sessions with a fault of ours in them, over pipes: it ends one session and nothing else.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use tokio_util::sync::CancellationToken;

use super::{Session, Shared};
use crate::config::Config;
use crate::delivery::broadcast::Encoder;
use crate::domain::id::Time;
use crate::domain::origin::Origin;
use crate::health::Health;
use crate::log::local::LocalLog;
use crate::registry::{self, Registry};
use crate::store::Store;
use crate::wire::irc::Irc;
use crate::wire::lines::Lines;
use crate::wire::{self, Dialect, Peer};

/// A connection with a fault: it panics while it reads `BOOM`.
struct Faulty(DuplexStream);

impl AsyncRead for Faulty {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.0).poll_read(cx, out);
        assert!(!out.filled().windows(4).any(|bytes| bytes == b"BOOM"), "the fault that the test wants");
        polled
    }
}

impl AsyncWrite for Faulty {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// The client's end of a session.
struct Pipe(DuplexStream, String);

impl Pipe {
    async fn open(registry: &Registry, shared: &Arc<Shared>, nick: &str) -> Self {
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
        let peer = Peer { origin: Origin::of(address.ip()), secure: None };
        let seat = registry.connect(address, Irc::MANNER).await.unwrap();
        let (ours, theirs) = duplex(64 * 1024);
        tokio::spawn(Session::<Irc, _>::new(Faulty(theirs), peer, seat, Arc::clone(shared)));
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
    let (store, opened) = Store::open(directory.path(), &config.history, &Health::default()).unwrap();
    let log = LocalLog::new(store.writer(), opened.next_seq, config.history.enabled);
    let encoder = Encoder { encode: wire::encode, relevant: wire::relevant };
    let (registry, owner) =
        registry::start(Arc::clone(&config), log, encoder, Arc::default(), CancellationToken::new());
    tokio::spawn(owner);
    let shared = Arc::new(Shared::new(config, Time(0)));
    let mut alice = Pipe::open(&registry, &shared, "alice").await;
    for _ in 0..3 {
        let mut mallory = Pipe::open(&registry, &shared, "mallory").await;
        alice.hears("mallory!~mallory@127.0.0.1 JOIN #room").await;
        mallory.says("PRIVMSG #room :last words\r\nPING x\r\n").await;
        mallory.hears("PONG").await;
        // The whole read is lost with the session.
        mallory.says("PRIVMSG #room :lost\r\nBOOM\r\nPRIVMSG #room :lost\r\n").await;
        let heard = alice.hears("QUIT :").await;
        assert!(heard.contains(":last words") && !heard.contains(":lost"), "{heard}");
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
