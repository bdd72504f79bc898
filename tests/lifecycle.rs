//! The daemon as a service: how it starts, refuses to start, reloads and stops, and what it tells whoever runs it.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;

use nix::sys::signal::Signal;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty};

use crate::harness::{Client, Daemon, LineClient, chatd, ctl, until};

#[test]
fn the_service_manager_is_told_of_start_reload_and_stop() {
    let mut daemon = Daemon::start();
    daemon.signal(Signal::SIGHUP);
    let reloading = daemon.wait_notify("RELOADING=1");
    assert!(reloading.contains("MONOTONIC_USEC="), "{reloading}");
    let ready = daemon.wait_notify("READY=1");
    assert!(ready.contains("STATUS=serving"), "{ready}");
    daemon.signal(Signal::SIGTERM);
    daemon.wait_notify("STOPPING=1");
    assert_eq!(daemon.wait_exit().code(), Some(0));
}

#[test]
fn the_watchdog_hears_of_the_daemon_and_no_file_to_be_checked_holds_it_up() {
    let mut daemon = Daemon::changed("", |command| {
        command.env("WATCHDOG_USEC", "200000");
    });
    daemon.wait_notify("WATCHDOG=1");
    let pipe = daemon.path("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    for endless in [pipe.to_str().unwrap(), "/dev/zero"] {
        ctl(&daemon, &["check", endless]).code(1).stderr(contains("it is not a regular file"));
    }
    daemon.wait_notify("WATCHDOG=1");
    daemon.terminate();
}

#[test]
fn a_stop_under_load_tells_every_client_the_reason_and_loses_no_line_in_the_middle() {
    const LINES: usize = 3_000;
    let mut daemon = Daemon::with("[limits]\ninput-rate = 1000000\ninput-burst = 1000000");
    let mut sender = Client::connect_in(&daemon, "sender", "#room");
    let mut readers: Vec<_> =
        (0..8).map(|number| Client::connect_in(&daemon, &format!("r{number}"), "#room")).collect();
    readers.iter_mut().for_each(|reader| drop(reader.fence()));
    let mut guest = LineClient::connect(&daemon);
    let load: String = (0..LINES).map(|number| format!("PRIVMSG #room :{number}\r\n")).collect();
    sender.send_bytes(load.as_bytes());
    readers[0].expect(":sender!* PRIVMSG #room :0");
    daemon.signal(Signal::SIGTERM);
    for (index, reader) in readers.iter_mut().enumerate() {
        let mut lines = reader.collect_until("ERROR :Closing link: (*) [Server is stopping]");
        reader.expect_closed();
        lines.pop();
        lines.retain(|line| line.contains(" PRIVMSG "));
        for (number, line) in lines.iter().enumerate() {
            let number = number + usize::from(index == 0);
            assert_eq!(*line, format!(":sender!~sender@127.0.0.1 PRIVMSG #room :{number}"));
        }
    }
    sender.skip_until("ERROR :Closing link: (*) *Server is stopping]");
    guest.skip_until("-- closed: Server is stopping");
    guest.expect_closed();
    assert_eq!(daemon.wait_exit().code(), Some(0));
    assert!(daemon.log().contains("stopped"));
}

#[test]
fn a_client_that_does_not_read_delays_a_stop_no_longer_than_the_drain_timeout() {
    let mut daemon = Daemon::with(
        "[server]\ndrain-timeout = \"1s\"\n[limits]\nwrite-grace = \"10m\"\noutbox-hard = \"64MiB\"\n\
         input-rate = 1000000\ninput-burst = 1000000",
    );
    let mut stuck = Client::connect(&daemon, "stuck");
    stuck.wire().shrink_receive_buffer();
    let mut sender = Client::connect(&daemon, "sender");
    let line = format!("PRIVMSG stuck :{}\r\n", "x".repeat(440));
    // More than the system takes for a socket that nobody reads.
    for _ in 0..150 {
        sender.send_bytes(line.repeat(100).as_bytes());
        sender.expect_silence();
    }
    daemon.signal(Signal::SIGTERM);
    sender.expect_farewell("Server is stopping");
    assert_eq!(daemon.wait_exit().code(), Some(0));
    assert!(daemon.log().contains("the deadline passed"));
}

