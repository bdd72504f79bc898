//! A chatd of its own for each measurement: private directory, free port of loopback, ended with its owner.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, ChildStderr, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use crate::pin;

/// How long a start may take.
const START: Duration = Duration::from_secs(10);

/// A running daemon; dropping it kills it and removes what it stored.
#[derive(Debug)]
pub(crate) struct Daemon {
    child: Child,
    address: SocketAddr,
    _directory: TempDir,
}

impl Daemon {
    /// Starts one; `history` is the section of that name, line by line.
    pub(crate) fn start(history: &str) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("chatd-cost-").tempdir()?;
        let home = directory.path();
        let config = home.join("chatd.toml");
        std::fs::write(&config, configuration(home.to_str().context("TMPDIR is not UTF-8")?, history))?;
        let notify = home.join("notify.sock");
        let ready = UnixDatagram::bind(&notify).context("cannot make the socket for readiness")?;
        ready.set_read_timeout(Some(START))?;
        let mut command = pin::on_daemon_cpu(env!("CARGO_BIN_EXE_chatd"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("NOTIFY_SOCKET", &notify).arg("--config").arg(&config);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start chatd")?;
        let stderr = child.stderr.take().context("the daemon's standard error is a pipe")?;
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        // From here on a failure ends the child.
        let mut daemon = Self { child, address: nowhere, _directory: directory };
        // Full: holds the only address that is ever sent.
        let (tell, told) = sync_channel(1);
        std::thread::spawn(move || follow(stderr, &tell));
        daemon.address = address(&told)?;
        wait_until_ready(&ready)?;
        Ok(daemon)
    }

    /// Where it speaks IRC: always loopback.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Pacing is as good as off (a million lines a second is the most that may be configured) and outboxes are large: the
/// closed loops bound what is under way. The `listening` line needs level info in one module.
fn configuration(home: &str, history: &str) -> String {
    format!(
        r#"[server]
state-directory = '{home}/state'
[control]
socket = '{home}/control.sock'
[[listen]]
protocol = "irc"
address = "127.0.0.1:0"
[history]
{history}
[limits]
clients = 19900
registration-timeout = "10m"
ping-interval = "1h"
outbox-soft = "64MiB"
outbox-hard = "256MiB"
input-rate = 1000000
input-burst = 1000000
[log]
level = "warn,chatd::daemon=info,chatd::daemon::listen=warn"
"#
    )
}

fn address(told: &Receiver<SocketAddr>) -> Result<SocketAddr> {
    let address = told.recv_timeout(START).context("the daemon told no address; its words are above")?;
    ensure!(address.ip().is_loopback(), "{address} is not on loopback");
    Ok(address)
}

fn wait_until_ready(socket: &UnixDatagram) -> Result<()> {
    let mut message = [0; 1024];
    let length = socket.recv(&mut message).context("the daemon did not become ready")?;
    let message = String::from_utf8_lossy(&message[..length]);
    if !message.lines().any(|line| line == "READY=1") {
        bail!("the daemon told {message:?} instead of READY=1");
    }
    Ok(())
}

/// Finds the address in the log, and repeats what the daemon complains of.
fn follow(stderr: ChildStderr, tell: &SyncSender<SocketAddr>) {
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        if let Some(address) = listening(&line) {
            // Nobody waits any more if the start was given up.
            let _ = tell.try_send(address);
        } else if !line.contains(" INFO ") {
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("chatd: {line}\n"));
        }
    }
}

fn listening(line: &str) -> Option<SocketAddr> {
    let fields = line.split_once("listening")?.1;
    fields.split_once("address=")?.1.split_whitespace().next()?.parse().ok()
}
