//! The filter against a scripted server on a real socket.

use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::effect::Ending;
use crate::engine::Patience;
use crate::filter;
use crate::link;
use crate::session::{Session, Settings};

/// Longer than anything here takes; a test that waits this long has failed.
const LIMIT: Duration = Duration::from_secs(20);

struct Server {
    reader: BufReader<TcpStream>,
}

impl Server {
    fn send(&mut self, line: &str) {
        self.reader.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
    }

    fn expect(&mut self, wanted: &str) {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{wanted}\r\n"));
    }

    fn welcome(&mut self) {
        self.expect("NICK anna");
        self.expect("USER anna 0 * :anna");
        self.send(":irc.test 001 anna :Welcome");
    }
}

/// An input that never ends and never comes, like a script that waits.
struct Silence(Receiver<()>);

impl Read for Silence {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        Ok(0)
    }
}

/// Plays `script` as the server of each connection in turn.
fn serve(scripts: Vec<fn(&mut Server)>) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let playing = thread::spawn(move || {
        for script in scripts {
            let stream = listener.accept().unwrap().0;
            stream.set_read_timeout(Some(LIMIT)).unwrap();
            stream.set_nodelay(true).unwrap();
            script(&mut Server { reader: BufReader::new(stream) });
        }
    });
    (port, playing)
}

fn settings() -> Settings {
    Settings {
        nick: "anna".into(),
        spare_nick: None,
        desk: "desk".into(),
        to: None,
        password: None,
        wants_time: false,
        waits_for_answers: true,
        reconnects: false,
    }
}

fn short() -> Patience {
    Patience {
        retry_first: Duration::from_millis(1),
        close: Duration::from_millis(50),
        ..Patience::default()
    }
}

struct Outcome {
    ending: Ending,
    out: String,
    err: String,
}