#[test]
fn interrupting_is_stopping() {
    let mut daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    daemon.signal(Signal::SIGINT);
    alice.expect_farewell("Server is stopping");
    assert_eq!(daemon.wait_exit().code(), Some(0));
}

#[test]
fn a_reload_puts_a_good_configuration_in_force_and_nobody_is_disconnected() {
    let mut daemon = Daemon::with("[limits]\ntopic-length = 10");
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.send("TOPIC #room :longer than ten");
    alice.expect(":* FAIL * TEXT_TOO_LONG topic :*");
    daemon.rewrite("[limits]\ntopic-length = 20\n[server]\nmotd = \"new\"");
    daemon.reload();
    alice.send("TOPIC #room :longer than ten");
    alice.expect(":alice!* TOPIC #room :longer than ten");
    alice.send("MOTD");
    alice.expect_all(&[":* 375 *", ":* 372 alice :- new", ":* 376 *"]);
}

#[test]
fn a_reload_of_a_wrong_configuration_changes_nothing_and_is_reported_whole() {
    let mut daemon = Daemon::with("[server]\nmotd = \"old\"");
    let mut alice = Client::connect(&daemon, "alice");
    daemon.rewrite("[server]\nmotd = \"new\"\nmotdd = 1\n[limits]\nclients = \"many\"");
    daemon.reload();
    let log = daemon.wait_log("the old one stays in force");
    assert!(log.contains("server.motdd") && log.contains("limits.clients"), "{log}");
    alice.send("MOTD");
    alice.expect_all(&[":* 375 *", ":* 372 alice :- old", ":* 376 *"]);
    daemon.rewrite("[server]\nmotd = \"new\"");
    daemon.reload();
    alice.send("MOTD");
    alice.expect_all(&[":* 375 *", ":* 372 alice :- new", ":* 376 *"]);
}

#[test]
fn a_wrong_configuration_is_reported_whole_with_places_and_ends_with_78() {
    let daemon = Daemon::start();
    daemon.rewrite(
        "[server]\nnetwrok = \"x\"\n\n[limits]\nclients = 0\nping-interval = \"soon\"\n[nonsense]\n",
    );
    let file = daemon.configuration().display().to_string();
    for arguments in [&["--check", "--config", &file][..], &["--config", &file]] {
        let report = contains(format!("{file}:2:1: server.netwrok"))
            .and(contains("network"))
            .and(contains(format!("{file}:5:11: limits.clients")))
            .and(contains(format!("{file}:6:17: limits.ping-interval")))
            .and(contains(format!("{file}:7:2: nonsense")));
        chatd(arguments).code(78).stdout(is_empty()).stderr(report);
    }
    daemon.rewrite("[server\n");
    chatd(&["--check", "--config", &file]).code(78).stderr(contains(format!("{file}:1:")));
    chatd(&["--check", "--config", "/nonexistent/chatd.toml"])
        .code(78)
        .stderr(contains("/nonexistent/chatd.toml"));
}

#[test]
fn a_good_configuration_checks_and_prints_and_what_is_printed_loads_again() {
    let daemon = Daemon::start();
    let file = daemon.configuration().display().to_string();
    daemon.rewrite("[desk]\ngreeting = \"\"\"one \\\"quoted\\\"\ntwo\"\"\"\n[[desk.rule]]\nmatch = '\\d+\"'\nreply = \"n\"");
    chatd(&["--check", "--config", &file]).success().stdout(format!("{file}: ok\n")).stderr(is_empty());
    let printed = chatd(&["--print-config", "--config", &file]).success();
    let printed = String::from_utf8_lossy(&printed.get_output().stdout).into_owned();
    assert!(printed.contains("ping-interval = \"90s\""), "{printed}");
    let copy = daemon.path("copy.toml");
    std::fs::write(&copy, &printed).unwrap();
    let again = chatd(&["--print-config", "--config", &copy.display().to_string()]);
    again.success().stdout(printed);
}

