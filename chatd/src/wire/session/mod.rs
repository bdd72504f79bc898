//! The session: one task per client that reads, writes and nothing else. Written once for all dialects and byte streams.
//!
//! An idle session waits for readiness and owns no buffer, queue or timer: reading uses a buffer of the thread and keeps only
//! an unfinished line. It stops reading when its client is too fast (the pace), reads too slowly (the outbox's soft bound)
//! or has too many requests unanswered; it never stops writing.

mod input;
mod output;
mod pace;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::{Sleep, sleep};

use super::{Dialect, Setting, Step};
use crate::config::{Config, LoginRole, password};
use crate::delivery::outbox::Taken;
use crate::domain::command::{Operator, Role};
use crate::domain::disconnect::Disconnect;
use crate::domain::id::Time;
use crate::domain::request::Request;
use crate::registry::{Seat, now};
use input::Input;
use output::Output;

/// Requests that may wait for the owner. Bounds what a pipelining client can have parked there.
const UNANSWERED_MAX: u32 = 256;

/// Password checks at a time; each takes a core and tens of megabytes for tens of milliseconds.
const CHECKS_MAX: usize = 1;

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
    output: Output,
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
    let mut session =
        Session { io, dialect, seat, shared, input, output: Output::default(), closing: None, timer: None };
    let mut turn = session.hello();
    let why = loop {
        let requests = match turn {
            Some(Turn::Done(why)) => break why,
            Some(Turn::Ask(requests)) => requests,
            Some(Turn::Check { name, password }) => session.check(&name, password).await,
            None => Vec::new(),
        };
        if !requests.is_empty() && session.seat.ask(requests).await.is_err() {
            break Disconnect::Stopping;
        }
        turn = Some(poll_fn(|cx| session.poll_turn(cx)).await);
    };
    session.seat.leave(why.clone());
    why
}

impl<D: Dialect, IO: AsyncRead + AsyncWrite + Unpin> Session<D, IO> {
    fn hello(&mut self) -> Option<Turn> {
        let mut requests = Vec::new();
        let step = self.dialect.hello(&self.shared.setting(), &mut requests);
        self.after(step, requests)
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        if let Some(turn) = self.take_outbox(cx) {
            return Poll::Ready(turn);
        }
        if let Poll::Ready(Err(error)) = self.output.poll_write(&mut self.io, &self.seat.outbox, cx) {
            let why = self.closing.take().unwrap_or_else(|| Disconnect::Broken(error.to_string().into()));
            return Poll::Ready(Turn::Done(why));
        }
        if self.closing.is_some() {
            return self.poll_close(cx);
        }
        self.poll_input(cx)
    }

    /// Turns all that waits in the outbox into output; stops when that asks for something in turn.
    fn take_outbox(&mut self, cx: &Context<'_>) -> Option<Turn> {
        while self.closing.is_none() {
            match self.seat.outbox.poll_take(cx, self.output.taken()) {
                Poll::Pending => return None,
                Poll::Ready(Taken::Ended(why)) => {
                    self.output.clear();
                    self.close(why.clone());
                    // The rooms learn it now and not only when the farewell is read, which may be never.
                    return Some(Turn::Ask(vec![Request::Leave(why)]));
                }
                Poll::Ready(Taken::Items) => {
                    let mut requests = Vec::new();
                    let render = output::Render { dialect: &mut self.dialect, shared: &self.shared };
                    let rendered = self.output.render(render, &self.seat.outbox, &mut requests);
                    if let Some(why) = rendered.ended {
                        self.close(why);
                    }
                    if rendered.step.is_some() {
                        self.input.go_on();
                    }
                    let turn = self.after(rendered.step.unwrap_or(Step::Go), requests);
                    if turn.is_some() {
                        return turn;
                    }
                }
            }
        }
        None
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

    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        loop {
            if !self.may_read(cx) {
                return Poll::Pending;
            }
            let read = {
                let shared = &self.shared;
                let reader = input::Reader { dialect: &mut self.dialect, outbox: &self.seat.outbox, shared };
                self.input.poll_read(&mut self.io, reader, cx)
            };
            let input::Read { step, requests, wait } = match read {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Turn::Done(Disconnect::Broken(error.to_string().into())));
                }
                Poll::Ready(Ok(read)) => read,
            };
            if let Some(wait) = wait {
                self.timer = Some(Box::pin(sleep(wait.max(Duration::from_millis(1)))));
            }
            if let Some(turn) = self.after(step, requests) {
                return Poll::Ready(turn);
            }
            if self.closing.is_some() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
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
        if !self.input.is_open() {
            return false;
        }
        let soft = self.shared.config().limits.outbox_soft;
        // Over the soft bound the socket is not writable, and writing it empty wakes us.
        self.seat.outbox.queued() <= soft && self.seat.outbox.may_ask(cx, UNANSWERED_MAX)
    }

    /// What follows from a dialect's step.
    fn after(&mut self, step: Step, requests: Vec<Request>) -> Option<Turn> {
        match step {
            Step::Go => {}
            Step::Wait => self.input.wait(),
            Step::Close(why) => self.close(why),
            Step::CheckOperator { name, password } => {
                self.input.unread(requests);
                return Some(Turn::Check { name, password });
            }
        }
        (!requests.is_empty()).then_some(Turn::Ask(requests))
    }

    /// Checks a password away from this task, one at a time in the whole daemon.
    async fn check(&mut self, name: &str, given: Box<str>) -> Vec<Request> {
        let mut requests = self.input.take_unread();
        let setting = self.shared.setting();
        let login = setting.config.control.operators.iter().find(|login| login.name == name).cloned();
        let operator = match (login, self.shared.checks.acquire().await) {
            (Some(login), Ok(_permit)) => {
                let hash = login.password.clone();
                let is_right = tokio::task::spawn_blocking(move || password::verify(&given, &hash)).await;
                matches!(is_right, Ok(true)).then(|| {
                    let role = match login.role {
                        LoginRole::Admin => Role::Admin,
                        LoginRole::Operator => Role::Operator,
                    };
                    Arc::new(Operator { name: login.name.as_str().into(), role })
                })
            }
            _ => None,
        };
        if operator.is_none() {
            tracing::warn!(client = %self.seat.id, name, "an operator's name or password was wrong");
        }
        self.dialect.operator_checked(operator, &setting, &mut requests);
        requests
    }
}
