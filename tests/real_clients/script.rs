//! Client libraries, each under a script in `tests/clients/` that does what it is told by lines and tells by lines what it sees:
//! `join ROOM`, `say ROOM TEXT`, `nick NICK`, `part ROOM REASON`, `quit REASON`; `welcome NICK`, `entered ROOM`, `said NICK ROOM TEXT`,
//! `nick OLD NEW`, `parted NICK ROOM`, `quit NICK`.

use std::path::Path;
use std::process::Command;

use super::bench::{has_library, is_installed, libraries, program};
use super::conversation::{Company, Deed, Guest, ROOM, Sight};
use crate::harness::{Daemon, Tool};

/// A script at work.
pub(super) struct Script {
    process: Tool,
    pieces: usize,
}

impl Script {
    /// One whose client has registered; at the limit it says a text in so many pieces.
    #[track_caller]
    pub(super) fn start(name: &str, nick: &str, command: Command, pieces: usize) -> Self {
        let mut process = Tool::run(name, command);
        process.skip_until(&format!("welcome {nick}"));
        Self { process, pieces }
    }

    /// Its client has quit, and had nothing to say against the server.
    #[track_caller]
    pub(super) fn ends_without_a_complaint(&mut self) {
        assert_eq!(self.process.exit_code(), Some(0));
        let complaints = self.process.complaints();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}

impl Guest for Script {
    fn does(&mut self, deed: Deed<'_>) {
        match deed {
            Deed::Join => {
                self.process.send(&format!("join {ROOM}"));
                self.process.skip_until(&format!("entered {ROOM}"));
            }
            Deed::Say(text) => self.process.send(&format!("say {ROOM} {text}")),
            Deed::Nick(nick) => self.process.send(&format!("nick {nick}")),
            Deed::Part(reason) => {
                self.process.send(&format!("part {ROOM} {reason}"));
                // Libraries refuse to come in again before they know that they are out.
                self.process.skip_until(&format!("parted * {ROOM}"));
            }
            Deed::Quit(reason) => self.process.send(&format!("quit {reason}")),
        }
    }

    fn shows(&mut self, sight: Sight<'_>) {
        let told = match sight {
            Sight::Said { by, text } => format!("said {by} {ROOM} {text}"),
            Sight::Renamed { from, to } => format!("nick {from} {to}"),
            Sight::Parted { who } => format!("parted {who} {ROOM}"),
            Sight::Quit { who } => format!("quit {who}"),
        };
        self.process.skip_until(&told);
    }

    fn pieces_at_the_limit(&self) -> usize {
        self.pieces
    }
}

/// A script of ours.
pub(super) fn script(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}

/// Has the whole conversation with the client in `command`, which is told port and nick.
#[track_caller]
pub(super) fn converse(name: &str, nick: &str, pieces: usize, command: impl FnOnce(&Daemon) -> Command) {
    let daemon = Daemon::start();
    let mut company = Company::gather(&daemon);
    let mut command = command(&daemon);
    command.arg(daemon.irc_port().to_string()).arg(nick);
    let mut script = Script::start(name, nick, command, pieces);
    company.meet(nick, &mut script);
    script.ends_without_a_complaint();
}

/// Python with the libraries; a script that loads as quickly the second time leaves nothing behind in the tree.
fn python(daemon: &Daemon, name: &str) -> Command {
    let mut command = program(libraries().join("venv/bin/python"), &daemon.path(""));
    command.arg("-B").arg(script(name));
    command
}

#[test]
fn jaracos_irc_talks_both_ways_and_leaves_without_a_complaint() {
    if has_library("venv/bin/python") {
        converse("jaraco", "jara", 1, |daemon| python(daemon, "jaraco_client.py"));
    }
}

#[test]
fn pydle_talks_both_ways_and_leaves_without_a_complaint() {
    if has_library("venv/bin/python") {
        converse("pydle", "pyd", 2, |daemon| python(daemon, "pydle_client.py"));
    }
}

#[test]
fn irc_framework_talks_both_ways_and_leaves_without_a_complaint() {
    if is_installed("node") && has_library("node_modules/irc-framework") {
        converse("irc-framework", "fred", 2, |daemon| {
            let mut command = program("node", &daemon.path(""));
            command.env("CHATD_CLIENTS", libraries()).arg(script("irc_framework.mjs"));
            command
        });
    }
}
