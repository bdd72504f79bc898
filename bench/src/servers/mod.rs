//! The servers that can be loaded, as a table, and one of them that runs: private directory, free port of loopback, ended
//! with its owner. Touches no server that it has not started.

mod chatd;
mod inspircd;
mod ngircd;

use std::fs::File;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::place;

/// How long a start may take; a large store needs its time.
const START: Duration = Duration::from_secs(60);

/// What a chatd keeps of rooms; peers have no history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum History {
    /// Nothing. What is for the desk is kept nevertheless, every second.
    Off,
    /// Everything, with this value of `history.sync`.
    On(&'static str),
}

/// What a workload wants of a chatd; peers have nothing like it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    /// What it keeps.
    pub(crate) history: History,
    /// Bytes that may wait for one client.
    pub(crate) outbox: usize,
    /// Threads that run tasks; 0 is one for each CPU that it may use, and it may use one. Several may use both.
    pub(crate) workers: usize,
}

impl Wish {
    /// Outboxes that the load does not fill: what is under way is bounded by the closed loops.
    pub(crate) fn history(history: History) -> Self {
        Self { history, outbox: 16 << 20, workers: 0 }
    }
}

/// What a server needs to know before it starts.
#[derive(Debug)]
pub(crate) struct Setup<'s> {
    /// The executable of chatd.
    pub(crate) chatd: &'s Path,
    /// Where it writes.
    pub(crate) home: &'s Path,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What is wanted of it.
    pub(crate) wish: Wish,
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Server {
    /// What the table and `--servers` call it.
    pub(crate) name: &'static str,
    /// Whether it is measured when nothing is chosen.
    pub(crate) is_usual: bool,
    /// Whether it has a desk and a store.
    pub(crate) is_chatd: bool,
    /// Connections that may wait until it accepts them, all within its listener's backlog.
    at_once: usize,
    /// Writes its configuration and tells how it is started.
    command: fn(&Setup<'_>) -> Result<Command>,
    /// What tells its version.
    version: fn(&Path) -> Command,
}

/// All servers; the first is the one that is compared with the others.
pub(crate) const SERVERS: [Server; 5] = [
    Server {
        name: "chatd",
        is_usual: true,
        is_chatd: true,
        at_once: 64,
        command: chatd::command,
        version: chatd::version,
    },
    Server {
        name: "floor",
        is_usual: true,
        is_chatd: false,
        at_once: 64,
        command: |setup| Ok(floor(setup, false)),
        version: |_| own("--version"),
    },
    Server {
        name: "floor-naive",
        is_usual: false,
        is_chatd: false,
        at_once: 64,
        command: |setup| Ok(floor(setup, true)),
        version: |_| own("--version"),
    },
    Server {
        name: "ngircd",
        is_usual: true,
        is_chatd: false,
        at_once: 8,
        command: ngircd::command,
        version: ngircd::version,
    },
    Server {
        name: "inspircd",
        is_usual: true,
        is_chatd: false,
        at_once: 2_000, // It welcomes those who wait once a second.
        command: inspircd::command,
        version: inspircd::version,
    },
];

impl Server {
    /// The first line in which it tells its version; nothing if it is not here.
    pub(crate) fn version(&self, chatd: &Path) -> Option<String> {
        let output = (self.version)(chatd).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().next().map(|line| line.trim().to_owned())
    }

    /// Starts it with an empty home.
    pub(crate) fn start(&self, chatd: &Path, wish: Wish) -> Result<Running> {
        self.start_at(chatd, wish, Home::Own(empty_home()?)).map(|(running, _)| running)
    }

    /// Starts it where something may be kept already; tells how long it took until it said that it is ready.
    pub(crate) fn start_at(&self, chatd: &Path, wish: Wish, home: Home) -> Result<(Running, Duration)> {
        let address = place::free_address()?;
        let mut command = (self.command)(&Setup { chatd, home: home.path(), address, wish })?;
        let complaints = home.path().join("complaints");
        command.stdin(Stdio::null()).stdout(File::create(&complaints)?);
        command.stderr(File::options().append(true).open(&complaints)?);
        let socket = self.is_chatd.then(|| notify_socket(&home.path().join("notify.sock"))).transpose()?;
        let begin = Instant::now();
        let child = place::where_servers_run(wish.workers > 1, || command.spawn());
        let child = child.with_context(|| format!("cannot start {:?}", command.get_program()))?;
        // From here on a failure ends the child.
        let mut running = Running { child, at_once: self.at_once, address, complaints, _home: home };
        let ready = match socket {
            Some(socket) => running.tells(&socket),
            None => running.answers(),
        };
        ready.with_context(|| format!("{} did not start: {}", self.name, running.complaints()))?;
        Ok((running, begin.elapsed()))
    }
}

/// Where a server writes.
#[derive(Debug)]
pub(crate) enum Home {
    /// Removed with it.
    Own(TempDir),
    /// Somebody else's.
    Lent(PathBuf),
}

impl Home {
    fn path(&self) -> &Path {
        match self {
            Self::Own(directory) => directory.path(),
            Self::Lent(path) => path,
        }
    }
}

/// A running server; dropping it kills it and removes what it wrote.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    at_once: usize,
    address: SocketAddr,
    complaints: PathBuf,
    _home: Home,
}

