//! Gateways that say for whom they connect.

use std::sync::Arc;

use crate::config::Gateway;
use crate::domain::disconnect::Disconnect;
use crate::domain::origin::Origin;
use crate::domain::request::{Register, Request};
use crate::domain::secure::Secure;
use crate::wire::irc::Irc;
use crate::wire::testing::Session;
use crate::wire::{Dialect as _, Peer, Step};

const WEBIRC: &str = "WEBIRC hunter22 web dsl-7.example.net 192.0.2.7";

/// A connection from one of the addresses of the gateway `web`.
fn from(peer: Peer) -> Session<Irc> {
    let mut session = Session::<Irc>::with(|config| {
        let from = vec!["198.51.100.0/24".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        config.gateways.push(Gateway { name: "web".into(), password: "hunter22".into(), from });
    });
    session.dialect = Irc::new(peer);
    session
}

fn gateway() -> Session<Irc> {
    from(Peer { origin: Origin::of([198, 51, 100, 9].into()), secure: None })
}

/// As what the client registers.
#[track_caller]
fn registers(session: &mut Session<Irc>) -> Register {
    session.sends("NICK alice");
    match session.asks("USER al 0 * :Alice A.").pop() {
        Some(Request::Register(ask)) => *ask,
        other => panic!("no registration: {other:?}"),
    }
}

fn readdress(address: &str) -> (Step, Vec<Request>) {
    (Step::Readdress(address.parse().unwrap()), vec![])
}

#[test]
fn a_gateway_says_for_whom_it_connects() {
    for (line, address, host) in [
        (WEBIRC, "192.0.2.7:0", Some("dsl-7.example.net")),
        ("WEBIRC hunter22 web 192.0.2.7 192.0.2.7", "192.0.2.7:0", None),
        ("WEBIRC hunter22 web 0::1 0::1", "[::1]:0", None),
        ("WEBIRC hunter22 web 0::ffff:192.0.2.7 0::ffff:192.0.2.7", "192.0.2.7:0", None),
        ("WEBIRC hunter22 web bad_host 192.0.2.7", "192.0.2.7:0", None),
        ("WEBIRC hunter22 web x.cloak 192.0.2.7 :local-port=6697 remote-port=21726", "192.0.2.7:21726", None),
        (
            "WEBIRC hunter22 web h.example 192.0.2.7 :remote-port=70000 new=\\: x",
            "192.0.2.7:0",
            Some("h.example"),
        ),
    ] {
        let mut session = gateway();
        assert_eq!(session.sends(line), readdress(address), "{line}");
        let registered = registers(&mut session);
        let ip = address.parse::<std::net::SocketAddr>().unwrap().ip();
        let expected = Origin { ip, host: host.map(Into::into), gateway: Some("web".into()), shown: None };
        assert_eq!(registered.origin, expected, "{line}");
        assert_eq!(registered.secure, None);
    }
}

#[test]
fn a_connection_is_secure_if_both_sides_of_the_gateway_are() {
    let secure = || Secure { version: Some("TLSv1_3"), cipher: Some("c"), certificate: None };
    for (own, option, expected) in [
        (true, " secure", Some(Secure::default())),
        (true, " :local-port=1 secure=examplevalue123", Some(Secure::default())),
        (true, "", None),
        (true, " :insecure secured", None),
        (false, " secure", None),
    ] {
        let origin = Origin::of("2001:db8::1".parse().unwrap());
        let mut session = from(Peer { origin, secure: own.then(|| Arc::new(secure())) });
        assert_eq!(session.sends(format!("{WEBIRC}{option}")), readdress("192.0.2.7:0"));
        assert_eq!(registers(&mut session).secure.as_deref(), expected.as_ref(), "{own}{option}");
    }
}

#[test]
fn whoever_is_no_gateway_is_disconnected() {
    let refused = (Step::Close(Disconnect::BadGateway), vec![]);
    for line in [
        "WEBIRC hunter23 web h.example 192.0.2.7",
        "WEBIRC hunter2 web h.example 192.0.2.7",
        "WEBIRC hunter22 wub h.example 192.0.2.7",
        "WEBIRC hunter22 web h.example 192.0.2.256",
        "WEBIRC hunter22 web h.example [::1]",
    ] {
        assert_eq!(gateway().sends(line), refused, "{line}");
    }
    let elsewhere = Peer { origin: Origin::of([198, 51, 101, 9].into()), secure: None };
    assert_eq!(from(elsewhere).sends(WEBIRC), refused);
    assert_eq!(Session::<Irc>::with(|_| {}).sends(WEBIRC), refused);
    let mut passed_on = gateway();
    passed_on.sends("WEBIRC hunter22 web 198.51.100.8 198.51.100.8");
    assert_eq!(passed_on.sends(WEBIRC), refused, "nobody is passed on twice");
}

#[test]
fn too_few_parameters_and_a_registered_client_are_told_so() {
    assert!(gateway().hears("WEBIRC hunter22 web h.example").contains(" 461 * WEBIRC :"));
    let mut session = gateway();
    session.sends("NICK alice");
    session.sends("USER al 0 * :Alice A.");
    session.reads(&crate::wire::testing::welcome("alice"));
    assert!(session.hears(WEBIRC).contains(" 462 alice :"));
}
