//! A web client in headless Chromium, over WebSocket: `tests/clients/web.html`, driven by `web.mjs` as a hand at the keyboard.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bench::{has_library, is_installed, libraries, program};
use super::conversation::Company;
use super::script::{Script, script};
use crate::harness::{Daemon, Tool};

/// Where the page says that it is from.
const ORIGIN: &str = "http://chat.test";

fn daemon() -> Daemon {
    let listeners = ["irc", "websocket"]
        .map(|protocol| format!("[[listen]]\nprotocol = \"{protocol}\"\naddress = \"127.0.0.1:0\"\n"));
    Daemon::with(&format!("{}origins = [\"{ORIGIN}\"]\n", listeners.concat()))
}

/// Whether everything is there that it takes.
#[track_caller]
fn has_browser() -> bool {
    is_installed("node")
        && is_installed("chromium")
        && has_library("node_modules/irc-framework")
        && has_library("node_modules/playwright-core")
}

/// Where pictures are kept for people to look at.
fn picture() -> PathBuf {
    let artefacts = libraries().with_file_name("artefacts");
    fs::create_dir_all(&artefacts).unwrap();
    artefacts.join("web-client.png")
}

/// A browser with the page from this origin.
fn browser(daemon: &Daemon, origin: &str, nick: &str, picture: &Path) -> Command {
    let mut command = program("node", &daemon.path(""));
    command.env("CHATD_CLIENTS", libraries()).env("CHATD_ORIGIN", origin).env("CHATD_PICTURE", picture);
    command.arg(script("web.mjs")).arg(daemon.websocket_port().to_string()).arg(nick);
    command
}

#[test]
fn a_web_client_in_chromium_talks_both_ways_over_websocket_and_leaves_a_picture() {
    if !has_browser() {
        return;
    }
    let (daemon, picture) = (daemon(), picture());
    let mut company = Company::gather(&daemon);
    let mut script = Script::start("browser", "webby", browser(&daemon, ORIGIN, "webby", &picture), 2);
    company.meet("webby", &mut script);
    script.ends_without_a_complaint();
    let image = fs::read(&picture).unwrap();
    assert!(image.starts_with(b"\x89PNG") && image.len() > 10_000, "{} bytes", image.len());
}

#[test]
fn a_page_of_another_origin_gets_no_connection() {
    if !has_browser() {
        return;
    }
    let daemon = daemon();
    let mut bob = Company::gather(&daemon).bob;
    let picture = daemon.path("evil.png");
    let mut evil = Tool::run("browser", browser(&daemon, "http://evil.test", "mallory", &picture));
    // Never welcome, at once closed.
    evil.expect("closed");
    assert_eq!(evil.exit_code(), Some(0));
    bob.send("WHOWAS mallory");
    bob.skip_until(":* 406 bob mallory :*");
}
