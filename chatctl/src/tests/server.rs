//! A daemon made of canned answers: one connection after the other, each with its answer.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use tempfile::TempDir;

/// Serves on its own thread until all answers are given, then listens no more.
pub(super) struct Server {
    directory: TempDir,
    thread: JoinHandle<Vec<String>>,
}

impl Server {
    /// Gives these answers, raw HTTP, in this order; then the connection is closed.
    pub(super) fn answering(answers: Vec<String>) -> Self {
        let directory = tempfile::tempdir().expect("a private directory can be made");
        let listener = UnixListener::bind(directory.path().join("control.sock")).expect("the socket is new");
        let thread = thread::spawn(move || answers.iter().map(|answer| serve(&listener, answer)).collect());
        Self { directory, thread }
    }

    pub(super) fn socket(&self) -> PathBuf {
        socket_in(self.directory.path())
    }

    /// The requests that came, each as `METHOD PATH BODY`; fails if an answer was not asked for.
    pub(super) fn requests(self) -> Vec<String> {
        // A server that still waits for a request gets an empty one and says so, instead of waiting for ever.
        drop(UnixStream::connect(self.socket()));
        self.thread.join().expect("every answer was asked for")
    }
}

/// Where the socket of a server in `directory` is.
pub(super) fn socket_in(directory: &Path) -> PathBuf {
    directory.join("control.sock")
}

fn serve(listener: &UnixListener, answer: &str) -> String {
    let (mut stream, _) = listener.accept().expect("the listener lives");
    let request = read_request(&mut stream);
    stream.write_all(answer.as_bytes()).expect("the client reads");
    request
}

fn read_request(stream: &mut UnixStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= body_length(head)
        {
            let first = head.lines().next().expect("a head has a line").trim_end_matches(" HTTP/1.1");
            return format!("{first} {body}").trim_end().to_owned();
        }
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).expect("the client writes");
        assert_ne!(length, 0, "the request ended early: {text}");
        read.extend_from_slice(&piece[..length]);
    }
}

fn body_length(head: &str) -> usize {
    let value = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    value.map_or(0, |value| value.parse().expect("a length is a number"))
}
