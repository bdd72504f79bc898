//! A daemon's core with a control socket, and whoever talks to it. HTTP is written and read by hand, so that nothing between
//! the test and the socket hides a fault.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use chat_proto::control::WatchLine;
use chat_proto::name::{Nick, RoomName};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::UCred;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Environment, LogConfig, LogTarget};
use crate::control::serve::serve_people;
use crate::control::{ClientListener, Context, Facts, Person, Steer, bind};
use crate::delivery::broadcast::Encoder;
use crate::domain::command::{Command, Operator, Role};
use crate::domain::id::{Seq, Time};
use crate::domain::message::MessageKind;
use crate::domain::origin::Origin;
use crate::domain::request::{Register, Request, Say, Variant};
use crate::health::Health;
use crate::log::local::LocalLog;
use crate::registry::{self, Manner, Registry, Seat};
use crate::store::Store;
use crate::telemetry::{self, Telemetry};
use crate::wire;
use crate::wire::session::Shared;

/// Nothing here takes that long; who waits longer waits for ever.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything behind one control socket.
pub(super) struct Office {
    pub(super) registry: Registry,
    pub(super) shared: Arc<Shared>,
    pub(super) health: Health,
    pub(super) facts: Arc<Facts>,
    pub(super) steer: mpsc::Receiver<Steer>,
    pub(super) socket: PathBuf,
    pub(super) stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    store: Store,
    directory: Arc<tempfile::TempDir>,
}

/// A viewer, an operator and an admin by the group that each is in; see [`Office::of_roles`].
pub(super) fn person(name: &str) -> Person {
    Person { uid: 4_000_000_000, name: name.into(), groups: vec![(4_000_000_001, format!("{name}s"))] }
}

impl Office {
    /// With the defaults; whoever connects is an admin.
    pub(super) fn open() -> Self {
        Self::with(Config::default(), |_| Person { uid: 0, name: "root".into(), groups: Vec::new() })
    }

    /// Where the groups `viewers`, `operators` and `admins` have their roles.
    pub(super) fn of_roles(identify: fn(UCred) -> Person) -> Self {
        let mut config = Config::default();
        config.control.viewer_groups = vec!["viewers".into()];
        config.control.operator_groups = vec!["operators".into()];
        config.control.admin_groups = vec!["admins".into()];
        Self::with(config, identify)
    }

    pub(super) fn with(config: Config, identify: fn(UCred) -> Person) -> Self {
        Self::begin(config, identify, Arc::new(tempfile::tempdir().unwrap()))
    }

    fn begin(config: Config, identify: fn(UCred) -> Person, directory: Arc<tempfile::TempDir>) -> Self {
        let config = Arc::new(config);
        let health = Health::default();
        let (store, opened) = Store::open(&directory.path().join("state"), &config.history, &health).unwrap();
        let log = LocalLog::new(store.writer(), opened.next_seq, config.history.enabled);
        let encoder = Encoder { encode: wire::encode, relevant: wire::relevant };
        let stop = CancellationToken::new();
        let (registry, owner) =
            registry::start(Arc::clone(&config), log, encoder, Arc::default(), stop.clone());
        registry.tap().begin(Seq(opened.next_seq.0 - 1));
        let shared = Arc::new(Shared::new(config, Time(1_000)));
        let socket = directory.path().join("run/control.sock");
        let facts = Arc::new(facts(&socket));
        let (to_daemon, steer) = mpsc::channel(1); // Full: the next asker waits.
        let context = Context {
            registry: registry.clone(),
            readers: store.readers(),
            care: store.care(),
            stats: store.stats(),
            telemetry: record(),
            health: health.clone(),
            shared: Arc::clone(&shared),
            steer: to_daemon,
            facts: Arc::clone(&facts),
        };
        let serving = serve_people(bind(&socket).unwrap(), context, stop.clone(), identify);
        let tasks = vec![tokio::spawn(owner), tokio::spawn(serving)];
        Self { registry, shared, health, facts, steer, socket, stop, tasks, store, directory }
    }

    /// Ends the owner as a fault of ours would.
    pub(super) async fn lose_owner(&mut self) {
        let owner = self.tasks.remove(0);
        owner.abort();
        assert!(owner.await.unwrap_err().is_cancelled());
    }

    /// Stops everything; each task has to end by itself.
    pub(super) async fn close(self) -> Arc<tempfile::TempDir> {
        self.stop.cancel();
        for task in self.tasks {
            timeout(PATIENCE, task).await.expect("a task did not end").unwrap();
        }
        self.store.close().unwrap();
        self.directory
    }

    /// The same office after a restart of the daemon.
    pub(super) async fn restart(self) -> Self {
        let config = Config::clone(&self.shared.config());
        let directory = self.close().await;
        Self::begin(config, |_| Person { uid: 0, name: "root".into(), groups: Vec::new() }, directory)
    }

    /// A client that has registered.
    pub(super) async fn client(&self, nick: &str) -> Client {
        let manner = &Manner { dialect: "irc", is_pinged: false, variant: Variant(0) };
        let seat = self.registry.connect(([192, 0, 2, 7], 4321).into(), manner).await.unwrap();
        let nick = Some(Nick::parse(nick, 32).unwrap());
        let (origin, real_name) = (Origin::named("h.example"), "Real Name".into());
        let register = Register { origin, real_name, ..Register::of(nick) };
        let client = Client { seat, registry: self.registry.clone() };
        client.ask(vec![Request::Register(Box::new(register))]).await;
        client
    }

