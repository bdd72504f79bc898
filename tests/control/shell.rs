//! `chatctl` without a command at a terminal, and the completion of shells.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use predicates::str::contains;

use crate::harness::{Client, Daemon, Pty, ctl, until};

fn shell(daemon: &Daemon) -> Pty {
    // With the terminal as the one that controls it, as at a login: only then does Ctrl-C reach it as a signal.
    let mut command = Command::new("/usr/bin/setsid");
    command.args(["--ctty", env!("CARGO_BIN_EXE_chatctl")]).arg("-s").arg(daemon.socket());
    command.env_clear().env("XDG_STATE_HOME", daemon.path("home"));
    Pty::run("chatctl", command)
}

const PROMPT: &str = "chatd chatd.localhost>";

#[test]
fn a_person_works_in_the_shell_and_leaves() {
    let daemon = Daemon::start();
    let _alice = Client::connect(&daemon, "alice");
    let mut shell = shell(&daemon);
    shell.shows_input(PROMPT);
    shell.enter("-q list");
    shell.shows("1");
    shell.enter("list -o json");
    shell.shows("{\"id\":1,\"nick\":\"alice\"*");
    shell.enter("lst");
    shell.shows("*tip: *'list'*");
    shell.shows_input(PROMPT);
    shell.enter("exit");
    assert_eq!(shell.exit_code(), Some(0));
    shell.is_as_it_was();
}

#[test]
fn commands_options_nicks_and_rooms_are_completed() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("JOIN #lobby");
    alice.expect(":alice!* JOIN #lobby");
    let mut shell = shell(&daemon);
    shell.shows_input(PROMPT);
    shell.press("stat\t");
    shell.shows_input(&format!("{PROMPT} status"));
    shell.press("\x15sho\tAL\t");
    shell.shows_input(&format!("{PROMPT} show alice"));
    shell.press("\x15show #l\t");
    shell.shows_input(&format!("{PROMPT} show #lobby"));
    shell.press("\r");
    shell.shows("members  1");
    shell.press("list --cou\t1\r");
    shell.shows("*> list --count 1");
    shell.shows_input(PROMPT);
    shell.press("\x04");
    assert_eq!(shell.exit_code(), Some(0));
}

#[test]
fn ctrl_c_ends_a_watch_or_a_question_and_not_the_shell() {
    let mut daemon = Daemon::start();
    let mut shell = shell(&daemon);
    shell.shows_input(PROMPT);
    shell.enter("watch --since 0");
    let _alice = Client::connect(&daemon, "alice");
    shell.shows("* -- alice connected*");
    shell.press("\x03");
    shell.shows_input(PROMPT);
    shell.enter("stop");
    shell.shows_input("stop: chatd.localhost ends, and 1 client would be disconnected. Go on? *");
    shell.press("\x03");
    shell.shows_input(PROMPT);
    shell.press("half a line");
    shell.shows_input(&format!("{PROMPT} half a line"));
    shell.press("\x03");
    shell.shows_input(PROMPT);
    shell.enter("stop -y --wait");
    shell.shows("stopped");
    assert_eq!(daemon.wait_exit().code(), Some(0));
    shell.enter("status");
    shell.shows("hint: is chatd running?*");
    shell.shows_input("chatd (not running)>");
    shell.press("\x04");
    assert_eq!(shell.exit_code(), Some(0));
}

#[test]
fn signals_end_the_shell_also_after_a_view_that_listened_to_them() {
    let daemon = Daemon::start();
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let mut shell = shell(&daemon);
        shell.shows_input(PROMPT);
        shell.enter("top");
        shell.shows("q quit *");
        shell.press("q");
        shell.shows_input(PROMPT);
        shell.signal(signal);
        assert_eq!(shell.exit_code(), None, "{signal} ends it, and not it itself");
    }
}

#[test]
fn ctrl_c_ends_a_script_that_waits_for_its_next_line() {
    let daemon = Daemon::start();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatctl"));
    command.env_clear().arg("-s").arg(daemon.socket()).arg("-q");
    let mut script = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // What is looked at next shows that the command before has ended.
    script.stdin.as_mut().unwrap().write_all(b"status\n__complete statu\n").unwrap();
    let said = BufReader::new(script.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.into_iter().any(|line| line.starts_with("status\t")));
    kill(Pid::from_raw(script.id().cast_signed()), Signal::SIGINT).unwrap();
    let ended = until("end of the script", || script.try_wait().unwrap());
    assert_eq!(ended.signal(), Some(Signal::SIGINT as i32));
}

