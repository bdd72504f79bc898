//! Why a chatd does not start: for each cause what was tried, the cause, the remedy, and the exit status that says whether trying
//! again may help. Not as root, for root is denied nothing.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{FileExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use nix::unistd::{User, geteuid};
use predicates::Predicate as _;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use tempfile::TempDir;

use crate::harness::tls::{CertificateFiles, Identity};
use crate::harness::{Daemon, SmallDisk, chatd, chatd_in, ctl, private_directory, with_private_mounts};

/// It does not get better by trying again.
const LASTS: i32 = 78;
/// It may.
const MAY_PASS: i32 = 1;

/// A place for a chatd that will not start, which it can reach as whoever it runs as.
struct Place {
    directory: TempDir,
    /// Whom it runs as: somebody else than root.
    user: User,
}

impl Place {
    /// With this configuration. Its state and control socket are in the directory unless the configuration says where.
    fn new(configuration: &str) -> Self {
        let directory = private_directory();
        let user = if geteuid().is_root() { User::from_name("nobody") } else { User::from_uid(geteuid()) };
        let place = Self { directory, user: user.unwrap().expect("there is such a user") };
        fs::set_permissions(place.directory.path(), Permissions::from_mode(0o755)).unwrap();
        place.give(place.directory.path());
        fs::write(place.path("chatd.toml"), configuration).unwrap();
        fs::set_permissions(place.path("chatd.toml"), Permissions::from_mode(0o644)).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Makes a directory of chatd's own.
    fn make(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir(&path).unwrap();
        self.give(&path);
        path
    }

    fn give(&self, path: &Path) {
        if geteuid().is_root() {
            chown(path, Some(self.user.uid.as_raw()), Some(self.user.gid.as_raw())).unwrap();
        }
    }

    /// Nobody but its owner, who is root where that is possible, may use it.
    fn lock(&self, path: &Path) {
        if geteuid().is_root() {
            chown(path, Some(0), Some(0)).unwrap();
        }
        let mode = if geteuid().is_root() { 0o700 } else { 0o000 };
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    /// Runs it until it ends; what it says and how it ends must fit.
    #[track_caller]
    fn fails(&self, status: i32, said: &[&str]) {
        let output = self.command().output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{errors}");
        // What it logs before goes to standard error as well.
        let report: Vec<_> = errors.lines().skip_while(|line| !line.starts_with("chatd: ")).collect();
        let report = if report.is_empty() { errors.to_string() } else { report.join("\n") };
        for part in said {
            assert!(contains(*part).eval(&report), "no {part:?} in:\n{report}");
        }
        assert!(report.lines().count() <= 3, "more than a few lines:\n{report}");
        assert!(!report.contains("os error"), "a number that nobody knows:\n{report}");
    }

    fn command(&self) -> Command {
        let mut chatd = chatd_in(self.directory.path());
        for (key, variable) in
            [("state-directory", "CHATD_SERVER__STATE_DIRECTORY"), ("socket =", "CHATD_CONTROL__SOCKET")]
        {
            if self.text().contains(key) {
                chatd.env_remove(variable);
            }
        }
        let ids = [format!("--reuid={}", self.user.uid), format!("--regid={}", self.user.gid)];
        let mut command = Command::new(if geteuid().is_root() { "setpriv" } else { "env" });
        if geteuid().is_root() {
            command.args(ids).args(["--clear-groups", "--inh-caps=-all", "--"]);
        }
        command.arg(reachable(chatd.get_program())).args(chatd.get_args()).env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.envs(chatd.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path("chatd.toml")).unwrap_or_default()
    }

    fn named(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn runs_as(&self) -> String {
        format!("and chatd runs as {}", self.user.name)
    }
}

/// As it stands in messages about what [`Place::lock`] has locked.
fn owner() -> String {
    let me = User::from_uid(geteuid()).unwrap().unwrap().name;
    format!("belongs to {me}:")
}

/// The program where everybody can run it: the tree may lie where only its owner can go.
fn reachable(program: &OsStr) -> PathBuf {
    static COPY: OnceLock<TempDir> = OnceLock::new();
    let is_open = |path: &Path| fs::metadata(path).is_ok_and(|one| one.permissions().mode() & 0o001 != 0);
    if Path::new(program).ancestors().all(is_open) {
        return program.into();
    }
    let directory = COPY.get_or_init(|| {
        let directory = private_directory();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        fs::copy(program, directory.path().join("chatd")).unwrap();
        directory
    });
    directory.path().join("chatd")
}

const ANY_PORT: &str = "[[listen]]\nprotocol = \"irc\"\naddress = \"127.0.0.1:0\"\n";

fn at(address: &str) -> String {
    format!("[[listen]]\nprotocol = \"irc\"\naddress = \"{address}\"\n")
}

#[test]
fn a_port_that_somebody_has_is_named_with_who_that_is() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    let place = Place::new(&at(&address));
    // Who runs as somebody else sees the user and not the process.
    let by = if geteuid().is_root() {
        "in use by a process of root".into()
    } else {
        format!("pid {}", std::process::id())
    };
    let said =
        [&format!("cannot listen on {address}: it is "), by.as_str(), "choose another address in [[listen]]"];
    place.fails(MAY_PASS, &said);
    let daemon = Daemon::start();
    let port = daemon.irc_port();
    daemon.rewrite(&at(&format!("0.0.0.0:{port}")));
    let (state, socket) = (daemon.path("other"), daemon.path("other.sock"));
    let elsewhere =
        [("CHATD_SERVER__STATE_DIRECTORY", state.as_path()), ("CHATD_CONTROL__SOCKET", socket.as_path())];
    let by = format!("cannot listen on 0.0.0.0:{port}: it is in use by chatd (pid {})", daemon.pid());
    daemon.run_another(&elsewhere).code(MAY_PASS).stderr(contains(by));
}

#[test]
fn a_port_below_1024_names_the_right_that_is_missing() {
    let place = Place::new(&at("127.0.0.1:194"));
    if fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start")
        .is_ok_and(|port| port.trim() == "1024")
    {
        let right = format!("a right that {} does not have", place.user.name);
        place.fails(
            LASTS,
            &["cannot listen on 127.0.0.1:194", &right, "CAP_NET_BIND_SERVICE", "chatd.socket"],
        );
    }
}

#[test]
fn an_address_of_another_machine_is_named() {
    let place = Place::new(&at("192.0.2.1:6667"));
    place.fails(MAY_PASS, &["this machine does not have the address 192.0.2.1", "network-online.target"]);
}

#[test]
fn a_configuration_that_cannot_be_read_names_its_owner_its_mode_and_who_tries() {
    let place = Place::new(ANY_PORT);
    let file = place.path("chatd.toml");
    place.lock(&file);
    let remedy = "hint: chgrp ";
    place.fails(LASTS, &[&place.named("chatd.toml"), &owner(), "with mode 0", &place.runs_as(), remedy]);
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let inside = place.make("etc");
    fs::rename(&file, inside.join("chatd.toml")).unwrap();
    std::os::unix::fs::symlink(inside.join("chatd.toml"), &file).unwrap();
    place.lock(&inside);
    place.fails(LASTS, &["cannot read it: ", &owner(), &place.runs_as()]);
    fs::set_permissions(&inside, Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_configuration_that_is_missing_or_a_directory_or_too_long_is_said() {
    let place = Place::new("");
    fs::remove_file(place.path("chatd.toml")).unwrap();
    place.fails(LASTS, &[&place.named("chatd.toml"), "there is no such file", "--print-config"]);
    fs::create_dir(place.path("chatd.toml")).unwrap();
    place.fails(LASTS, &["cannot read it: it is a directory", "chatd.toml"]);
    fs::remove_dir(place.path("chatd.toml")).unwrap();
    fs::write(place.path("chatd.toml"), "#".repeat(1024 * 1024 + 1)).unwrap();
    place.fails(LASTS, &["cannot read it: it is longer than 1 MiB"]);
}

#[test]
fn certificates_that_cannot_be_read_name_their_owner_and_who_tries() {
    let files = CertificateFiles::new();
    files.put("server", &Identity::new(&["localhost"]));
    fs::set_permissions(files.path(""), Permissions::from_mode(0o755)).unwrap();
    let place = Place::new(&format!("[tls]\n{}{ANY_PORT}", files.keys("server")));
    for (what, end) in [("certificate", "pem"), ("key", "key")] {
        let file = files.path(&format!("server.{end}"));
        place.lock(&file);
        place.fails(LASTS, &[&format!("cannot read the {what} "), &owner(), &place.runs_as(), "chgrp "]);
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    }
    let file = files.path("server.key").display().to_string();
    let configuration = place.named("chatd.toml");
    let said = format!("every user of this machine can read the key {file}: chmod o-r {file}");
    chatd(&["--check", "--config", &configuration]).success().stderr(contains(said));
}

#[test]
fn a_state_directory_of_somebody_else_names_both_and_the_command_that_mends_it() {
    let place = Place::new(ANY_PORT);
    let state = place.make("state");
    place.lock(&state);
    let remedy = format!("hint: chown -R {}:", place.user.name);
    place.fails(LASTS, &["cannot lock ", &owner(), &place.runs_as(), &remedy, &place.named("state")]);
    fs::set_permissions(&state, Permissions::from_mode(0o700)).unwrap();
    place.give(&state);
    fs::write(state.join("chatd.db"), "").unwrap();
    place.lock(&state.join("chatd.db"));
    place.fails(LASTS, &["cannot open ", "state/chatd.db: it ", &owner(), &remedy]);
}

#[test]
fn a_state_directory_that_cannot_be_made_names_what_is_above_it() {
    let place = Place::new(ANY_PORT);
    let above = place.make("lib");
    place.lock(&above);
    fs::write(
        place.path("chatd.toml"),
        format!("[server]\nstate-directory = {:?}\n{ANY_PORT}", above.join("chatd")),
    )
    .unwrap();
    let remedy = format!("hint: install -d -o {}", place.user.name);
    place.fails(LASTS, &["cannot create the data directory ", "lib belongs to ", &place.runs_as(), &remedy]);
    fs::set_permissions(&above, Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_file_system_that_is_read_only_is_said() {
    let test = "startup::a_file_system_that_is_read_only_is_said";
    with_private_mounts(test, || {
        // No place of somebody else's: in a user namespace there is nobody else.
        let directory = private_directory();
        let state = directory.path().join("state");
        fs::create_dir(&state).unwrap();
        fs::write(directory.path().join("chatd.toml"), ANY_PORT).unwrap();
        let disk = SmallDisk::mount(state, "1m");
        disk.make_read_only();
        let output = chatd_in(directory.path()).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(MAY_PASS), "{errors}");
        assert!(
            errors.contains("state/chatd.lock: the file system is read-only\n    hint: mount it for writing"),
            "{errors}"
        );
        drop(disk);
    });
}

#[test]
fn another_chatd_on_the_same_state_is_named() {
    let daemon = Daemon::start();
    let socket = daemon.path("other.sock");
    let said = format!("another chatd (pid {}) uses this data directory", daemon.pid());
    let refused = daemon.run_another(&[("CHATD_CONTROL__SOCKET", &socket)]);
    refused.code(MAY_PASS).stderr(contains(said)).stderr(contains("hint: stop it"));
}

#[test]
fn a_control_socket_that_cannot_be_made_is_explained() {
    let place = Place::new("");
    let run = place.make("run");
    place.lock(&run);
    let configured = |socket: &str| format!("[control]\nsocket = {socket:?}\n{ANY_PORT}");
    let socket = run.join("control.sock").display().to_string();
    fs::write(place.path("chatd.toml"), configured(&socket)).unwrap();
    place.fails(
        LASTS,
        &["cannot make the control socket ", "run belongs to ", &place.runs_as(), "control.socket"],
    );
    fs::set_permissions(&run, Permissions::from_mode(0o700)).unwrap();
    let long = format!("/tmp/{}", "x".repeat(110));
    fs::write(place.path("chatd.toml"), configured(&long)).unwrap();
    place.fails(LASTS, &["control.socket: a socket's path has at most 107 bytes, this one 115"]);
}

#[test]
fn a_log_directory_that_takes_nothing_is_explained() {
    let place = Place::new("");
    let logs = place.make("chatd-logs");
    place.lock(&logs);
    let log = format!("[log]\nto = \"file\"\ndirectory = {logs:?}\n{ANY_PORT}");
    fs::write(place.path("chatd.toml"), log).unwrap();
    let remedy = format!("hint: chown -R {}:", place.user.name);
    place.fails(LASTS, &["cannot open a log file in ", &owner(), &place.runs_as(), &remedy]);
    fs::set_permissions(&logs, Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_store_of_a_newer_chatd_is_left_alone() {
    let mut daemon = Daemon::start();
    daemon.terminate();
    let database = File::options().write(true).open(daemon.state_dir().join("chatd.db")).unwrap();
    // The user version, where the format of SQLite's files has it.
    database.write_at(&9999_u32.to_be_bytes(), 60).unwrap();
    let said = contains("has schema version 9999").and(contains("hint: run the newer chatd"));
    daemon.run_another(&[]).code(LASTS).stderr(said);
}

#[test]
fn names_that_nobody_has_and_variables_that_mean_nothing_are_warned_of() {
    let daemon = Daemon::with("");
    daemon.rewrite("[control]\noperator-groups = [\"chatd-opers-of-nowhere\", \"0\"]\nviewer-users = [\"nobody-of-nowhere\"]");
    let group = "warning: control.operator-groups names the group \"chatd-opers-of-nowhere\", and this machine has none";
    let user = "warning: control.viewer-users names the user \"nobody-of-nowhere\"";
    let variable = "warning: the variable CHATD_LISTEN is passed over";
    let mut check = chatd_in(&daemon.path(""));
    check.arg("--check").env("CHATD_LISTEN", "127.0.0.1:1").env("CHATD_SOCKET", "/x");
    let output = check.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.lines().count() == 3, "{errors}");
    for said in [group, user, variable] {
        assert!(errors.contains(said), "{errors}");
    }
    ctl(&daemon, &["check"]).success().stderr(contains(group).and(contains(user)));
    ctl(&daemon, &["reload"]).success();
    daemon.wait_log("names the group");
}