fn talk(port: u16, settings: Settings, patience: Patience, input: impl Read + Send + 'static) -> Outcome {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let server = link::Server { host: "127.0.0.1".to_owned(), port, tls: None };
    let ending = filter::run(Session::new(settings), server, patience, input, (&mut out, &mut err));
    Outcome { ending, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

#[test]
fn a_script_talks_reads_every_answer_and_leaves() {
    let (port, server) = serve(vec![|server| {
        server.welcome();
        server.expect("PRIVMSG desk :hello");
        server.expect("PRIVMSG desk :no line end");
        server.expect("PING :chat-client-fence");
        server.send(":desk NOTICE anna :received");
        server.send(":irc.test PONG irc.test :chat-client-fence");
        server.expect("QUIT");
        server.send("ERROR :Closing link");
    }]);
    let outcome = talk(port, settings(), Patience::default(), Cursor::new("hello\nno line end"));
    server.join().unwrap();
    assert_eq!((outcome.ending, outcome.out.as_str()), (Ending::Left, "-desk- received\n"));
    assert_eq!(outcome.err, "");
}

#[test]
fn a_kick_ends_a_waiting_script_with_its_reason() {
    let (port, server) = serve(vec![|server| {
        server.welcome();
        server.send(":desk!d@h PRIVMSG anna :last words");
        server.send("ERROR :Kicked: enough");
    }]);
    let (_held, silence) = sync_channel(0);
    let outcome = talk(port, settings(), Patience::default(), Silence(silence));
    server.join().unwrap();
    assert_eq!(outcome.ending.code(), 1);
    assert_eq!(outcome.out, "<desk> last words\n");
    assert_eq!(outcome.err, "chat-client: the server closed the connection: Kicked: enough\n");
}

#[test]
fn a_connection_that_breaks_before_everything_is_answered_is_lost() {
    let (port, server) = serve(vec![|server| {
        server.welcome();
        server.expect("PRIVMSG desk :hello");
        server.expect("PING :chat-client-fence");
    }]);
    let outcome = talk(port, settings(), Patience::default(), Cursor::new("hello\n"));
    server.join().unwrap();
    assert_eq!(outcome.ending.code(), 1);
}

#[test]
fn a_server_that_does_not_close_after_quit_is_left_all_the_same() {
    let (port, server) = serve(vec![|server| {
        server.welcome();
        server.expect("PING :chat-client-fence");
        server.send(":irc.test PONG irc.test :chat-client-fence");
        server.expect("QUIT");
        // Holds the connection open until the client has gone.
        server.reader.read_line(&mut String::new()).unwrap();
    }]);
    let outcome = talk(port, settings(), short(), Cursor::new(""));
    server.join().unwrap();
    assert_eq!(outcome.ending, Ending::Left);
}

#[test]
fn a_server_that_never_answers_the_last_line_is_given_up() {
    let (port, server) = serve(vec![|server| {
        server.welcome();
        server.expect("PING :chat-client-fence");
        server.reader.read_line(&mut String::new()).unwrap();
    }]);
    let patience = Patience { answer: Duration::from_millis(300), ..short() };
    let outcome = talk(port, settings(), patience, Cursor::new(""));
    server.join().unwrap();
    assert_eq!(outcome.ending.code(), 1);
    assert!(outcome.err.contains("did not answer"), "{}", outcome.err);
}

#[test]
fn a_silent_server_is_asked_whether_it_is_there() {
    let (port, server) = serve(vec![|server| {
        server.welcome();
        server.expect("PING :still-there");
        server.send(":irc.test PONG irc.test :still-there");
        server.expect("PING :still-there");
        server.send("ERROR :enough");
    }]);
    let (_held, silence) = sync_channel(0);
    let patience = Patience { silence: Duration::from_millis(20), ..short() };
    let outcome = talk(port, settings(), patience, Silence(silence));
    server.join().unwrap();
    assert_eq!(outcome.ending.code(), 1);
}

#[test]
fn a_lost_connection_is_made_again_and_the_user_is_told() {
    let (port, server) = serve(vec![
        |server| {
            server.welcome();
            server.send(":anna!a@h JOIN #room");
        },
        |server| {
            server.welcome();
            server.expect("JOIN #room");
            server.send("ERROR :enough");
        },
    ]);
    let (_held, silence) = sync_channel(0);
    let reconnects = Settings { reconnects: true, ..settings() };
    let outcome = talk(port, reconnects, short(), Silence(silence));
    server.join().unwrap();
    assert_eq!(outcome.ending.code(), 1);
    assert!(
        outcome.err.starts_with("chat-client: connection lost, trying again in 0 s\n"),
        "{}",
        outcome.err
    );
}

#[test]
fn a_wrong_password_is_a_refusal() {
    let (port, server) = serve(vec![|server| {
        server.expect("PASS :wrong");
        server.welcome_refused();
    }]);
    let wrong = Settings { password: Some("wrong".into()), ..settings() };
    let outcome = talk(port, wrong, Patience::default(), Cursor::new("hello\n"));
    server.join().unwrap();
    assert_eq!(outcome.ending.code(), 4);
    assert_eq!(outcome.err, "chat-client: refused: Password incorrect\n");
}

impl Server {
    fn welcome_refused(&mut self) {
        self.expect("NICK anna");
        self.expect("USER anna 0 * :anna");
        self.send(":irc.test 464 anna :Password incorrect");
    }
}

#[test]
fn where_nobody_listens_nothing_is_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let outcome = talk(port, settings(), Patience::default(), Cursor::new("hello\n"));
    assert_eq!(outcome.ending.code(), 3);
    assert!(outcome.err.contains(&format!("127.0.0.1:{port}")), "{}", outcome.err);
}

#[test]
fn ten_thousand_lines_arrive_in_order_however_slowly_they_are_read() {
    let (port, server) = serve(vec![|server| {
        server.welcome();
        let mut next = 0;
        loop {
            let mut line = String::new();
            server.reader.read_line(&mut line).unwrap();
            if let Some(token) = line.trim_end().strip_prefix("PING :") {
                server.send(&format!(":irc.test PONG irc.test :{token}"));
            } else if line == "QUIT\r\n" {
                break;
            } else {
                assert_eq!(line, format!("PRIVMSG desk :{next}\r\n"));
                next += 1;
                server.send(":desk NOTICE anna :received");
            }
        }
        assert_eq!(next, 10_000);
    }]);
    let input: String = (0..10_000).map(|number| format!("{number}\n")).collect();
    let outcome = talk(port, settings(), Patience::default(), Cursor::new(input));
    server.join().unwrap();
    assert_eq!(outcome.ending, Ending::Left);
    assert_eq!(outcome.out.lines().count(), 10_000);
}

#[test]
fn an_input_line_at_the_limit_is_sent_and_one_beyond_is_reported() {
    let (port, server) = serve(vec![|server| {
        server.welcome();
        let mut text = 0;
        loop {
            let mut line = String::new();
            server.reader.read_line(&mut line).unwrap();
            match line.trim_end().split_once(" :") {
                Some(("PING", token)) => server.send(&format!(":irc.test PONG irc.test :{token}")),
                Some((_, piece)) => text += piece.len(),
                None => break,
            }
        }
        assert_eq!(text, 65_536);
    }]);
    let input = format!("{}\n{}\n", "x".repeat(65_536), "y".repeat(65_537));
    let outcome = talk(port, settings(), Patience::default(), Cursor::new(input));
    server.join().unwrap();
    assert_eq!(outcome.ending, Ending::Left);
    assert_eq!(outcome.err, "chat-client: a line of more than 65536 bytes was not sent\n");
}
