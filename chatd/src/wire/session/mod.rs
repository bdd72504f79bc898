//! The session: one task per client that reads, writes and nothing else. Written once for all dialects and byte streams.
//!
//! An idle session waits for readiness and owns no buffer, queue or timer: reading uses a buffer of the thread and keeps only
//! an unfinished line. It stops reading when its client is too fast (the pace), reads too slowly (the outbox's soft bound)
//! or has too many requests unanswered. It writes whenever there is something to write, but for the moments in which it hands
//! requests over or has a password checked.

mod held;
mod input;
mod output;
mod pace;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::{Sleep, sleep, timeout};

use super::{Dialect, Setting, Step};
use crate::config::{Config, LoginRole, password};
use crate::domain::command::{Operator, Role};
use crate::domain::disconnect::Disconnect;
use crate::domain::id::Time;
use crate::domain::request::Request;
use crate::registry::{Seat, now};
use held::Held;
use input::Input;
use output::Output;

/// Requests that may wait for the owner. Bounds what a pipelining client can have parked there.
const UNANSWERED_MAX: u32 = 256;

/// Password checks at a time; each takes a core and tens of megabytes for tens of milliseconds.
const CHECKS_MAX: usize = 1;

/// How long a check waits for those before it; then it counts as wrong.
const CHECK_WAIT: Duration = Duration::from_secs(10);

/// Wrong passwords after which a session ends.
const WRONG_PASSWORDS_MAX: u8 = 3;

/// What all sessions share.
#[derive(Debug)]
pub struct Shared {
    /// The configuration in force; swapped on reload, locked to clone the pointer.
    config: RwLock<Arc<Config>>,
    started: Time,
    checks: Semaphore,
}

impl Shared {
    /// For a daemon that starts now.
    #[must_use]
    pub fn new(config: Arc<Config>, started: Time) -> Self {
        Self { config: RwLock::new(config), started, checks: Semaphore::new(CHECKS_MAX) }
    }

    /// Puts another configuration in force.
    pub fn configure(&self, config: Arc<Config>) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
    }

    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn setting(&self) -> Setting {
        Setting { config: self.config(), now: now(), started: self.started }
    }
}

/// What a session cannot do while it is polled.
enum Turn {
    /// Hand requests to the owner.
    Ask(Vec<Request>),
    /// Check an operator's password.
    Check { name: Box<str>, password: Box<str> },
    /// End.
    Done(Disconnect),
}

struct Session<D, IO> {
    io: IO,
    dialect: D,
    seat: Seat,
    shared: Arc<Shared>,
    input: Input,
    /// Requests on their way to the owner.
    held: Held,
    output: Output,
    /// Operators' passwords that were wrong.
    wrong_passwords: u8,
    /// The last words are in the output; this is why.
    closing: Option<Disconnect>,
    /// The one timer a session ever has: until the pace allows more, or until a closing client must have read its farewell.
    timer: Option<Pin<Box<Sleep>>>,
}

/// Serves one client until it leaves, and says why it ended.
pub async fn run<D, IO>(io: IO, host: Box<str>, seat: Seat, shared: Arc<Shared>) -> Disconnect
where
    D: Dialect,
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let dialect = D::new(host);
    let input = Input::new(D::LINE_MAX);
    let mut session = Session {
        io,
        dialect,
        seat,
        shared,
        input,
        held: Held::default(),
        output: Output::default(),
        wrong_passwords: 0,
        closing: None,
        timer: None,
    };
    session.hello();
    let why = loop {
        match poll_fn(|cx| session.poll_turn(cx)).await {
            Turn::Done(why) => break why,
            Turn::Ask(requests) => {
                if session.seat.ask(requests).await.is_err() {
                    break Disconnect::Stopping;
                }
            }
            Turn::Check { name, password } => session.check(&name, password).await,
        }
    };
    session.seat.leave(why.clone());
    why
}

