//! The session: one task per client that reads, writes and nothing else. Written once for all dialects and byte streams.
//!
//! An idle session waits for readiness and owns no buffer, queue or timer: reading uses a buffer of the thread and keeps only
//! an unfinished line; all that it has only while it does something is in one box. It stops reading when its client is too fast
//! (the pace), reads too slowly (the outbox's soft bound) or has too many requests unanswered. It writes whenever there is
//! something to write, but for the moments in which it waits to hand requests over or has a password checked.
//!
//! It is a future written by hand: one that the compiler makes of an `async fn` keeps what it is given twice.

mod check;
mod held;
mod input;
mod output;
mod pace;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::{Sleep, sleep};

use super::{Dialect, Peer, Setting, Step};
use crate::config::Config;
use crate::domain::disconnect::Disconnect;
use crate::domain::id::Time;
use crate::domain::request::Request;
use crate::registry::{Handed, Seat, Stopped, now};
use check::Checked;
use held::Held;
use input::Input;
use output::Output;

/// Requests that may wait for the owner. Bounds what a pipelining client can have parked there.
const UNANSWERED_MAX: u32 = 256;

/// Password checks at a time; each takes a core and tens of megabytes for tens of milliseconds.
const CHECKS_MAX: usize = 1;

/// Wrong passwords after which a session ends.
const WRONG_PASSWORDS_MAX: u8 = 3;

/// What all sessions share.
#[derive(Debug)]
pub struct Shared {
    /// The configuration in force; swapped on reload, locked to clone the pointer.
    config: RwLock<Arc<Config>>,
    /// Its `limits.outbox-soft`, which every turn of every session asks for.
    outbox_soft: AtomicUsize,
    started: Time,
    checks: Semaphore,
}

impl Shared {
    /// For a daemon that starts now.
    #[must_use]
    pub fn new(config: Arc<Config>, started: Time) -> Self {
        let outbox_soft = AtomicUsize::new(config.limits.outbox_soft);
        Self { config: RwLock::new(config), outbox_soft, started, checks: Semaphore::new(CHECKS_MAX) }
    }

    /// Puts another configuration in force.
    pub fn configure(&self, config: Arc<Config>) {
        self.outbox_soft.store(config.limits.outbox_soft, Ordering::Relaxed);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
    }

    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn outbox_soft(&self) -> usize {
        self.outbox_soft.load(Ordering::Relaxed)
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
    Check { name: Box<str>, password: Box<str>, label: Option<Arc<str>> },
    /// End.
    Done(Disconnect),
}

/// What a session waits for and does nothing else until then.
enum Errand {
    Hand(Pin<Box<dyn Future<Output = Result<(), Stopped>> + Send>>),
    Check(Pin<Box<dyn Future<Output = Checked> + Send>>),
}

/// What a session has only while it does something.
#[derive(Default)]
struct Busy {
    /// Requests on their way to the owner.
    held: Held,
    output: Output,
    errand: Option<Errand>,
    /// The last words are in the output; this is why.
    closing: Option<Disconnect>,
    /// The one timer a session ever has: until the pace allows more, or until a closing client must have read its farewell.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Busy {
    fn is_over(&self) -> bool {
        self.held.is_empty()
            && self.output.is_empty()
            && self.errand.is_none()
            && self.closing.is_none()
            && self.timer.is_none()
    }
}

thread_local! {
    /// The box of the session that was polled last and had nothing left to do, for the next one: only one at a time is polled.
    static SPARE: Cell<Option<Box<Busy>>> = const { Cell::new(None) };
}

/// One client, served until it leaves; ready with the reason. Small, because there are many: see the test below.
pub struct Session<D, IO> {
    io: IO,
    dialect: D,
    seat: Seat,
    shared: Arc<Shared>,
    input: Input,
    busy: Option<Box<Busy>>,
}

impl<D: Dialect, IO> Session<D, IO> {
    /// Its place in the registry.
    pub fn seat(&self) -> &Seat {
        &self.seat
    }

