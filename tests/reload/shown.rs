//! What is in force and where it comes from, as chatctl shows it.

use chat_proto::control::{ConfigDiff, ConfigOrigin, ConfigView};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use super::listen;
use crate::harness::tls::{CertificateFiles, Identity};
use crate::harness::{Daemon, ctl, operator};

const SECRETS: &str = "[server]\npassword = \"geheim-eins\"\n[cloak]\nkey = \"geheim-zwei-0123456\"\n\
                       [[webirc]]\nname = \"w\"\npassword = \"geheim-drei\"\nfrom = [\"::1\"]\n";

fn told(daemon: &Daemon, words: &[&str]) -> String {
    let assert = ctl(daemon, words).success();
    String::from_utf8_lossy(&assert.get_output().stdout).into_owned()
}

#[test]
fn what_is_in_force_is_toml_with_the_origin_of_each_value_and_no_secret() {
    let daemon = Daemon::with(&format!("{SECRETS}{}", operator("root", "admin")));
    let text = told(&daemon, &["config", "show"]);
    let file = daemon.configuration().display().to_string();
    let lines =
        |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(lines("ping-interval = \"90s\"").ends_with("# default"), "{text}");
    assert!(lines("password = \"(secret)\"").ends_with(&format!("# {file}:2")), "{text}");
    assert!(lines("level = \"debug\"").ends_with("# CHATD_LOG__LEVEL"), "{text}");
    for secret in ["geheim", "argon2"] {
        assert!(!text.contains(secret), "{text}");
    }
    let parsed: toml::Table = text.parse().expect("TOML");
    assert_eq!(parsed["listen"].as_array().unwrap().len(), 2);
    let json = told(&daemon, &["-o", "json", "config", "show", "log.level"]);
    assert!(!json.contains("geheim"));
    let view: ConfigView = serde_json::from_str(&json).unwrap();
    assert_eq!(view.settings.len(), 1);
    assert_eq!(view.settings[0].origin, ConfigOrigin::Variable { name: "CHATD_LOG__LEVEL".into() });
    ctl(&daemon, &["config", "show", "limit5"])
        .code(5)
        .stderr(contains("no key of the configuration begins"));
}

#[test]
fn the_file_on_disk_is_compared_with_what_is_in_force_and_that_with_the_defaults() {
    let daemon = Daemon::with(SECRETS);
    assert_eq!(told(&daemon, &["config", "diff"]), "# what is in force is what the file says\n");
    let defaults = told(&daemon, &["config", "diff", "--defaults"]);
    assert!(defaults.contains("password = \"(secret)\"") && defaults.contains("default: \"\""), "{defaults}");
    assert!(!defaults.contains("geheim") && !defaults.contains("clients = "), "{defaults}");
    defaults.parse::<toml::Table>().expect("TOML");
    let other = SECRETS.replace("geheim-eins", "geheim-vier");
    daemon.rewrite(&format!("{other}[limits]\nclients = 77\n[rooms]\nowner-ranks = true\n"));
    let text = told(&daemon, &["config", "diff"]);
    assert!(text.contains("in force: \"(secret)\"") && !text.contains("geheim"), "{text}");
    assert!(text.contains("; in force: false; needs a restart"), "{text}");
    text.parse::<toml::Table>().expect("TOML");
    let json = told(&daemon, &["-o", "json", "config", "diff"]);
    let diff: ConfigDiff = serde_json::from_str(&json).unwrap();
    let keys: Vec<_> = diff.changed.iter().map(|change| &*change.key).collect();
    assert_eq!(keys, ["server.password", "limits.clients"]);
    ctl(&daemon, &["config", "show", "limits.clients"]).success().stdout(contains("clients = 10000"));
    daemon.rewrite("[limits]\nclients = \"many\"\n");
    ctl(&daemon, &["config", "diff"]).code(1).stderr(contains("limits.clients"));
}

#[test]
fn a_check_and_a_reload_warn_of_what_is_not_wrong_and_should_not_be_so() {
    let daemon = Daemon::start();
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    files.put("server", &server);
    let secure = listen("irc", "127.0.0.1:0", "tls = true");
    daemon.rewrite(&format!("[tls]\n{}{secure}", files.keys("server")));
    let warned = || contains("warning: every user of this machine can read the key");
    ctl(&daemon, &["check"])
        .success()
        .stdout(contains("is good").and(contains("a reload would change:")))
        .stderr(warned());
    ctl(&daemon, &["reload"]).success().stderr(warned());
}
