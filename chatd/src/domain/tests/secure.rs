//! Connections that are protected, and who is told how.

use std::sync::Arc;

use super::{Chat, register};
use crate::domain::decide::{self, Outcome};
use crate::domain::id::ClientId;
use crate::domain::mode::UserMode;
use crate::domain::reply::Reply;
use crate::domain::request::Request;
use crate::domain::secure::{Fingerprint, Secure};

fn secure() -> Secure {
    let (version, cipher) = (Some("TLSv1_3"), Some("TLS13_AES_128_GCM_SHA256"));
    Secure { version, cipher, certificate: Some(Fingerprint([7; 32])) }
}

fn connected(chat: &mut Chat, nick: &str) -> ClientId {
    let id = chat.connect();
    let Request::Register(mut ask) = register(nick) else { unreachable!("what registers is a registration") };
    ask.secure = Some(Arc::new(secure()));
    chat.ask(id, Request::Register(ask));
    id
}

/// What `asker` is told of alice's connection.
fn whois(chat: &Chat, asker: ClientId) -> Option<Secure> {
    match decide::request(&chat.state, asker, chat.now, Request::Whois { nick: "alice".into(), via: None }) {
        Ok(Outcome::Reply(Reply::Whois { found: Some(whois), .. })) => whois.secure,
        other => panic!("no WHOIS: {other:?}"),
    }
}

#[test]
fn everybody_is_told_that_a_connection_is_secure_and_only_the_trusted_how() {
    let mut chat = Chat::new();
    let alice = connected(&mut chat, "alice");
    let bob = chat.client("bob");
    assert!(chat.state.client(alice).unwrap().is_secure());
    assert!(!chat.state.client(bob).unwrap().is_secure());
    assert_eq!(whois(&chat, alice), Some(secure()));
    assert_eq!(whois(&chat, bob), Some(Secure::default()));
    chat.state.set_user_modes(bob, {
        let mut modes = chat.state.client(bob).unwrap().modes;
        modes.set(UserMode::Operator, true);
        modes
    });
    assert_eq!(whois(&chat, bob), Some(secure()), "an operator");
}
