//! irssi and weechat as Debian ships them: they connect, join, talk and leave without a complaint.

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Client, Daemon, Pty, Tool, until};

/// What a client writes when a server does not behave; in lower case.
const COMPLAINTS: [&str; 10] = [
    "error",
    "=!=",
    "unknown command",
    "unknown numeric",
    "warning",
    "critical",
    "invalid",
    "unhandled",
    "cannot",
    "unable",
];

/// Whether a program is there. Where it is not, that is said, and in continuous integration it is a failure.
#[track_caller]
fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let is_there = env::split_paths(&path).any(|directory| directory.join(program).exists());
    if !is_there {
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{program} is not installed");
        eprintln!("skipped: {program} is not installed");
    }
    is_there
}

/// The program with nothing of our environment but where programs are.
fn program(name: &str, home: &Path) -> Command {
    let mut command = Command::new(name);
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home).env("LC_ALL", "C.UTF-8").current_dir(home);
    command
}

/// All that a client has logged below this directory.
fn logged(directory: &Path) -> String {
    let Ok(entries) = fs::read_dir(directory) else { return String::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| if path.is_dir() { logged(&path) } else { fs::read_to_string(path).unwrap() }).collect()
}

/// Waits until the client has logged a line that fits.
#[track_caller]
fn wait_logged(directory: &Path, what: &str) {
    until(&format!("{what:?} in the client's log"), || logged(directory).contains(what).then_some(()));
}

#[track_caller]
fn assert_no_complaint(log: &str) {
    let complains = |line: &&str| COMPLAINTS.iter().any(|word| line.to_lowercase().contains(word));
    // The answer to QUIT is an ERROR on every server, and weechat marks it as one.
    let complaints: Vec<_> =
        log.lines().filter(complains).filter(|line| !line.contains("[Quit: bye]")).collect();
    assert!(!log.is_empty() && complaints.is_empty(), "{complaints:#?} in\n{log}");
}

/// What bob does, and what stands in a client's log then.
struct Heard {
    text: &'static str,
    shown: &'static str,
}

/// The conversation that every client has with bob, who has heard it come into #room. `say` types a line into the client's
/// room.
#[track_caller]
fn talk(bob: &mut Client, nick: &str, log: &Path, say: &mut dyn FnMut(&str), bobs: &[Heard]) {
    say("hello bob");
    bob.expect(&format!(":{nick}!* PRIVMSG #room :hello bob"));
    for one in bobs {
        bob.send(one.text);
        wait_logged(log, one.shown);
    }
    bob.fence();
    say("/topic all about tests");
    bob.expect(&format!(":{nick}!* TOPIC #room :all about tests"));
    say("/me waves");
    bob.expect(&format!(":{nick}!* PRIVMSG #room :\u{1}ACTION waves\u{1}"));
    say("/msg bobby just for you");
    bob.expect(&format!(":{nick}!* PRIVMSG bobby :just for you"));
    say(&format!("/nick {nick}2"));
    bob.expect(&format!(":{nick}!* NICK {nick}2"));
    say("/part #room tea");
    bob.expect(&format!(":{nick}2!* PART #room :tea"));
}

#[test]
fn irssi_connects_joins_talks_both_ways_and_leaves_without_a_complaint() {
    if !is_installed("irssi") {
        return;
    }
    let daemon = Daemon::start();
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
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
    let mut irssi = Pty::run("irssi", command);
    irssi.shows("*Whatever you write here reaches the people who run this server.*");
    assert_no_complaint(&irssi.rows().join("\n"));
    irssi.enter("/join #room");
    bob.expect(":irene!~irene@127.0.0.1 JOIN #room");
    irssi.shows("*Users #room*");
    let heard = [
        Heard { text: "PRIVMSG #room :hello irene", shown: "bob> hello irene" },
        Heard { text: "NOTICE #room :take note", shown: "-bob:#room- take note" },
        Heard { text: "NICK bobby", shown: "bob is now known as bobby" },
        Heard { text: "TOPIC #room :news", shown: "bobby changed the topic of #room to: news" },
        Heard { text: "MODE #room +o irene", shown: "mode/#room [+o irene] by bobby" },
    ];
    talk(&mut bob, "irene", &log, &mut |line| irssi.enter(line), &heard);
    irssi.enter("/quit bye");
    assert_eq!(irssi.exit_code(), Some(0));
    irssi.is_as_it_was();
    assert_no_complaint(&logged(&log));
    daemon.wait_log("detail=Quit: bye");
}

/// The command with which weechat does not hold its lines back; the option has another name since version 4.
fn without_pauses() -> &'static str {
    let version = Command::new("weechat-headless").arg("--version").output().unwrap().stdout;
    match version.first() {
        Some(b'0'..=b'3') => "/mute /set irc.server_default.anti_flood_prio_high 0",
        _ => "/mute /set irc.server_default.anti_flood 0",
    }
}

/// weechat without a screen, steered through its pipe.
struct Weechat {
    process: Tool,
    pipe: PathBuf,
    log: PathBuf,
}

impl Weechat {
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
        Self { process, pipe, log }
    }

    /// Types into a buffer.
    #[track_caller]
    fn enter(&self, buffer: &str, line: &str) {
        let mut pipe = fs::File::options().append(true).open(&self.pipe).unwrap();
        pipe.write_all(format!("irc.{buffer} *{line}\n").as_bytes()).unwrap();
    }
}

#[test]
fn weechat_connects_joins_talks_both_ways_and_leaves_without_a_complaint() {
    if !is_installed("weechat-headless") {
        return;
    }
    let daemon = Daemon::start();
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    let mut weechat = Weechat::start(&daemon);
    wait_logged(&weechat.log, "Whatever you write here reaches the people who run this server.");
    weechat.enter("server.test", "/join #room");
    bob.expect(":wendy!~wendy@127.0.0.1 JOIN #room");
    wait_logged(&weechat.log, "Channel #room: 2 nicks");
    let heard = [
        Heard { text: "PRIVMSG #room :hello wendy", shown: "bob\thello wendy" },
        Heard { text: "NOTICE #room :take note", shown: "Notice(bob): take note" },
        Heard { text: "NICK bobby", shown: "bob is now known as bobby" },
        Heard { text: "TOPIC #room :news", shown: "bobby has changed topic for #room to \"news\"" },
        Heard { text: "MODE #room +o wendy", shown: "Mode #room [+o wendy] by bobby" },
    ];
    let log = weechat.log.clone();
    talk(&mut bob, "wendy", &log, &mut |line| weechat.enter("test.#room", line), &heard);
    weechat.enter("server.test", "/quit bye");
    assert_eq!(weechat.process.exit_code(), Some(0));
    assert_no_complaint(&logged(&log));
    daemon.wait_log("detail=Quit: bye");
}