    pub(super) async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, "").await
    }

    pub(super) async fn post(&self, target: &str, body: &str) -> Answer {
        self.send("POST", target, body).await
    }

    /// One request on a connection of its own.
    pub(super) async fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        let length = body.len();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: chatd\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        raw(&self.socket, &format!("{head}{body}")).await
    }

    /// A stream, behind its first line.
    pub(super) async fn stream(&self, target: &str) -> (Stream, Value) {
        let mut socket = UnixStream::connect(&self.socket).await.unwrap();
        socket.write_all(format!("GET {target} HTTP/1.1\r\nHost: chatd\r\n\r\n").as_bytes()).await.unwrap();
        let mut stream = Stream { lines: BufReader::new(socket).lines(), gaps: Vec::new() };
        let head = stream.raw().await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let first = stream.next().await;
        (stream, first)
    }
}

/// Sends bytes and reads the answer to its end.
pub(super) async fn raw(socket: &Path, request: &str) -> Answer {
    let mut socket = UnixStream::connect(socket).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    timeout(PATIENCE, socket.read_to_end(&mut bytes)).await.expect("no answer").unwrap();
    // A backup is no text.
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

async fn fence(registry: &Registry) {
    let by = Operator { name: "fence".into(), role: Role::Admin };
    let (action, target, detail) = ("fence".into(), "".into(), "".into());
    registry.command(by, Command::Audit { action, target, detail }).await.unwrap().unwrap();
}

/// The record of this process. There can be only one; its file goes with the process's temporary files.
pub(in crate::control) fn record() -> Arc<Telemetry> {
    static RECORD: OnceLock<(Arc<Telemetry>, tempfile::TempDir)> = OnceLock::new();
    let (telemetry, _) = RECORD.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let log = LogConfig {
            to: LogTarget::File,
            directory: Some(directory.path().to_owned()),
            ..LogConfig::default()
        };
        let config = Config { log, ..Config::default() };
        (Arc::new(telemetry::start(&config, &Environment::default()).unwrap()), directory)
    });
    Arc::clone(telemetry)
}

fn facts(socket: &Path) -> Facts {
    Facts {
        started_at: Time(1_000),
        control_socket: socket.to_owned(),
        config_source: "defaults".into(),
        listeners: Mutex::new(Arc::new([ClientListener {
            protocol: "irc",
            address: (Ipv4Addr::LOCALHOST, 6667).into(),
            is_secure: false,
        }])),
        is_draining: AtomicBool::new(false),
        stopping: CancellationToken::new(),
        drain: Mutex::default(),
        pending_reload: Mutex::default(),
        config_loaded_at: AtomicU64::new(2_000),
        owner: 4_100_000_000,
    }
}

/// A registered client without a socket.
pub(super) struct Client {
    pub(super) seat: Seat,
    registry: Registry,
}

impl Client {
    /// Asks and waits until it is done.
    pub(super) async fn ask(&self, requests: Vec<Request>) {
        self.seat.ask(requests).await.unwrap();
        fence(&self.registry).await;
    }

    pub(super) async fn join(&self, room: &str) {
        self.ask(vec![Request::Join { room: RoomName::parse(room, 64).unwrap(), key: None }]).await;
    }

    pub(super) async fn say(&self, to: &str, text: &str) {
        self.say_all(to, [text.to_owned()]).await;
    }

    pub(super) async fn say_all(&self, to: &str, texts: impl IntoIterator<Item = String>) {
        let say = |text: String| {
            let (to, text) = (to.into(), text.into());
            Request::Say(Box::new(Say { to, kind: MessageKind::Privmsg, text, tags: None, rule_reply: None }))
        };
        self.ask(texts.into_iter().map(say).collect()).await;
    }
}

/// What the control API answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// In lower case.
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    /// The body of a success.
    pub(super) fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status < 300, "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks a failure's status and returns its detail and hint.
    pub(super) fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.head.contains("content-type: application/problem+json"), "{self:?}");
        let problem: chat_proto::control::Problem = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem.status, status);
        format!("{} {}", problem.detail, problem.hint.unwrap_or_default())
    }
}

/// A stream of JSON lines.
pub(super) struct Stream {
    lines: tokio::io::Lines<BufReader<UnixStream>>,
    /// First and last number of each gap that [`Self::said`] came across.
    pub(super) gaps: Vec<(u64, u64)>,
}

impl Stream {
    /// The next line of the body; heads and sizes of chunks are passed over.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> T {
        loop {
            let line = self.raw().await.expect("the stream ended");
            if line.starts_with('{') {
                return serde_json::from_str(&line).unwrap();
            }
        }
    }

    /// The next entry's place and text. Heartbeats do not count as something; gaps are remembered.
    pub(super) async fn said(&mut self) -> (u64, String) {
        let entry = async {
            loop {
                match self.next().await {
                    WatchLine::Entry(entry) => return (entry.seq, entry.text.unwrap_or_default()),
                    WatchLine::Heartbeat { .. } => {}
                    WatchLine::Gap { from_seq, to_seq, .. } => self.gaps.push((from_seq, to_seq)),
                    other => panic!("{other:?}"),
                }
            }
        };
        timeout(PATIENCE, entry).await.expect("only heartbeats came")
    }

    /// Whatever comes, to the end.
    pub(super) async fn raw(&mut self) -> Option<String> {
        timeout(PATIENCE, self.lines.next_line()).await.expect("nothing came").ok().flatten()
    }
}