impl<D: Dialect, IO: AsyncRead + AsyncWrite + Unpin> Session<D, IO> {
    fn hello(&mut self) {
        let mut requests = Vec::new();
        let step = self.dialect.hello(&self.shared.setting(), &mut requests);
        // No dialect has a password to check before its client has spoken.
        drop(self.after(step, requests));
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        loop {
            self.take_outbox(cx);
            if let Poll::Ready(Err(error)) = self.output.poll_write(&mut self.io, &self.seat.outbox, cx) {
                let why = self.closing.take().unwrap_or_else(|| Disconnect::Broken(error.to_string().into()));
                return Poll::Ready(Turn::Done(why));
            }
            let soft = self.shared.config().limits.outbox_soft;
            if let Some(requests) = self.held.next(&self.seat.outbox, soft, cx) {
                return Poll::Ready(Turn::Ask(requests));
            }
            if self.closing.is_some() {
                return self.poll_close(cx);
            }
            match self.poll_input(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(turn)) => return Poll::Ready(turn),
                // What was read has to be handed over, or a farewell written.
                Poll::Ready(None) => {}
            }
        }
    }

    /// Turns all that waits in the outbox into output. What that asks for in turn waits until the client has read enough.
    fn take_outbox(&mut self, cx: &Context<'_>) {
        while self.closing.is_none() {
            let mut requests = Vec::new();
            let render = output::Render { dialect: &mut self.dialect, shared: &self.shared };
            let taken = self.output.poll_take(render, &self.seat.outbox, &mut requests, cx);
            let Poll::Ready(output::Rendered { step, ended, is_cut }) = taken else { return };
            if is_cut {
                self.seat.outbox.remove(self.output.clear());
            }
            if let Some(why) = ended {
                if is_cut {
                    // The rooms learn it now and not only when the farewell is read, which may be never.
                    self.held.replace(Request::Leave(why.clone()));
                }
                self.close(why);
            }
            if step.is_some() {
                self.input.go_on();
            }
            // A reply never asks for a password to be checked.
            drop(self.after(step.unwrap_or(Step::Go), requests));
        }
    }

    /// Says farewell; what is written already goes out before it.
    fn close(&mut self, why: Disconnect) {
        if self.closing.is_some() {
            return;
        }
        let setting = self.shared.setting();
        self.timer = Some(Box::pin(sleep(setting.config.limits.write_grace)));
        let mut bytes = Vec::new();
        self.dialect.farewell(&why, &setting, &mut bytes);
        self.seat.outbox.add(bytes.len());
        self.output.push(bytes);
        self.closing = Some(why);
    }

    /// Ends once the farewell is written, or after the grace that a client has to read it.
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        let is_late = self.timer.as_mut().is_some_and(|timer| timer.as_mut().poll(cx).is_ready());
        if !self.output.is_empty() && !is_late {
            return Poll::Pending;
        }
        if !is_late && Pin::new(&mut self.io).poll_shutdown(cx).is_pending() {
            return Poll::Pending;
        }
        // Unread input would turn the close into a reset, which can overtake the farewell.
        self.input.discard(&mut self.io, cx);
        Poll::Ready(Turn::Done(self.closing.take().unwrap_or(Disconnect::Closed)))
    }

    /// Reads once.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<Option<Turn>> {
        if !self.may_read(cx) {
            return Poll::Pending;
        }
        let reader =
            input::Reader { dialect: &mut self.dialect, outbox: &self.seat.outbox, shared: &self.shared };
        match ready!(self.input.poll_read(&mut self.io, reader, cx)) {
            Err(error) => Poll::Ready(Some(Turn::Done(Disconnect::Broken(error.to_string().into())))),
            Ok(input::Read { step, requests, wait }) => {
                if let Some(wait) = wait {
                    self.timer = Some(Box::pin(sleep(wait.max(Duration::from_millis(1)))));
                }
                Poll::Ready(self.after(step, requests))
            }
        }
    }

    fn may_read(&mut self, cx: &mut Context<'_>) -> bool {
        if let Some(timer) = &mut self.timer {
            if timer.as_mut().poll(cx).is_pending() {
                return false;
            }
            self.timer = None;
        }
        // What is held is handed over first. Over the soft bound the socket is not writable, and writing it empty wakes us.
        let soft = self.shared.config().limits.outbox_soft;
        let may_read = self.input.is_open() && self.held.is_empty() && self.seat.outbox.queued() <= soft;
        may_read && self.seat.outbox.may_ask(cx, UNANSWERED_MAX)
    }

    /// What follows from a dialect's step.
    fn after(&mut self, step: Step, requests: Vec<Request>) -> Option<Turn> {
        self.held.extend(requests);
        match step {
            Step::Go => None,
            Step::Wait => {
                self.input.wait();
                None
            }
            Step::Close(why) => {
                self.close(why);
                None
            }
            Step::CheckOperator { name, password } => Some(Turn::Check { name, password }),
        }
    }

    /// Checks a password away from this task, one at a time in the whole daemon. An unknown name takes as long as a known one.
    async fn check(&mut self, name: &str, given: Box<str>) {
        let setting = self.shared.setting();
        let login = setting.config.control.operators.iter().find(|login| login.name == name).cloned();
        let hash = login.as_ref().map(|login| login.password.clone());
        let is_right = match timeout(CHECK_WAIT, self.shared.checks.acquire()).await {
            Ok(Ok(_permit)) => {
                let check =
                    move || password::verify(&given, hash.as_deref().unwrap_or_else(|| nobodys_hash()));
                matches!(tokio::task::spawn_blocking(check).await, Ok(true))
            }
            _ => false,
        };
        let operator = login.filter(|_| is_right).map(|login| {
            let role = match login.role {
                LoginRole::Admin => Role::Admin,
                LoginRole::Operator => Role::Operator,
            };
            Arc::new(Operator { name: login.name.as_str().into(), role })
        });
        let mut requests = Vec::new();
        self.dialect.operator_checked(operator.clone(), &setting, &mut requests);
        if operator.is_none() {
            tracing::warn!(client = %self.seat.id, name, "an operator's name or password was wrong");
            self.wrong_passwords += 1;
            if self.wrong_passwords >= WRONG_PASSWORDS_MAX {
                requests.push(Request::Leave(Disconnect::BadPassword));
                self.input.stop();
            }
        }
        self.held.extend(requests);
    }
}

/// The hash of a password that nobody has, made once; as slow as a check, and for the same threads.
fn nobodys_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash("nobody has this password").unwrap_or_default())
}
