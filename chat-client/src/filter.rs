//! The face for scripts: lines from standard input, lines to standard output, diagnostics to standard error.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use chat_proto::line::{Framer, Line};

use crate::effect::{Ending, Shown};
use crate::engine::{Engine, Event, Face, Patience, events};
use crate::link::Server;
use crate::render::{Plain, plain};
use crate::session::Session;

/// The longest line of input in bytes; it is sent as many lines of IRC.
const INPUT_MAX: usize = 64 * 1024;

struct Filter<O, E> {
    out: O,
    err: E,
    /// Lets the reader hand over one more line.
    permits: SyncSender<()>,
}

/// Talks until the input ends and is answered, or the connection does.
pub(crate) fn run<O: Write, E: Write>(
    session: Session,
    server: Server,
    patience: Patience,
    input: impl Read + Send + 'static,
    (out, err): (O, E),
) -> Ending {
    let (sender, receiver) = events();
    // One permit at a time: the engine gives the next when it has the line.
    let (permits, permitted) = sync_channel(1);
    let typing = sender.clone();
    // Ends with the input or with the engine, whichever is first; it may wait for input for ever, so nobody joins it.
    thread::spawn(move || read_input(input, &permitted, &typing));
    let face = Filter { out, err, permits };
    let (ending, mut face) = Engine::new(session, face, server, patience, (sender, receiver)).run();
    if let Some(reason) = ending.reason() {
        // With standard error gone too there is nobody left to tell; the exit code still does.
        let _ = face.show(&Shown::Problem(reason.to_owned()));
    }
    ending
}

impl<O: Write, E: Write> Face for Filter<O, E> {
    fn show(&mut self, shown: &Shown) -> io::Result<()> {
        match plain(shown) {
            Plain::Out(line) => {
                writeln!(self.out, "{line}")?;
                self.out.flush()
            }
            Plain::Err(line) => {
                // A script that closed standard error still wants its output.
                let _ = writeln!(self.err, "{line}");
                Ok(())
            }
            Plain::Nothing => Ok(()),
        }
    }

    fn take_line(&mut self, _prompt: String) {
        // The reader is gone at the end of the input; the event that says so is under way.
        let _ = self.permits.try_send(());
    }

    fn learn(&mut self, _session: &Session) {}
}

fn read_input(mut input: impl Read, permitted: &Receiver<()>, events: &SyncSender<Event>) {
    let mut framer = Framer::new(INPUT_MAX);
    let mut buffer = [0; 4096];
    loop {
        let mut chunk = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(len) => &buffer[..len],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let _ = events.send(Event::Trouble(format!("standard input: {error}")));
                break;
            }
        };
        while let Some(line) = framer.next(&mut chunk) {
            if hand_over(line, permitted, events).is_none() {
                return;
            }
        }
    }
    if let Some(line) = framer.finish() {
        let _ = hand_over(line, permitted, events);
    }
    let _ = events.send(Event::EndOfInput);
}

/// Waits for the permit and hands over one line; `None` if the engine is gone.
fn hand_over(line: Line<'_>, permitted: &Receiver<()>, events: &SyncSender<Event>) -> Option<()> {
    let event = match line {
        Line::Text(bytes) => {
            permitted.recv().ok()?;
            Event::Typed(String::from_utf8_lossy(bytes).into_owned())
        }
        Line::TooLong => Event::Trouble(format!("a line of more than {INPUT_MAX} bytes was not sent")),
    };
    events.send(event).ok()
}
