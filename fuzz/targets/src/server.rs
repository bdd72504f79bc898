//! A whole chatd in the memory: the owner, a log that keeps nothing, and sessions at the end of pipes. Claims nothing about what is said.

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use chatd::config::Config;
use chatd::delivery::broadcast::Encoder;
use chatd::domain::event::Dated;
use chatd::domain::id::{Seq, Time};
use chatd::domain::origin::Origin;
use chatd::log::{EventLog, Settled};
use chatd::registry::{self, Registry};
use chatd::wire::session::{Session, Shared};
use chatd::wire::{self, Dialect};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

/// Its name, which no client can have.
pub(crate) const NAME: &str = "irc.test";

/// Bytes that wait in a pipe, in each direction. More than a case can say, so that nobody waits for anybody.
const PIPE: usize = 4 * 1024 * 1024;

/// A running server. It stops when it is dropped.
pub(crate) struct Server {
    registry: Registry,
    shared: Arc<Shared>,
    stop: CancellationToken,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut config = Config::default();
        config.server.name = NAME.into();
        config.limits.input_rate = 0;
        let config = Arc::new(config);
        let encoder = Encoder { encode: wire::encode, relevant: wire::relevant };
        let stop = CancellationToken::new();
        let log = Forgetful::default();
        let (registry, owner) =
            registry::start(Arc::clone(&config), log, encoder, Arc::default(), stop.clone());
        tokio::spawn(owner);
        Self { registry, shared: Arc::new(Shared::new(config, Time(0))), stop }
    }

    /// A connection from somewhere.
    pub(crate) async fn connect<D: Dialect + Send + 'static>(&self) -> Peer {
        let address: SocketAddr = ([192, 0, 2, 1], 4321).into();
        let peer = wire::Peer { origin: Origin::of(address.ip()), secure: None };
        let seat = self.registry.connect(address, D::MANNER).await.expect("the owner runs");
        let (ours, theirs) = duplex(PIPE);
        tokio::spawn(Session::<D, _>::new(theirs, peer, seat, Arc::clone(&self.shared)));
        Peer { pipe: ours, heard: Vec::new() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The other end of a connection.
pub(crate) struct Peer {
    pipe: DuplexStream,
    /// All that it has heard.
    heard: Vec<u8>,
}

impl Peer {
    /// Says these bytes. A session that has ended does not take them.
    pub(crate) async fn says(&mut self, bytes: &[u8]) {
        let _ = self.pipe.write_all(bytes).await;
    }

    /// What it hears before the answer to a PING, or before the end.
    pub(crate) async fn hears(&mut self) -> String {
        const TOKEN: &[u8] = b"a-fence-of-the-fuzzer";
        let from = self.heard.len();
        self.says(&[b"\r\nPING ", TOKEN, b"\r\n"].concat()).await;
        let end = [b" PONG ", NAME.as_bytes(), b" :", TOKEN, b"\r\n"].concat();
        let is_there = |heard: &[u8]| heard.windows(end.len()).any(|window| *window == *end);
        while !is_there(&self.heard[from..]) && self.pipe.read_buf(&mut self.heard).await.is_ok_and(|n| n > 0)
        {
        }
        String::from_utf8_lossy(&self.heard[from..]).into_owned()
    }

    /// Has nothing more to say; all that it heard.
    pub(crate) async fn leaves(mut self) -> Vec<u8> {
        let _ = self.pipe.shutdown().await;
        while self.pipe.read_buf(&mut self.heard).await.is_ok_and(|n| n > 0) {}
        self.heard
    }
}

/// Runs a conversation to its end.
pub(crate) fn run<T>(conversation: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
    }
    RUNTIME.with(|runtime| {
        let build =
            || Builder::new_current_thread().enable_time().build().expect("a runtime without sockets");
        runtime.get_or_init(build).block_on(conversation)
    })
}

/// A log that keeps nothing: every event settles at once.
#[derive(Debug, Default)]
struct Forgetful {
    last: Seq,
    settled: VecDeque<Settled>,
}

impl EventLog for Forgetful {
    fn append(&mut self, dated: Dated) -> Seq {
        self.last = self.last.next();
        self.settled.push_back(Settled { seq: self.last, dated, failure: None });
        self.last
    }

    fn is_full(&self) -> bool {
        false
    }

    fn revoke(&mut self, _: Seq, _: Time) {}

    fn oldest(&self) -> Option<Time> {
        self.settled.front().map(|settled| settled.dated.at)
    }

    fn next_settled(&mut self) -> Option<Settled> {
        self.settled.pop_front()
    }

    fn flush(&mut self) {}

    fn poll_progress(&mut self, _: &mut Context<'_>) -> Poll<()> {
        if self.settled.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }

    fn is_idle(&self) -> bool {
        self.settled.is_empty()
    }
}