    /// The nick that its client has or had, if it registered.
    pub fn nick(&self) -> Option<&str> {
        self.dialect.nick()
    }
}

impl<D: Dialect, IO: AsyncRead + AsyncWrite + Unpin> Future for Session<D, IO> {
    type Output = Disconnect;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Disconnect> {
        let session = self.get_mut();
        let mut busy = session.busy.take().or_else(|| SPARE.take()).unwrap_or_default();
        let polled = session.poll_turns(&mut busy, cx);
        if busy.is_over() {
            SPARE.set(Some(busy));
        } else {
            session.busy = Some(busy);
        }
        polled
    }
}

impl<D: Dialect, IO: AsyncRead + AsyncWrite + Unpin> Session<D, IO> {
    /// A session over `io` for this peer.
    pub fn new(io: IO, peer: Peer, seat: Seat, shared: Arc<Shared>) -> Self {
        let (dialect, input) = (D::new(peer), Input::new(D::LINE_MAX));
        let mut session = Self { io, dialect, seat, shared, input, busy: None };
        let mut requests = Vec::new();
        let step = session.dialect.hello(&session.shared.setting(), &mut requests);
        let mut busy = Box::<Busy>::default();
        // No dialect has a password to check before its client has spoken.
        drop(session.after(&mut busy, step, requests));
        if !busy.is_over() {
            session.busy = Some(busy);
        }
        session
    }

    fn poll_turns(&mut self, busy: &mut Busy, cx: &mut Context<'_>) -> Poll<Disconnect> {
        let why = loop {
            if let Err(Stopped) = ready!(self.poll_errand(busy, cx)) {
                break Disconnect::Stopping;
            }
            match ready!(self.poll_turn(busy, cx)) {
                Turn::Done(why) => break why,
                Turn::Ask(requests) => match self.seat.hand_over(requests) {
                    Ok(Handed::Now) => {}
                    Ok(Handed::Later(handed)) => busy.errand = Some(Errand::Hand(handed)),
                    Err(Stopped) => break Disconnect::Stopping,
                },
                Turn::Check { name, password, label } => {
                    let check = check::check(Arc::clone(&self.shared), name, password, label);
                    busy.errand = Some(Errand::Check(Box::pin(check)));
                }
            }
        };
        self.seat.leave(why.clone());
        Poll::Ready(why)
    }

    fn poll_errand(&mut self, busy: &mut Busy, cx: &mut Context<'_>) -> Poll<Result<(), Stopped>> {
        let done = match &mut busy.errand {
            None => return Poll::Ready(Ok(())),
            Some(Errand::Hand(handed)) => ready!(handed.as_mut().poll(cx)),
            Some(Errand::Check(check)) => {
                let checked = ready!(check.as_mut().poll(cx));
                self.note(busy, checked);
                Ok(())
            }
        };
        busy.errand = None;
        Poll::Ready(done)
    }

    fn poll_turn(&mut self, busy: &mut Busy, cx: &mut Context<'_>) -> Poll<Turn> {
        loop {
            self.take_outbox(busy, cx);
            if let Poll::Ready(Err(error)) = busy.output.poll_write(&mut self.io, self.seat.outbox(), cx) {
                let why = busy.closing.take().unwrap_or_else(|| Disconnect::Broken(error.to_string().into()));
                return Poll::Ready(Turn::Done(why));
            }
            let (outbox, soft) = (self.seat.outbox(), self.shared.outbox_soft());
            if let Some(requests) = busy.held.next(&mut self.input.is_heavy_out, outbox, soft, cx) {
                return Poll::Ready(Turn::Ask(requests));
            }
            if busy.closing.is_some() {
                return self.poll_close(busy, cx);
            }
            match self.poll_input(busy, cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(turn)) => return Poll::Ready(turn),
                // What was read has to be handed over, or a farewell written.
                Poll::Ready(None) => {}
            }
        }
    }

    /// Turns all that waits in the outbox into output. What that asks for in turn waits until the client has read enough.
    fn take_outbox(&mut self, busy: &mut Busy, cx: &Context<'_>) {
        while busy.closing.is_none() {
            let mut requests = Vec::new();
            let render = output::Render { dialect: &mut self.dialect, shared: &self.shared };
            let taken = busy.output.poll_take(render, self.seat.outbox(), &mut requests, cx);
            let Poll::Ready(output::Rendered { step, ended, is_cut }) = taken else { return };
            if is_cut {
                self.seat.outbox().remove(busy.output.clear());
            }
            if let Some(why) = ended {
                if is_cut {
                    // The rooms learn it now and not only when the farewell is read, which may be never.
                    busy.held.replace(Request::Leave(why.clone()));
                    self.input.is_heavy_out = false;
                }
                self.close(busy, why);
            }
            if step.is_some() {
                self.input.go_on();
            }
            // A reply never asks for a password to be checked.
            drop(self.after(busy, step.unwrap_or(Step::Go), requests));
        }
    }

