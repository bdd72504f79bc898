//! chat-client over TLS: whom it trusts, and what it says of those whom it does not.

use super::daemon;
use crate::harness::tls::{CertificateFiles, Identity};
use crate::harness::{Client, Daemon, Tool};

const GREETING: &str = "-desk- Whatever you write here reaches the people who run this server.";

/// Talks with somebody in the clear, in both directions.
#[track_caller]
fn talks(daemon: &Daemon, nick: &str, more: &[&str]) {
    let mut bob = Client::connect(daemon, "bob");
    let mut client = Tool::chat_client_tls(daemon, nick, more);
    client.expect(GREETING);
    client.send("/msg bob over TLS");
    bob.expect(&format!(":{nick}!* PRIVMSG bob :over TLS"));
    bob.send(&format!("PRIVMSG {nick} :and back"));
    client.expect("<bob> and back");
    bob.send(&format!("WHOIS {nick}"));
    bob.skip_until("*:* 671 *");
    bob.send("QUIT");
    bob.skip_until("ERROR *");
    client.end_input();
    client.rest();
    assert_eq!(client.exit_code(), Some(0));
}

/// Does not connect, and says this.
#[track_caller]
fn refuses(daemon: &Daemon, more: &[&str], why: &str) {
    let mut client = Tool::chat_client_tls(daemon, "mallory", more);
    client.rest();
    assert_eq!(client.exit_code(), Some(3));
    let said = client.complaints().join("\n");
    assert!(said.contains(why), "{said}");
}

#[test]
fn a_private_server_is_trusted_by_its_certificate_or_its_fingerprint_and_no_other() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let other = Identity::new(&["localhost"]);
    files.put("other", &other);
    let daemon = daemon(&files, &server, "");
    let path = |name: &str| files.path(name).display().to_string();
    talks(&daemon, "alice", &["--tls-ca", &path("server.pem")]);
    talks(&daemon, "carol", &["--tls-fingerprint", &server.fingerprint()]);
    refuses(&daemon, &["--tls-ca", &path("other.pem")], "--tls-fingerprint trusts it");
    let another = format!("has another fingerprint, {}", server.fingerprint());
    refuses(&daemon, &["--tls-fingerprint", &other.fingerprint()], &another);
}

#[test]
fn a_server_for_another_name_is_not_trusted() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["chat.example.org"]));
    let daemon = daemon(&files, &server, "");
    let path = files.path("server.pem").display().to_string();
    refuses(&daemon, &["--tls-ca", &path], "not valid for name");
    // The fingerprint is enough, whatever the name.
    talks(&daemon, "alice", &["--tls-fingerprint", &server.fingerprint()]);
}

#[test]
fn a_client_that_comes_the_wrong_way_is_told_which_is_right() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &server, "");
    let mut plain_at_tls = Tool::chat_client_tls(&daemon, "alice", &[]);
    plain_at_tls.rest();
    let said = plain_at_tls.complaints().join("\n");
    assert!(said.contains("this port speaks TLS"), "{said}");
    let digits = server.fingerprint();
    let mut tls_at_plain = Tool::chat_client(&daemon, "bob", &["--tls-fingerprint", &digits]);
    tls_at_plain.rest();
    assert_eq!(tls_at_plain.exit_code(), Some(3));
    let said = tls_at_plain.complaints().join("\n");
    assert!(said.contains("does not speak TLS at this port"), "{said}");
}
