//! A chatd of our own: started, ready, restarted, ended. Everything of it lies in one private directory.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use assert_cmd::assert::Assert;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use super::notify::NotifySocket;
use super::wait::{DEADLINE, until};

/// Log lines that a failure shows.
const LOG_SHOWN: usize = 80;

const LISTENERS: &str = r#"
[[listen]]
protocol = "irc"
address = "127.0.0.1:0"

[[listen]]
protocol = "lines"
address = "127.0.0.1:0"
"#;

/// A running chatd. Dropping it kills it; when a test fails, it shows its log.
#[derive(Debug)]
pub(crate) struct Daemon {
    directory: TempDir,
    notify: NotifySocket,
    child: Child,
    /// Where in the log the present start begins, in bytes.
    log_from: usize,
    irc: u16,
    lines: u16,
    websocket: u16,
}

impl Daemon {
    /// With the defaults.
    #[track_caller]
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// With this configuration. Listeners are added unless it has some; places and the log level are the harness's.
    #[track_caller]
    pub(crate) fn with(configuration: &str) -> Self {
        Self::launch(configuration, command)
    }

    /// The same, with a listening socket that it inherits as from a service manager (`LISTEN_FDS`).
    #[track_caller]
    pub(crate) fn with_inherited(configuration: &str, listener: OwnedFd) -> Self {
        Self::launch(configuration, |directory| inheriting(&command(directory), listener))
    }

