//! Certificates are renewed while the daemon runs, well or badly, and checked before it starts.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::{Duration, SystemTime};

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use rcgen::CertificateParams;

use super::{connect, daemon};
use crate::harness::tls::{CertificateFiles, Connector, Identity};
use crate::harness::{Daemon, chatd, ctl, until};

#[test]
fn a_reload_shows_a_renewed_certificate_and_leaves_established_sessions_alone() {
    let (files, old) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &old, "");
    let mut alice = connect(&daemon, "alice", &Connector::trusting(&old));
    let new = Identity::new(&["localhost"]);
    files.put("server", &new);
    let reload = ctl(&daemon, &["reload"]).success();
    let told = String::from_utf8_lossy(&reload.get_output().stdout).into_owned();
    // The daemon looks at the files by itself, too, and may have been first.
    let renewed = format!("renewed certificate: {}\n", files.path("server.pem").display());
    assert!(told == renewed || daemon.log().contains("certificates read again"), "{told}");
    ctl(&daemon, &["reload"]).success().stdout("nothing changed\n");
    let mut bob = connect(&daemon, "bob", &Connector::trusting(&new));
    bob.send("PRIVMSG alice :still there?");
    alice.expect(":bob!* PRIVMSG alice :still there?");
}

#[test]
fn a_reload_with_a_bad_certificate_keeps_the_old_one_and_says_why() {
    let (files, old) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &old, "");
    let other = Identity::new(&["localhost"]);
    fs::write(files.path("server.key"), other.key_pem()).unwrap();
    let why = || contains("does not belong to the first certificate in").and(contains("server.pem"));
    ctl(&daemon, &["check"]).code(1).stderr(why());
    ctl(&daemon, &["reload"]).code(1).stderr(why());
    daemon.wait_log("does not belong to");
    connect(&daemon, "alice", &Connector::trusting(&old));
}

#[test]
fn renewed_files_are_shown_without_a_reload_also_behind_symbolic_links() {
    let (files, old) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    files.put("first", &old);
    for end in ["pem", "key"] {
        symlink(files.path(&format!("first.{end}")), files.path(&format!("live.{end}"))).unwrap();
    }
    let listeners = super::LISTENERS;
    let daemon = Daemon::with(&format!("[tls]\n{}{listeners}", files.keys("live")));
    let mut alice = connect(&daemon, "alice", &Connector::trusting(&old));
    let new = Identity::new(&["localhost"]);
    files.put("second", &new);
    for end in ["pem", "key"] {
        symlink(files.path(&format!("second.{end}")), files.path("next")).unwrap();
        fs::rename(files.path("next"), files.path(&format!("live.{end}"))).unwrap();
    }
    daemon.wait_log("certificates read again");
    let mut bob = connect(&daemon, "bob", &Connector::trusting(&new));
    bob.send("PRIVMSG alice :still there?");
    alice.expect(":bob!* PRIVMSG alice :still there?");

    fs::write(files.path("second.pem"), "nothing of use").unwrap();
    daemon.wait_log("the certificates on disk are wrong; the old ones stay in force");
    connect(&daemon, "carol", &Connector::trusting(&new));
    let wrong =
        until("the condition", || Some(status(&daemon)).filter(|said| said.contains("certificates wrong")));
    assert!(wrong.contains("second.pem") || wrong.contains("live.pem"), "{wrong}");

    fs::write(files.path("second.pem"), new.certificate_pem()).unwrap();
    until("its end", || status(&daemon).contains(": healthy").then_some(()));
}

/// What `chatctl status` says, whatever it ends with.
fn status(daemon: &Daemon) -> String {
    String::from_utf8(ctl(daemon, &["status"]).get_output().stdout.clone()).unwrap()
}

#[test]
fn everything_that_can_be_wrong_with_a_certificate_is_found_before_the_start_and_has_a_remedy() {
    let (files, good) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let config = files.path("chatd.toml");
    fs::write(&config, format!("[tls]\n{}{}", files.keys("server"), super::LISTENERS)).unwrap();
    let check = || chatd(&["--check", "--config", config.to_str().unwrap()]);
    check().code(78).stderr(contains("server.pem: there is no such file"));
    files.put("server", &good);
    private(&files);
    check().success().stdout(contains(": ok")).stderr("");

    fs::write(files.path("server.pem"), "").unwrap();
    check().code(78).stderr(contains("no certificate in").and(contains("BEGIN CERTIFICATE")));
    fs::write(files.path("server.pem"), good.certificate_pem()).unwrap();
    fs::write(files.path("server.key"), good.certificate_pem()).unwrap();
    check().code(78).stderr(contains("no key in").and(contains("BEGIN PRIVATE KEY")));
    fs::write(files.path("server.key"), Identity::new(&["localhost"]).key_pem()).unwrap();
    check().code(78).stderr(contains("does not belong to the first certificate"));

    let days = |days: u64| SystemTime::now() + Duration::from_secs(days * 86_400);
    let ago = |days: u64| SystemTime::now() - Duration::from_secs(days * 86_400);
    for (from, until, doubt) in [
        (ago(9), ago(1), "has expired"),
        (ago(9), days(2), "expires within a week"),
        (days(1), days(9), "is not valid yet"),
    ] {
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (parameters.not_before, parameters.not_after) = (from.into(), until.into());
        files.put("server", &Identity::with(parameters));
        private(&files);
        check().success().stderr(contains("warning: the certificate in").and(contains(doubt)));
    }
    fs::set_permissions(files.path("server.key"), fs::Permissions::from_mode(0o644)).unwrap();
    check().success().stderr(contains("every user of this machine can read the key"));
}

fn private(files: &CertificateFiles) {
    fs::set_permissions(files.path("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn tls_without_a_certificate_is_a_fault_of_the_configuration() {
    let files = CertificateFiles::new();
    let config = files.path("chatd.toml");
    fs::write(&config, super::LISTENERS).unwrap();
    let check = chatd(&["--check", "--config", config.to_str().unwrap()]);
    check
        .code(78)
        .stderr(contains("listen.tls: there is no certificate to speak TLS with").and(contains("[tls]")));
}
