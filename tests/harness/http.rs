//! One HTTP request over TCP, written and read by hand.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::wait::DEADLINE;

/// What was answered.
#[derive(Debug)]
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Sends these bytes as a connection's only request and reads to the end.
#[track_caller]
pub(crate) fn http(port: u16, request: &str) -> HttpAnswer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no HTTP answer: {text:?}"));
    HttpAnswer { status, head: head.to_lowercase(), body: body.to_owned() }
}

/// Asks for a path.
#[track_caller]
pub(crate) fn http_get(port: u16, path: &str) -> HttpAnswer {
    http(port, &format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
}