    /// The same, with at most so many file descriptors.
    #[track_caller]
    pub(crate) fn with_descriptors(configuration: &str, most: u32) -> Self {
        Self::launch(configuration, |directory| {
            in_shell(&command(directory), &format!(r#"ulimit -n {most} && exec "$0" "$@""#))
        })
    }

    /// The same, by a command that is changed before.
    #[track_caller]
    pub(crate) fn changed(configuration: &str, change: impl FnOnce(&mut Command)) -> Self {
        Self::launch(configuration, |directory| {
            let mut command = command(directory);
            change(&mut command);
            command
        })
    }

    #[track_caller]
    fn launch(configuration: &str, command: impl FnOnce(&Path) -> Command) -> Self {
        let directory = private_directory();
        let notify = NotifySocket::bind(directory.path().join("notify"));
        write_configuration(directory.path(), configuration);
        let child = spawn(command(directory.path()), directory.path(), &notify);
        let mut daemon = Self { directory, notify, child, log_from: 0, irc: 0, lines: 0, websocket: 0 };
        daemon.wait_until_ready();
        daemon
    }

    /// Reads READY=1 and then where the daemon listens.
    #[track_caller]
    fn wait_until_ready(&mut self) {
        self.wait_notify("READY=1");
        self.irc = self.port_in_log("irc");
        self.lines = self.port_in_log("lines");
        self.websocket = self.port_in_log("websocket");
    }

    /// The port of the last start that the log names; 0 if there is no such listener.
    fn port_in_log(&self, protocol: &str) -> u16 {
        let this_start = |log: String| log.get(self.log_from..).map(str::to_owned);
        let log = until("log of a start", || this_start(self.log()).filter(|log| log.contains(" is ready")));
        let listening = format!("protocol=\"{protocol}\" address=127.0.0.1:");
        let Some((_, after)) = log.split_once(&listening) else { return 0 };
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    }

    /// The port of its first listener that speaks TLS.
    #[track_caller]
    pub(crate) fn tls_port(&self) -> u16 {
        self.port_of("address=127.0.0.1:", true)
    }

    /// The port behind this text in what the log says of the first such listener of the last start.
    #[track_caller]
    pub(crate) fn port_of(&self, before: &str, is_secure: bool) -> u16 {
        let log = self.log();
        let tls = format!("tls={is_secure}");
        let of_listener =
            |line: &str| (line.contains(" listening ") && line.contains(&tls)).then(|| line.to_owned());
        let line = log[self.log_from..].lines().filter_map(of_listener).find(|line| line.contains(before));
        let line = line.expect("there is such a listener");
        let (_, port) = line.split_once(before).expect("it was found by this");
        port.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
    }

    /// Waits until the daemon tells its service manager this, e.g. `RELOADING=1`; all that it said with it.
    #[track_caller]
    pub(crate) fn wait_notify(&mut self, line: &str) -> String {
        until(line, || {
            // Whether it lives is asked first: its last words may come between the two looks.
            let ended = self.child.try_wait().unwrap();
            let said = self.notify.take(line);
            assert!(said.is_some() || ended.is_none(), "the daemon ended without {line}: {ended:?}");
            said
        })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn irc_port(&self) -> u16 {
        self.irc
    }

    pub(crate) fn lines_port(&self) -> u16 {
        self.lines
    }

    pub(crate) fn websocket_port(&self) -> u16 {
        self.websocket
    }

    /// The control socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.path().join("control.sock")
    }

    pub(crate) fn state_dir(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// The configuration file.
    pub(crate) fn configuration(&self) -> PathBuf {
        self.directory.path().join("chatd.toml")
    }

    /// All that the daemon has logged so far, of all its starts.
    pub(crate) fn log(&self) -> String {
        read_log(self.directory.path())
    }

    /// Waits for a line in the log that contains `text`.
    #[track_caller]
    pub(crate) fn wait_log(&self, text: &str) -> String {
        let found = |log: String| log.lines().find(|line| line.contains(text)).map(str::to_owned);
        until(&format!("log line with {text:?}"), || found(self.log()))
    }

    /// Memory in use, in KiB.
    pub(crate) fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Writes another configuration; the daemon does not know it yet.
    pub(crate) fn rewrite(&self, configuration: &str) {
        write_configuration(self.directory.path(), configuration);
    }

    /// Sends SIGHUP and waits until the daemon has read its configuration, good or bad.
    #[track_caller]
    pub(crate) fn reload(&mut self) {
        self.signal(Signal::SIGHUP);
        self.wait_notify("RELOADING=1");
        self.wait_notify("READY=1");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    /// Sends SIGTERM and waits for the end.
    #[track_caller]
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        self.wait_exit()
    }

    /// Waits for the end of the process.
    #[track_caller]
    pub(crate) fn wait_exit(&mut self) -> ExitStatus {
        until("end of the daemon", || self.child.try_wait().unwrap())
    }

    /// Ends the daemon as `kill -9` does.
    #[track_caller]
    pub(crate) fn kill9(&mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(Signal::SIGKILL as i32), "the daemon was dead already");
    }

    /// Starts a daemon that has ended again, on the same state; its ports may be others.
    #[track_caller]
    pub(crate) fn restart(&mut self) {
        self.log_from = self.log().len();
        self.child = spawn(command(self.directory.path()), self.directory.path(), &self.notify);
        self.wait_until_ready();
    }

    /// Runs one more chatd with the same configuration and places, but for what `overrides` say, until it ends.
    pub(crate) fn run_another(&self, overrides: &[(&str, &Path)]) -> Assert {
        let mut command = command(self.directory.path());
        command.envs(overrides.iter().copied());
        assert_cmd::Command::from_std(command).timeout(DEADLINE).assert()
    }

    /// Runs one more chatd with the same configuration and places and these arguments until it ends.
    pub(crate) fn run_with(&self, arguments: &[&str]) -> Assert {
        let mut command = command(self.directory.path());
        command.args(arguments);
        assert_cmd::Command::from_std(command).timeout(DEADLINE).assert()
    }

    /// Begins one more chatd with the same configuration and places and these arguments; it says nothing.
    pub(crate) fn spawn_with(&self, arguments: &[&str]) -> Child {
        let mut command = command(self.directory.path());
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// A place in the private directory, for whatever a test needs.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended before; then there is only its status to be collected.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let from = lines.len().saturating_sub(LOG_SHOWN);
            eprintln!("the daemon's log, from line {}:\n{}", from + 1, lines[from..].join("\n"));
        }
    }
}

/// A private directory with a short name: the path of a socket ends at 108 bytes.
pub(crate) fn private_directory() -> TempDir {
    tempfile::Builder::new().prefix("chatd-").tempdir_in("/tmp").unwrap()
}

fn write_configuration(directory: &Path, configuration: &str) {
    let listeners = if configuration.contains("[[listen]]") { "" } else { LISTENERS };
    std::fs::write(directory.join("chatd.toml"), format!("{configuration}\n{listeners}")).unwrap();
}

/// A chatd that has everything in `directory` and nothing of our environment.
pub(crate) fn command(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatd"));
    command.env_clear().arg("--config").arg(directory.join("chatd.toml"));
    command.env("CHATD_SERVER__STATE_DIRECTORY", directory.join("state"));
    command.env("CHATD_CONTROL__SOCKET", directory.join("control.sock"));
    command.env("CHATD_LOG__LEVEL", "debug");
    command.stdin(Stdio::null());
    command
}

/// `command`, run by a shell that moves the socket to where inherited ones begin and names its own process as the receiver:
/// both would need unsafe code between fork and exec otherwise.
fn inheriting(command: &Command, listener: OwnedFd) -> Command {
    let script = r#"exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" "$@""#;
    let mut shell = in_shell(command, script);
    shell.stdin(listener);
    shell
}

/// `command` as `$0` and `$@` of a script.
pub(super) fn in_shell(command: &Command, script: &str) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script]).stdin(Stdio::null());
    shell.arg(command.get_program()).args(command.get_args()).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

fn spawn(mut command: Command, directory: &Path, notify: &NotifySocket) -> Child {
    let log = File::options().create(true).append(true).open(directory.join("chatd.log")).unwrap();
    command.env("NOTIFY_SOCKET", notify.path());
    command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

/// What went to standard error, and behind it what went to files.
fn read_log(directory: &Path) -> String {
    let files = std::fs::read_dir(directory.join("state/log")).into_iter().flatten();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    files.insert(0, directory.join("chatd.log"));
    let read = |file| String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned();
    files.iter().map(read).collect()
}
