//! A daemon with somebody who runs it over IRC.

use std::sync::LazyLock;

use super::client::Client;
use super::daemon::Daemon;
use super::process::chatd_with_input;

/// A hash of `secret`; made once, because hashing is slow on purpose.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let hashed = chatd_with_input(&["--hash-password"], "secret\n").success();
    String::from_utf8_lossy(&hashed.get_output().stdout).trim().to_owned()
});

/// `[[control.operator]]` for `name`, whose password is `secret`.
pub(crate) fn operator(name: &str, role: &str) -> String {
    format!("[[control.operator]]\nname = \"{name}\"\npassword = \"{}\"\nrole = \"{role}\"\n", *HASH)
}

/// A daemon with this configuration on which `boss` is an operator, as an admin.
#[track_caller]
pub(crate) fn with_operator(configuration: &str) -> (Daemon, Client) {
    let daemon = Daemon::with(&format!("{}{configuration}", operator("root", "admin")));
    let mut boss = Client::connect(&daemon, "boss");
    boss.become_operator("root");
    (daemon, boss)
}
