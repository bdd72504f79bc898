//! The loop between session, connection and user: one thread that owns the session, carries out its effects and keeps
//! its deadlines. Must never block on the network or on the keyboard.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use crate::effect::{Effect, Ending, Shown};
use crate::link::{Link, Server, Stream, dial};
use crate::received::Received;
use crate::session::Session;

/// Events that wait for the engine. When it is full, the senders wait: the keyboard, or the reader, and through it
/// the server.
const QUEUE: usize = 256;

/// What reaches the engine. The number is the generation of the connection: what an earlier one left is ignored.
#[derive(Debug)]
pub(crate) enum Event {
    Dialled(u32, Result<Stream, String>),
    Line(u32, Received),
    Closed(u32, String),
    Typed(String),
    /// Input that cannot be sent, and why.
    Trouble(String),
    EndOfInput,
}

/// The user's side: a terminal or a script.
pub(crate) trait Face {
    /// Shows something.
    ///
    /// # Errors
    /// Nobody can see it any more.
    fn show(&mut self, shown: &Shown) -> io::Result<()>;
    /// Allows one more line of input.
    fn take_line(&mut self, prompt: String);
    /// Learns the names that can be completed.
    fn learn(&mut self, session: &Session);
}

/// How long to wait for what.
#[derive(Debug, Clone)]
pub(crate) struct Patience {
    /// For an answer from the server.
    pub(crate) answer: Duration,
    /// For the server to close after QUIT.
    pub(crate) close: Duration,
    /// Before asking a silent server whether it is still there.
    pub(crate) silence: Duration,
    /// Before the first attempt to reconnect; doubled for each further one.
    pub(crate) retry_first: Duration,
    /// Between two attempts at most.
    pub(crate) retry_max: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(60),
            close: Duration::from_secs(3),
            silence: Duration::from_secs(90),
            retry_first: Duration::from_secs(1),
            retry_max: Duration::from_secs(30),
        }
    }
}

/// What the engine is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// The outcome of dialling, which has its own limit.
    Dial,
    /// The time of the next attempt.
    Retry,
    /// The server's answer to registration, fence or PING.
    Answer,
    /// The server's closing.
    Close,
    /// Anything.
    Silence,
}

/// The channel into the engine.
pub(crate) fn events() -> (SyncSender<Event>, Receiver<Event>) {
    sync_channel(QUEUE)
}

/// The loop's state.
pub(crate) struct Engine<F> {
    session: Session,
    face: F,
    server: Server,
    patience: Patience,
    sender: SyncSender<Event>,
    events: Receiver<Event>,
    link: Option<Link>,
    generation: u32,
    retry: Duration,
    /// Since when the present wait lasts.
    since: Instant,
    is_retrying: bool,
    /// A PING asks a silent server whether it is still there.
    is_probing: bool,
    /// The user may type a line that has not arrived yet.
    awaits_line: bool,
}

impl<F: Face> Engine<F> {
    /// An engine that has not dialled yet.
    pub(crate) fn new(
        session: Session,
        face: F,
        server: Server,
        patience: Patience,
        (sender, events): (SyncSender<Event>, Receiver<Event>),
    ) -> Self {
        Self {
            session,
            face,
            server,
            retry: patience.retry_first,
            patience,
            sender,
            events,
            link: None,
            generation: 0,
            since: Instant::now(),
            is_retrying: false,
            is_probing: false,
            awaits_line: false,
        }
    }

    /// Runs until the session is over.
    pub(crate) fn run(mut self) -> (Ending, F) {
        self.dial();
        loop {
            let waited = self.wait();
            let effects = match self.next_event() {
                Some(event) => self.on_event(event),
                None => self.on_deadline(),
            };
            if let Some(ending) = self.carry_out(effects) {
                return (ending, self.face);
            }
            if self.wait() != waited {
                self.since = Instant::now();
            }
            self.offer_line();
        }
    }

    fn dial(&mut self) {
        self.generation += 1;
        self.is_retrying = false;
        dial(self.server.clone(), self.generation, self.sender.clone());
    }

    fn offer_line(&mut self) {
        if !self.awaits_line && self.session.accepts_input() {
            self.awaits_line = true;
            self.face.take_line(self.session.prompt());
        }
    }

