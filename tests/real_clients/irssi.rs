//! irssi in a terminal, as Debian ships it.

use std::fs;
use std::path::PathBuf;

use super::bench::{assert_no_complaint, is_installed, logged, program, wait_logged};
use super::conversation::{Company, Deed, Guest, ROOM, Sight};
use crate::harness::{Daemon, Pty};

struct Irssi {
    terminal: Pty,
    log: PathBuf,
}

impl Irssi {
    /// One that is connected and has read the greeting.
    #[track_caller]
    fn start(daemon: &Daemon) -> Self {
        let (home, log) = (daemon.path("irssi"), daemon.path("irssi/log"));
        fs::create_dir(&home).unwrap();
        let settings = format!(
            "settings = {{ core = {{ real_name = \"irene\"; user_name = \"irene\"; nick = \"irene\"; }};\n\
             \"irc/core\" = {{ cmds_max_at_once = \"100\"; cmd_queue_speed = \"1msec\"; }};\n\
             \"fe-common/core\" = {{ autolog = \"yes\"; autolog_path = \"{}/$0.log\"; autolog_level = \"all\"; }}; }};\n",
            log.display()
        );
        fs::write(home.join("config"), settings).unwrap();
        let mut command = program("irssi", &home);
        command.arg(format!("--home={}", home.display()));
        command.args(["-c", "127.0.0.1", "-p", &daemon.irc_port().to_string()]);
        let mut irssi = Self { terminal: Pty::run("irssi", command), log };
        irssi.terminal.shows("*Whatever you write here reaches the people who run this server.*");
        assert_no_complaint(&irssi.terminal.rows().join("\n"));
        irssi
    }
}

impl Guest for Irssi {
    fn does(&mut self, deed: Deed<'_>) {
        match deed {
            Deed::Join => self.terminal.enter(&format!("/join {ROOM}")),
            Deed::Say(text) => self.terminal.enter(text),
            Deed::Nick(nick) => self.terminal.enter(&format!("/nick {nick}")),
            Deed::Part(reason) => self.terminal.enter(&format!("/part {ROOM} {reason}")),
            Deed::Quit(reason) => self.terminal.enter(&format!("/quit {reason}")),
        }
        if matches!(deed, Deed::Join) {
            self.terminal.shows(&format!("*Users {ROOM}*"));
        }
    }

    fn shows(&mut self, sight: Sight<'_>) {
        let shown = match sight {
            Sight::Said { by, text } => format!("{by}> {text}"),
            Sight::Renamed { from, to } => format!("{from} is now known as {to}"),
            Sight::Parted { who } => format!("{who} [~{who}@127.0.0.1] has left {ROOM}"),
            Sight::Quit { who } => format!("{who} [~{who}@127.0.0.1] has quit"),
        };
        wait_logged(&self.log, &shown);
    }

    fn pieces_at_the_limit(&self) -> usize {
        2 // It leaves room for a longer host.
    }
}

#[test]
fn irssi_talks_both_ways_and_leaves_without_a_complaint() {
    if !is_installed("irssi") {
        return;
    }
    let daemon = Daemon::start();
    let mut company = Company::gather(&daemon);
    let mut irssi = Irssi::start(&daemon);
    company.meet("irene", &mut irssi);
    assert_eq!(irssi.terminal.exit_code(), Some(0));
    irssi.terminal.is_as_it_was();
    assert_no_complaint(&logged(&irssi.log));
    daemon.wait_log("detail=Quit: bye");
}

#[test]
fn irssi_shows_notices_topics_and_modes_and_sends_topics_and_actions() {
    if !is_installed("irssi") {
        return;
    }
    let daemon = Daemon::start();
    let mut bob = Company::gather(&daemon).bob;
    bob.skip_until(":carol!* QUIT *");
    let mut irssi = Irssi::start(&daemon);
    irssi.does(Deed::Join);
    bob.expect(":irene!* JOIN #room");
    for (line, shown) in [
        ("NOTICE #room :take note", "-bob:#room- take note"),
        ("TOPIC #room :news", "bob changed the topic of #room to: news"),
        ("MODE #room +o irene", "mode/#room [+o irene] by bob"),
    ] {
        bob.send(line);
        wait_logged(&irssi.log, shown);
    }
    bob.fence();
    for (typed, heard) in [
        ("/topic all about tests", ":irene!* TOPIC #room :all about tests"),
        ("/me waves", ":irene!* PRIVMSG #room :\u{1}ACTION waves\u{1}"),
        ("/msg bob just for you", ":irene!* PRIVMSG bob :just for you"),
    ] {
        irssi.terminal.enter(typed);
        bob.expect(heard);
    }
}