#[test]
fn a_question_reaches_the_person_although_the_output_goes_to_a_file() {
    let mut daemon = Daemon::start();
    let out = daemon.path("out.txt");
    let mut command = Command::new("/usr/bin/setsid");
    command.args(["--ctty", "sh", "-c", r#"exec "$0" -s "$1" stop > "$2""#, env!("CARGO_BIN_EXE_chatctl")]);
    command.env_clear().arg(daemon.socket()).arg(&out);
    let mut screen = Pty::run("chatctl", command);
    screen.shows_input("stop: chatd.localhost ends, and 0 clients would be disconnected. Go on? *");
    screen.enter("y");
    assert_eq!(screen.exit_code(), Some(0));
    assert_eq!(daemon.wait_exit().code(), Some(0));
    let out = std::fs::read_to_string(out).unwrap();
    assert!(out.starts_with("stopping: 0 connected") && !out.contains("Go on?"), "{out}");
}

#[test]
fn text_for_a_client_is_typed_line_by_line() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut shell = shell(&daemon);
    shell.shows_input(PROMPT);
    shell.enter("say alice -");
    shell.shows_input(">");
    shell.enter("one");
    alice.expect(":desk!* PRIVMSG alice :one");
    shell.shows_often("said to alice: *", 1);
    shell.shows_input(">");
    shell.enter("two");
    alice.expect(":desk!* PRIVMSG alice :two");
    shell.shows_often("said to alice: *", 2);
    shell.shows_input(">");
    shell.press("\x04");
    shell.shows_input(PROMPT);
}

#[test]
fn what_was_typed_is_there_the_next_time_and_for_nobody_else() {
    let daemon = Daemon::start();
    let mut first = shell(&daemon);
    first.shows_input(PROMPT);
    first.enter("list rooms");
    first.shows("NAME *");
    first.shows_input(PROMPT);
    first.press("\x04");
    assert_eq!(first.exit_code(), Some(0));
    let history = std::fs::metadata(daemon.path("home/chatctl/history")).unwrap();
    assert_eq!(history.permissions().mode() & 0o777, 0o600);
    let mut second = shell(&daemon);
    second.shows_input(PROMPT);
    second.press("\x1b[A");
    second.shows_input(&format!("{PROMPT} list rooms"));
}

#[test]
fn completion_scripts_are_answered_with_words_and_what_they_mean() {
    let daemon = Daemon::start();
    let _alice = Client::connect(&daemon, "alice");
    let answer = |words: &[&str]| ctl(&daemon, &[&["__complete", "--"], words].concat()).success();
    answer(&["kick", "al"]).stdout("");
    let socket = daemon.socket();
    let socket = socket.to_str().unwrap();
    answer(&["-s", socket, "kick", "al"]).stdout("alice\tclient\n");
    answer(&["list", "ro"]).stdout("rooms\tEvery room\n");
    answer(&["--no-c"]).stdout(contains("--no-color\tNever use colours"));
}

/// Shells as they are at a terminal: how each is started, and how it loads the file `SCRIPT` and shows the prompt `> `.
const SHELLS: [(&str, &[&str], &str); 3] = [
    ("bash", &["--noprofile", "--norc", "-i"], "source SCRIPT; PS1='> '"),
    ("zsh", &["-f", "-i"], "autoload -U compinit; compinit -u -D; source SCRIPT; PS1='> '"),
    ("fish", &["--no-config", "-i"], "source SCRIPT; function fish_prompt; echo '> '; end"),
];

#[test]
fn shells_complete_commands_nicks_and_rooms() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("JOIN #lobby");
    alice.expect(":alice!* JOIN #lobby");
    for (name, arguments, load) in SHELLS {
        if Command::new(name).arg("--version").stdout(Stdio::null()).status().is_err() {
            assert!(std::env::var_os("CI").is_none(), "{name} does not start");
            eprintln!("skipped: {name} does not start");
            continue;
        }
        let script = daemon.path(&format!("completion.{name}"));
        std::fs::write(&script, &ctl(&daemon, &["completion", name]).get_output().stdout).unwrap();
        let directory = std::path::Path::new(env!("CARGO_BIN_EXE_chatctl")).parent().unwrap();
        let mut command = Command::new("/usr/bin/setsid");
        command.args(["--ctty", name]);
        command.env_clear().env("CHATD_SOCKET", daemon.socket()).env("HOME", daemon.path("home"));
        command.env("PATH", format!("{}:/usr/bin:/bin", directory.display())).args(arguments);
        let mut shell = Pty::run(name, command);
        shell.enter(&load.replace("SCRIPT", script.to_str().unwrap()));
        shell.shows_input(">");
        shell.press("chatctl sho\tali\t");
        shell.shows_input("> chatctl show alice");
        shell.press("\x15chatctl show '#lo\t");
        shell.shows_input("> chatctl show '#lobby'");
        shell.press("\r");
        shell.shows("members  1*");
    }
}