impl Running {
    /// Where it speaks IRC: always loopback.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections that may wait until it accepts them.
    pub(crate) fn at_once(&self) -> usize {
        self.at_once
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The socket of a chatd's control API.
    pub(crate) fn control(&self) -> PathBuf {
        self.complaints.with_file_name("control.sock")
    }

    /// Ends it as systemd would, so that everything is written, and waits for that.
    pub(crate) fn stop(mut self) -> Result<()> {
        signal::kill(Pid::from_raw(self.child.id().try_into()?), Signal::SIGTERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "it ended with {status}: {}", self.complaints());
        Ok(())
    }

    /// The last of what it wrote to its standard output and error.
    pub(crate) fn complaints(&self) -> String {
        let mut text = String::new();
        let read = File::open(&self.complaints).and_then(|mut file| file.read_to_string(&mut text));
        let lines: Vec<_> = text.lines().rev().take(5).collect();
        match read {
            Ok(_) if !lines.is_empty() => lines.into_iter().rev().collect::<Vec<_>>().join("; "),
            _ => "it said nothing".to_owned(),
        }
    }

    /// Waits until it has told that it is ready (sd_notify(3)).
    fn tells(&mut self, socket: &UnixDatagram) -> Result<()> {
        let begin = Instant::now();
        let mut message = [0; 1024];
        while begin.elapsed() < START {
            match socket.recv(&mut message) {
                Ok(length) if message[..length].starts_with(b"READY=1") => return Ok(()),
                // Other news, or none within the time that the socket waits.
                _ => self.lives()?,
            }
        }
        bail!("it did not become ready within {} s", START.as_secs());
    }

    fn lives(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("it ended with {status}"),
            None => Ok(()),
        }
    }

    /// Waits until it takes connections.
    fn answers(&mut self) -> Result<()> {
        let begin = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            self.lives()?;
            ensure!(begin.elapsed() < START, "it took no connection");
            pause();
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a peer tells nobody that it listens, so it has to be tried again"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

/// A directory that is removed with its owner.
pub(crate) fn empty_home() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("chat-bench-").tempdir()?)
}

fn notify_socket(path: &Path) -> Result<UnixDatagram> {
    // An earlier start in the same home has left it behind.
    let _ = std::fs::remove_file(path);
    let socket = UnixDatagram::bind(path).context("cannot make the socket for readiness")?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    Ok(socket)
}

/// This program.
fn own(argument: &str) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg(argument);
    command
}

fn floor(setup: &Setup<'_>, is_naive: bool) -> Command {
    let mut command = own("floor");
    command.arg(setup.address.to_string());
    if is_naive {
        command.arg("--naive");
    }
    command
}
