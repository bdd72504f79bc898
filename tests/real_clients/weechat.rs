//! weechat without a screen, steered through its pipe, as Debian ships it.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use super::bench::{assert_no_complaint, is_installed, logged, program, wait_logged};
use super::conversation::{Company, Deed, Guest, ROOM, Sight};
use crate::harness::{Daemon, Tool};

/// The command with which weechat does not hold its lines back; the option has another name since version 4.
fn without_pauses() -> &'static str {
    let version = Command::new("weechat-headless").arg("--version").output().unwrap().stdout;
    match version.first() {
        Some(b'0'..=b'3') => "/mute /set irc.server_default.anti_flood_prio_high 0",
        _ => "/mute /set irc.server_default.anti_flood 0",
    }
}

struct Weechat {
    process: Tool,
    pipe: PathBuf,
    log: PathBuf,
}

impl Weechat {
    /// One that is connected and has read the greeting.
    #[track_caller]
    fn start(daemon: &Daemon) -> Self {
        let home = daemon.path("weechat");
        fs::create_dir(&home).unwrap();
        let (pipe, log) = (home.join("pipe"), home.join("log"));
        let mut command = program("weechat-headless", &home);
        command.arg("--dir").arg(&home).arg("--stdout");
        let commands = [
            format!("/set logger.file.path {}", log.display()),
            "/set logger.file.flush_delay 0".into(),
            "/set logger.level.irc 9".into(),
            without_pauses().into(),
            format!("/server add test 127.0.0.1/{} -notls -nicks=wendy -username=wendy", daemon.irc_port()),
            format!("/set fifo.file.path {}", pipe.display()),
            "/connect test".into(),
        ];
        command.args(commands.iter().flat_map(|line| ["--run-command", line]));
        let process = Tool::run("weechat", command);
        wait_logged(&log, "Whatever you write here reaches the people who run this server.");
        Self { process, pipe, log }
    }

    /// Types into a buffer.
    #[track_caller]
    fn enter(&self, buffer: &str, line: &str) {
        let mut pipe = fs::File::options().append(true).open(&self.pipe).unwrap();
        pipe.write_all(format!("irc.{buffer} *{line}\n").as_bytes()).unwrap();
    }
}

impl Guest for Weechat {
    fn does(&mut self, deed: Deed<'_>) {
        let (server, room) = ("server.test", "test.#room");
        match deed {
            Deed::Join => self.enter(server, &format!("/join {ROOM}")),
            Deed::Say(text) => self.enter(room, text),
            Deed::Nick(nick) => self.enter(server, &format!("/nick {nick}")),
            Deed::Part(reason) => self.enter(server, &format!("/part {ROOM} {reason}")),
            Deed::Quit(reason) => self.enter(server, &format!("/quit {reason}")),
        }
        if matches!(deed, Deed::Join) {
            wait_logged(&self.log, &format!("Channel {ROOM}: "));
        }
    }

    fn shows(&mut self, sight: Sight<'_>) {
        let shown = match sight {
            Sight::Said { by, text } => format!("{by}\t{text}"),
            Sight::Renamed { from, to } => format!("{from} is now known as {to}"),
            Sight::Parted { who } => format!("{who} (~{who}@127.0.0.1) has left {ROOM}"),
            Sight::Quit { who } => format!("{who} (~{who}@127.0.0.1) has quit"),
        };
        wait_logged(&self.log, &shown);
    }

    fn pieces_at_the_limit(&self) -> usize {
        2 // It leaves room for a longer host.
    }
}

#[test]
fn weechat_talks_both_ways_and_leaves_without_a_complaint() {
    if !is_installed("weechat-headless") {
        return;
    }
    let daemon = Daemon::start();
    let mut company = Company::gather(&daemon);
    let mut weechat = Weechat::start(&daemon);
    company.meet("wendy", &mut weechat);
    assert_eq!(weechat.process.exit_code(), Some(0));
    assert_no_complaint(&logged(&weechat.log));
    daemon.wait_log("detail=Quit: bye");
}

#[test]
fn weechat_shows_notices_topics_and_modes_and_sends_topics_and_actions() {
    if !is_installed("weechat-headless") {
        return;
    }
    let daemon = Daemon::start();
    let mut bob = Company::gather(&daemon).bob;
    bob.skip_until(":carol!* QUIT *");
    let mut weechat = Weechat::start(&daemon);
    weechat.does(Deed::Join);
    bob.expect(":wendy!* JOIN #room");
    for (line, shown) in [
        ("NOTICE #room :take note", "Notice(bob): take note"),
        ("TOPIC #room :news", "bob has changed topic for #room to \"news\""),
        ("MODE #room +o wendy", "Mode #room [+o wendy] by bob"),
    ] {
        bob.send(line);
        wait_logged(&weechat.log, shown);
    }
    bob.fence();
    for (typed, heard) in [
        ("/topic all about tests", ":wendy!* TOPIC #room :all about tests"),
        ("/me waves", ":wendy!* PRIVMSG #room :\u{1}ACTION waves\u{1}"),
        ("/msg bob just for you", ":wendy!* PRIVMSG bob :just for you"),
    ] {
        weechat.enter("test.#room", typed);
        bob.expect(heard);
    }
}
