//! `chatctl` without a command at a terminal, and the completion of shells.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use predicates::str::contains;

use crate::harness::{Client, Daemon, Pty, ctl};

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

/// bash as it is at a terminal, with the script loaded and a chatctl that knows its daemon.
#[test]
fn bash_completes_commands_nicks_and_rooms() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("JOIN #lobby");
    alice.expect(":alice!* JOIN #lobby");
    if Command::new("bash").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(std::env::var_os("CI").is_none(), "bash does not start");
        return;
    }
    let script = ctl(&daemon, &["completion", "bash"]).get_output().stdout.clone();
    let rc = daemon.path("bashrc");
    std::fs::write(&rc, [&script[..], b"\nPS1='> '\n"].concat()).unwrap();
    let directory = std::path::Path::new(env!("CARGO_BIN_EXE_chatctl")).parent().unwrap();
    let mut command = Command::new("bash");
    command.env_clear().env("CHATD_SOCKET", daemon.socket()).env("HISTFILE", "/dev/null");
    command.env("PATH", format!("{}:/usr/bin:/bin", directory.display()));
    command.args(["--noprofile", "--rcfile"]).arg(&rc).arg("-i");
    let mut bash = Pty::run("bash", command);
    bash.shows_input(">");
    bash.press("chatctl sho\tali\t");
    bash.shows_input("> chatctl show alice");
    bash.press("\x15chatctl show \\#lo\t");
    bash.shows_input("> chatctl show \\#lobby");
    bash.press("\x15chatctl show '#lo\t");
    bash.shows_input("> chatctl show '#lobby'");
    bash.press("\r");
    bash.shows("members  1");
}