    /// Says farewell; what is written already goes out before it.
    fn close(&mut self, busy: &mut Busy, why: Disconnect) {
        if busy.closing.is_some() {
            return;
        }
        let setting = self.shared.setting();
        busy.timer = Some(Box::pin(sleep(setting.config.limits.write_grace)));
        let mut bytes = Vec::new();
        self.dialect.farewell(&why, &setting, &mut bytes);
        self.seat.outbox().add(bytes.len());
        busy.output.push(bytes);
        busy.closing = Some(why);
    }

    /// Ends once the farewell is written, or after the grace that a client has to read it.
    fn poll_close(&mut self, busy: &mut Busy, cx: &mut Context<'_>) -> Poll<Turn> {
        let is_late = busy.timer.as_mut().is_some_and(|timer| timer.as_mut().poll(cx).is_ready());
        if !busy.output.is_empty() && !is_late {
            return Poll::Pending;
        }
        if !is_late && Pin::new(&mut self.io).poll_shutdown(cx).is_pending() {
            return Poll::Pending;
        }
        // Unread input would turn the close into a reset, which can overtake the farewell.
        self.input.discard(&mut self.io, cx);
        Poll::Ready(Turn::Done(busy.closing.take().unwrap_or(Disconnect::Closed)))
    }

    /// Reads once.
    fn poll_input(&mut self, busy: &mut Busy, cx: &mut Context<'_>) -> Poll<Option<Turn>> {
        if !self.may_read(busy, cx) {
            return Poll::Pending;
        }
        let reader =
            input::Reader { dialect: &mut self.dialect, outbox: self.seat.outbox(), shared: &self.shared };
        match ready!(self.input.poll_read(&mut self.io, reader, cx)) {
            // TLS that ends without saying so, as many clients end it: what is not a whole line is dropped, so nothing of what
            // somebody on the way may have cut off is done by half.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Poll::Ready(Some(Turn::Done(Disconnect::Closed)))
            }
            Err(error) => Poll::Ready(Some(Turn::Done(Disconnect::Broken(error.to_string().into())))),
            Ok(input::Read { step, requests, wait }) => {
                if let Some(wait) = wait {
                    busy.timer = Some(Box::pin(sleep(wait.max(Duration::from_millis(1)))));
                }
                Poll::Ready(self.after(busy, step, requests))
            }
        }
    }

    fn may_read(&mut self, busy: &mut Busy, cx: &mut Context<'_>) -> bool {
        if let Some(timer) = &mut busy.timer {
            if timer.as_mut().poll(cx).is_pending() {
                return false;
            }
            busy.timer = None;
        }
        // What is held is handed over first. Over the soft bound the socket is not writable, and writing it empty wakes us.
        let soft = self.shared.outbox_soft();
        let may_read = self.input.is_open() && busy.held.is_empty() && self.seat.outbox().queued() <= soft;
        may_read && self.seat.outbox().may_ask(cx, UNANSWERED_MAX)
    }

    /// What follows from a dialect's step.
    fn after(&mut self, busy: &mut Busy, step: Step, requests: Vec<Request>) -> Option<Turn> {
        busy.held.extend(requests);
        match step {
            Step::Go => None,
            Step::Wait => {
                self.input.wait();
                None
            }
            Step::Close(why) => {
                self.close(busy, why);
                None
            }
            Step::Readdress(address) => {
                let through = SocketAddr::from(self.seat.address());
                tracing::info!(client = %self.seat.id(), peer = %address, %through, "passed on by a gateway");
                if let Err(refusal) = self.seat.readdress(address, &self.shared.config().limits) {
                    self.close(busy, Disconnect::Refused(refusal));
                }
                None
            }
            Step::CheckOperator { name, password, label } => Some(Turn::Check { name, password, label }),
        }
    }

    /// What follows from a check of an operator's password.
    fn note(&mut self, busy: &mut Busy, Checked { name, label, operator }: Checked) {
        let mut requests = Vec::new();
        let is_wrong = operator.is_none();
        self.dialect.operator_checked(operator, label, &self.shared.setting(), &mut requests);
        if is_wrong {
            let nick = self.dialect.nick();
            tracing::warn!(client = %self.seat.id(), nick, name, "an operator's name or password was wrong");
            self.input.wrong_passwords += 1;
            if self.input.wrong_passwords >= WRONG_PASSWORDS_MAX {
                requests.push(Request::Leave(Disconnect::BadPassword));
                self.input.stop();
            }
        }
        busy.held.extend(requests);
    }
}