    fn wait(&self) -> Wait {
        match self.link {
            None if self.is_retrying => Wait::Retry,
            None => Wait::Dial,
            Some(_) if self.session.is_quitting() => Wait::Close,
            Some(_) if self.is_probing || !self.session.is_ready() => Wait::Answer,
            Some(_) => Wait::Silence,
        }
    }

    fn next_event(&self) -> Option<Event> {
        let limit = match self.wait() {
            Wait::Dial => return self.events.recv().ok(),
            Wait::Retry => self.retry,
            Wait::Answer => self.patience.answer,
            Wait::Close => self.patience.close,
            Wait::Silence => self.patience.silence,
        };
        self.events.recv_timeout(limit.saturating_sub(self.since.elapsed())).ok()
    }

    fn on_event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Typed(line) => {
                self.awaits_line = false;
                // A paste may hold several lines.
                line.split('\n').flat_map(|line| self.session.on_input(line)).collect()
            }
            Event::Trouble(what) => vec![Shown::problem(what)],
            Event::EndOfInput => self.session.on_end_of_input(),
            Event::Dialled(generation, outcome) if generation == self.generation => self.on_dialled(outcome),
            Event::Line(generation, line) if generation == self.generation => self.on_line(&line),
            Event::Closed(generation, why) if generation == self.generation => self.on_closed(&why),
            Event::Dialled(..) | Event::Line(..) | Event::Closed(..) => Vec::new(),
        }
    }

    fn on_dialled(&mut self, outcome: Result<Stream, String>) -> Vec<Effect> {
        let started = outcome.and_then(|stream| {
            Link::start(stream, self.generation, self.sender.clone()).map_err(|error| error.to_string())
        });
        match started {
            Ok(link) => {
                self.link = Some(link);
                self.heard();
                self.session.on_connected()
            }
            Err(why) => self.on_closed(&why),
        }
    }

    fn on_line(&mut self, line: &Received) -> Vec<Effect> {
        if !self.session.is_quitting() {
            self.heard();
        }
        let effects = self.session.on_line(line);
        if self.session.is_ready() {
            self.retry = self.patience.retry_first;
        }
        self.face.learn(&self.session);
        effects
    }

    fn heard(&mut self) {
        self.since = Instant::now();
        self.is_probing = false;
    }

    fn on_closed(&mut self, why: &str) -> Vec<Effect> {
        self.link = None;
        self.session.on_closed(why)
    }

    fn on_deadline(&mut self) -> Vec<Effect> {
        match self.wait() {
            Wait::Retry => {
                self.dial();
                self.retry = (self.retry * 2).min(self.patience.retry_max);
                Vec::new()
            }
            Wait::Silence => {
                self.heard();
                self.is_probing = true;
                self.session.on_silence()
            }
            Wait::Dial | Wait::Answer | Wait::Close => {
                let why = format!("the server did not answer within {} s", self.patience.answer.as_secs());
                self.on_closed(&why)
            }
        }
    }

    /// Does what the session asks. What is to be sent goes out as one chunk, before anything that ends the session.
    fn carry_out(&mut self, effects: Vec<Effect>) -> Option<Ending> {
        let mut chunk = Vec::new();
        let mut ending = None;
        for effect in effects {
            match effect {
                Effect::Send(line) => {
                    chunk.extend_from_slice(line.as_bytes());
                    chunk.extend_from_slice(b"\r\n");
                }
                Effect::Show(shown) => ending = ending.or(self.show(&shown)),
                Effect::Reconnect => ending = ending.or(self.schedule_retry()),
                Effect::Leave(why) => ending = ending.or(Some(why)),
            }
        }
        let is_stuck = !chunk.is_empty() && self.link.as_ref().is_some_and(|link| !link.send(chunk));
        if is_stuck && ending.is_none() {
            let effects = self.on_closed("the server has stopped reading");
            return self.carry_out(effects);
        }
        ending
    }

    /// Shows something; when nobody can see it any more, there is nobody left to stay for.
    fn show(&mut self, shown: &Shown) -> Option<Ending> {
        self.face.show(shown).is_err().then_some(Ending::Left)
    }

    fn schedule_retry(&mut self) -> Option<Ending> {
        self.link = None;
        // Whatever the old connection still reports is none of the next one's.
        self.generation += 1;
        self.is_retrying = true;
        self.since = Instant::now();
        self.show(&Shown::Note(format!("connection lost, trying again in {} s", self.retry.as_secs())))
    }
}
