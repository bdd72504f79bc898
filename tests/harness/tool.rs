//! A program that runs on while the test talks to it through pipes: chat-client as a filter, `chatctl watch`.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;

use super::daemon::Daemon;
use super::glob::glob;
use super::transcript::Transcript;
use super::wait::{DEADLINE, until};

/// Lines of output that wait to be read; when it is full, the program waits as it would for a slow terminal.
const QUEUE: usize = 1024;

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Tool {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    out: Receiver<String>,
    err: Receiver<String>,
    transcript: Transcript,
}

impl Tool {
    /// The users' client as a filter; `nick` and what else it is told.
    #[track_caller]
    pub(crate) fn chat_client(daemon: &Daemon, nick: &str, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-client"));
        command.env_clear().arg(format!("127.0.0.1:{}", daemon.irc_port())).args(["--nick", nick]).args(more);
        Self::run(nick, command)
    }

    /// The users' client as a filter at the daemon's port of TLS.
    #[track_caller]
    pub(crate) fn chat_client_tls(daemon: &Daemon, nick: &str, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-client"));
        command.env_clear().arg(format!("localhost:{}", daemon.tls_port())).args(["--nick", nick]).args(more);
        Self::run(nick, command)
    }

    /// A chatctl that goes on, `watch` for instance.
    #[track_caller]
    pub(crate) fn chatctl(daemon: &Daemon, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chatctl"));
        command.env_clear().arg("-s").arg(daemon.socket()).args(arguments);
        Self::run("chatctl", command)
    }

    /// Any program.
    #[track_caller]
    pub(crate) fn run(name: &str, mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        let (out, err) = (lines_of(child.stdout.take().unwrap()), lines_of(child.stderr.take().unwrap()));
        let input = child.stdin.take();
        Self { name: name.into(), child, input, out, err, transcript: Transcript::default() }
    }

    /// Types one line.
    #[track_caller]
    pub(crate) fn send(&mut self, line: &str) {
        self.transcript.sent(line);
        let written = self.input.as_mut().unwrap().write_all(format!("{line}\n").as_bytes());
        if let Err(error) = written {
            self.fail(&format!("cannot send: {error}"));
        }
    }

    /// There is nothing more to type.
    pub(crate) fn end_input(&mut self) {
        self.transcript.note("end of input");
        self.input = None;
    }

    /// What is typed, for whoever types on a thread of its own.
    pub(crate) fn take_input(&mut self) -> ChildStdin {
        self.input.take().unwrap()
    }

    /// The next line of output must fit.
    #[track_caller]
    pub(crate) fn expect(&mut self, pattern: &str) -> String {
        let line = self.line().unwrap_or_else(|| self.fail(&format!("ended its output before {pattern:?}")));
        if !glob(pattern, &line) {
            self.fail(&format!("expected {pattern:?}\n     heard {line:?}"));
        }
        line
    }

    /// The first line of output that fits; those before it do not matter.
    #[track_caller]
    pub(crate) fn skip_until(&mut self, pattern: &str) -> String {
        loop {
            match self.line() {
                Some(line) if glob(pattern, &line) => return line,
                Some(_) => {}
                None => self.fail(&format!("ended its output before {pattern:?}")),
            }
        }
    }

    /// The first line on standard error that fits; those before it do not matter.
    #[track_caller]
    pub(crate) fn complains(&mut self, pattern: &str) -> String {
        loop {
            let line = self.err.recv_timeout(DEADLINE);
            match line {
                Ok(line) => {
                    self.transcript.heard(&format!("(stderr) {line}"));
                    if glob(pattern, &line) {
                        return line;
                    }
                }
                Err(cause) => self.fail(&format!("did not complain {pattern:?}: {cause}")),
            }
        }
    }

    /// The next line of output; nothing at its end.
    #[track_caller]
    pub(crate) fn line(&mut self) -> Option<String> {
        match self.out.recv_timeout(DEADLINE) {
            Ok(line) => {
                self.transcript.heard(&line);
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => self.fail(&format!("said nothing for {DEADLINE:?}")),
        }
    }

    /// Whether some line of its output so far has this in it. Does not wait.
    pub(crate) fn has_said(&mut self, part: &str) -> bool {
        let lines: Vec<_> = self.out.try_iter().collect();
        lines.iter().for_each(|line| self.transcript.heard(line));
        lines.iter().any(|line| line.contains(part))
    }

    /// All the rest of its output.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.line()).collect()
    }

    /// All the rest of its standard error.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.err.iter().collect()
    }

    /// Waits for its end; the exit status.
    #[track_caller]
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        until(&format!("end of {}", self.name), || self.child.try_wait().unwrap()).code()
    }

    #[track_caller]
    fn fail(&mut self, what: &str) -> ! {
        let complaints: Vec<_> = self.err.try_iter().collect();
        let complaints = complaints.join("\n  ");
        let (name, transcript) = (&self.name, &self.transcript);
        panic!("{name}: {what}\n{name}'s conversation:\n{transcript}stderr:\n  {complaints}");
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        // It may have ended before; then there is only its status to be collected.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads on a thread that ends with the program's output or with whoever listens.
fn lines_of(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = sync_channel(QUEUE);
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
