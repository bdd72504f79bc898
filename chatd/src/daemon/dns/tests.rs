//! Names, against a server in the same process that knows a few.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;

use super::{LOOKUPS_MAX, Names};
use crate::config::{Config, Dns, Gateway};

/// Names in the form of the wire, and what is said of them.
const ZONE: [(&[u8], u16, &[u8]); 8] = [
    (b"\x017\x012\x010\x03192\x07in-addr\x04arpa\x00", 12, b"\x01h\x07example\x03org\x00"),
    (b"\x01h\x07example\x03org\x00", 1, &[192, 0, 2, 7]),
    // Its name leads elsewhere.
    (b"\x018\x012\x010\x03192\x07in-addr\x04arpa\x00", 12, b"\x01h\x07example\x03org\x00"),
    // Its name is none that may be shown.
    (b"\x019\x012\x010\x03192\x07in-addr\x04arpa\x00", 12, b"\x01a\x05cloak\x00"),
    (b"\x01a\x05cloak\x00", 1, &[192, 0, 2, 9]),
    (
        b"\x011\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x010\x018\x01b\x01d\x010\x011\x010\x010\x012\x03ip6\x04arpa\x00",
        12,
        b"\x01s\x07example\x03org\x00",
    ),
    (b"\x01s\x07example\x03org\x00", 28, &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    (b"\x01s\x07example\x03org\x00", 1, &[192, 0, 2, 1]),
];

/// Answers from the zone; before each answer comes one to another question, which nobody has asked.
async fn serve(socket: UdpSocket, asked: Arc<AtomicUsize>) {
    let mut buffer = [0; 512];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        asked.fetch_add(1, Ordering::Relaxed);
        let question = &buffer[..length];
        let (name, kind) = question[12..].split_at(length - 16);
        let found = ZONE.iter().find(|(known, of, _)| *known == name && kind[..2] == of.to_be_bytes());
        let mut answer = question.to_vec();
        (answer[2], answer[3], answer[7]) = (0x81, if found.is_some() { 0x80 } else { 0x83 }, 0);
        if let Some((_, kind, data)) = found {
            answer[7] = 1;
            answer.extend([0xc0, 12]);
            answer.extend(kind.to_be_bytes());
            answer.extend([0, 1, 0, 0, 0, 60, 0, data.len() as u8]);
            answer.extend(*data);
        }
        let mut forged = answer.clone();
        forged[0] ^= 1;
        let _ = socket.send_to(&forged, peer).await;
        let _ = socket.send_to(&answer, peer).await;
    }
}

/// A configuration with this server, and how many questions it was asked.
async fn server() -> (Config, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let servers = vec![socket.local_addr().unwrap()];
    let asked = Arc::<AtomicUsize>::default();
    tokio::spawn(serve(socket, Arc::clone(&asked)));
    let dns = Dns { reverse: true, servers, timeout: Duration::from_secs(30) };
    (Config { dns, ..Config::default() }, asked)
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_name_that_leads_back_to_its_address_is_found_and_remembered() {
    let (config, asked) = server().await;
    let names = Names::default();
    for (address, host) in [
        ("192.0.2.7", Some("h.example.org")),
        ("2001:db8::1", Some("s.example.org")),
        ("192.0.2.8", None),
        ("192.0.2.9", None),
        ("192.0.2.10", None),
    ] {
        assert_eq!(names.host(&config, ip(address)).await.as_deref(), host, "{address}");
        let before = asked.load(Ordering::Relaxed);
        assert_eq!(names.host(&config, ip(address)).await.as_deref(), host, "{address}");
        assert_eq!(asked.load(Ordering::Relaxed), before, "remembered");
    }
}

#[tokio::test]
async fn nobody_is_asked_where_names_are_off_and_for_gateways() {
    let (mut config, asked) = server().await;
    config.dns.reverse = false;
    assert_eq!(Names::default().host(&config, ip("192.0.2.7")).await, None);
    config.dns.reverse = true;
    let from = vec!["192.0.2.0/24".parse().unwrap()];
    config.gateways.push(Gateway { name: "web".into(), password: "hunter22".into(), from });
    assert_eq!(Names::default().host(&config, ip("192.0.2.7")).await, None);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_silent_costs_no_more_than_the_time_out() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = silent.local_addr().unwrap();
    let dns = Dns { reverse: true, servers: vec![address; 9], timeout: Duration::from_secs(3) };
    let config = Config { dns, ..Config::default() };
    let begun = tokio::time::Instant::now();
    assert_eq!(Names::default().host(&config, ip("192.0.2.7")).await, None);
    assert!(begun.elapsed() <= Duration::from_millis(3100), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn who_was_not_asked_for_because_of_too_many_others_is_asked_for_the_next_time() {
    let (mut config, asked) = server().await;
    let names = Names::default();
    let others = names.lookups.acquire_many(LOOKUPS_MAX as u32).await.unwrap();
    config.dns.timeout = Duration::from_millis(100);
    assert_eq!(names.host(&config, ip("192.0.2.7")).await, None);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    drop(others);
    config.dns.timeout = Duration::from_secs(30);
    assert_eq!(names.host(&config, ip("192.0.2.7")).await.as_deref(), Some("h.example.org"));
}