#[test]
fn wrong_arguments_end_with_2_and_version_and_help_with_0() {
    chatd(&["--nonsense"]).code(2).stdout(is_empty()).stderr(contains("--nonsense"));
    chatd(&["--version"]).success().stdout(contains("chatd "));
    chatd(&["--help"]).success().stdout(contains("--config"));
}

#[test]
fn a_port_in_use_is_named_and_ends_with_1() {
    let daemon = Daemon::start();
    let address = format!("127.0.0.1:{}", daemon.irc_port());
    daemon.rewrite(&format!("[[listen]]\nprotocol = \"irc\"\naddress = \"{address}\""));
    let (state, socket) = (daemon.path("other"), daemon.path("other.sock"));
    let overrides =
        [("CHATD_SERVER__STATE_DIRECTORY", state.as_path()), ("CHATD_CONTROL__SOCKET", socket.as_path())];
    let named = contains(format!("cannot listen on {address}")).and(contains("in use"));
    daemon.run_another(&overrides).code(1).stderr(named);
    Client::connect(&daemon, "alice");
}

#[test]
fn a_second_daemon_on_the_same_data_directory_refuses_and_the_first_lives_on() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let socket = daemon.path("other.sock");
    let refused = daemon.run_another(&[("CHATD_CONTROL__SOCKET", &socket)]);
    refused.code(1).stderr(contains("another chatd").and(contains("chatd.lock")));
    alice.send("PRIVMSG desk :still there?");
    alice.expect(":desk!* NOTICE alice :received*");
}

#[test]
fn a_second_daemon_on_the_same_control_socket_refuses_and_the_first_keeps_it() {
    let daemon = Daemon::start();
    let state = daemon.path("other");
    let refused = daemon.run_another(&[("CHATD_SERVER__STATE_DIRECTORY", &state)]);
    refused.code(1).stderr(contains("another chatd answers on the control socket"));
    ctl(&daemon, &["status"]).success();
}

#[test]
fn a_control_socket_that_a_dead_daemon_left_is_taken_over() {
    let mut daemon = Daemon::start();
    daemon.kill9();
    assert!(daemon.socket().exists());
    ctl(&daemon, &["status"]).code(3);
    daemon.restart();
    ctl(&daemon, &["status"]).success();
    daemon.terminate();
    assert!(!daemon.socket().exists());
}

#[test]
fn what_is_no_socket_is_not_removed_for_the_control_socket() {
    let mut daemon = Daemon::start();
    daemon.terminate();
    std::fs::write(daemon.socket(), "precious").unwrap();
    daemon.run_another(&[]).code(78).stderr(contains("is not a socket"));
    assert_eq!(std::fs::read_to_string(daemon.socket()).unwrap(), "precious");
    // A socket that is bound and closed is stale, whoever made it.
    std::fs::remove_file(daemon.socket()).unwrap();
    drop(UnixListener::bind(daemon.socket()).unwrap());
    daemon.restart();
    ctl(&daemon, &["status"]).success();
}

#[test]
fn a_listener_that_the_service_manager_hands_over_is_served() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let configuration = format!("[[listen]]\nprotocol = \"irc\"\naddress = \"{address}\"");
    let daemon = Daemon::with_inherited(&configuration, OwnedFd::from(listener));
    assert_eq!(daemon.irc_port(), address.port());
    Client::connect(&daemon, "alice");
}

#[test]
fn log_files_are_opened_anew_when_asked() {
    let daemon = Daemon::with("[log]\nto = \"file\"\nrotation = \"never\"");
    let mut alice = Client::connect(&daemon, "alice");
    let mut files = std::fs::read_dir(daemon.state_dir().join("log")).unwrap();
    let file = files.next().unwrap().unwrap().path();
    std::fs::rename(&file, daemon.path("moved.log")).unwrap();
    daemon.signal(Signal::SIGUSR1);
    until("new log file", || file.exists().then_some(()));
    alice.send("QUIT");
    until("line in the new log file", || {
        std::fs::read_to_string(&file).unwrap().contains("disconnected").then_some(())
    });
}
