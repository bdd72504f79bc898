//! The bounded queue between the owner and one session, and the few counters both need.
//!
//! The owner pushes and never waits; the session takes all there is at once. An idle client's outbox holds no buffer.
//! Over the hard bound the queue is dropped and the session ends with a reason; over the soft bound the session stops
//! reading requests (it asks [`Outbox::queued`]).

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::broadcast::Lines;
use crate::domain::disconnect::Disconnect;
use crate::domain::reply::Reply;

/// Something that waits for a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Lines shared with other clients.
    Lines(Lines),
    /// Bytes for this client alone; only the session itself makes them, of a reply or a ping.
    Own(Box<[u8]>),
    /// An answer that the session renders.
    Reply(Box<Reply>),
    /// An answer that belongs to a label.
    Labeled(Box<Labeled>),
    /// The question whether the client is still there.
    Ping,
}

/// Something that answers a line with a label (IRCv3 labeled-response).
#[derive(Clone, Debug, PartialEq)]
pub struct Labeled {
    /// The line's label.
    pub label: Arc<str>,
    /// What answers it.
    pub answer: Answer,
}

/// What answers a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// What the client did, as others hear it, too.
    Lines(Lines),
    /// What it alone is told.
    Reply(Reply),
}

impl Item {
    /// What it counts against the bounds, in bytes. A reply is counted by its rough size on the wire.
    fn weight(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.bytes().len(),
            Self::Own(bytes) => bytes.len(),
            Self::Reply(reply) => reply_weight(reply),
            Self::Labeled(labeled) => match &labeled.answer {
                Answer::Lines(lines) => lines.bytes().len(),
                Answer::Reply(reply) => reply_weight(reply),
            },
            Self::Ping => 32,
        }
    }
}

fn reply_weight(reply: &Reply) -> usize {
    const LINE: usize = 80;
    LINE + match reply {
        Reply::Echo(bytes) => bytes.len(),
        Reply::Names { members, .. } => members.len() * 12,
        Reply::List { rooms, .. } => rooms.len() * LINE,
        Reply::Who { entries, .. } => entries.len() * LINE,
        Reply::Whowas { entries, .. } => entries.len() * LINE,
        Reply::RoomList { entries, .. } => entries.len() * LINE,
        Reply::Whois { found, .. } => 8 * LINE + found.as_ref().map_or(0, |whois| whois.rooms.len()) * LINE,
        Reply::Welcome(_) => 2048,
        _ => LINE,
    }
}

/// One client's outbox. Shared by the owner and the session.
#[derive(Debug)]
pub struct Outbox {
    /// Protects what is queued and who is woken for it. Held for a few instructions, never across an await.
    queue: Mutex<Queue>,
    /// Bytes queued or being written. Written by both sides.
    queued: AtomicUsize,
    /// Requests handed to the owner and not answered yet. Raised by the session, lowered by the owner.
    unanswered: AtomicU32,
    /// Whether the session waits for `unanswered` to fall.
    is_paused: AtomicBool,
    /// When something last came from the client, in milliseconds on the steady clock. Written by the session.
    heard_ms: AtomicU64,
    /// Lines received. Written by the session.
    lines_in: AtomicU64,
    /// Lines delivered. Written by the session.
    lines_out: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    ended: Option<Box<Disconnect>>,
    waker: Option<Waker>,
}

/// What a session is to do.
#[derive(Debug, PartialEq)]
pub enum Taken {
    /// There are items.
    Items,
    /// The outbox overflowed; what was queued is gone.
    Ended(Disconnect),
}

impl Outbox {
    /// An empty outbox for a client that connects at `now_ms`.
    #[must_use]
    pub fn new(now_ms: u64) -> Self {
        Self {
            queue: Mutex::default(),
            queued: AtomicUsize::new(0),
            unanswered: AtomicU32::new(0),
            is_paused: AtomicBool::new(false),
            heard_ms: AtomicU64::new(now_ms),
            lines_in: AtomicU64::new(0),
            lines_out: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A panic while the lock is held cannot leave the queue half changed, so a poisoned lock is still good.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues all of `items`, leaves `items` empty with its room, and wakes the session. More than `hard` bytes end the session.
    pub fn push_all(&self, items: &mut Vec<Item>, hard: usize) {
        let weight: usize = items.iter().map(Item::weight).sum();
        let waker = {
            let mut queue = self.lock();
            if queue.ended.is_some() {
                items.clear();
                return;
            }
            if self.queued() + weight > hard {
                items.clear();
                self.end_queue(&mut queue, Disconnect::OutboxFull { limit: hard });
            } else {
                self.add(weight);
                // Most wake-ups bring one item, and the smallest blocks are the cheapest for the allocator.
                if queue.items.is_empty() {
                    queue.items.reserve_exact(items.len());
                }
                queue.items.extend(items.drain(..));
            }
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ends the session whatever it does: what is queued is dropped.
    pub fn end(&self, why: Disconnect) {
        let waker = {
            let mut queue = self.lock();
            self.end_queue(&mut queue, why);
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn end_queue(&self, queue: &mut Queue, why: Disconnect) {
        let dropped = std::mem::take(&mut queue.items);
        self.remove(dropped.iter().map(Item::weight).sum());
        queue.ended.get_or_insert_with(|| Box::new(why));
    }

    /// Counts bytes that the session is about to write and the owner does not know of.
    pub fn add(&self, bytes: usize) {
        self.queued.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts bytes out that will not be written.
    pub fn remove(&self, bytes: usize) {
        self.queued.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Moves what is queued to the end of `items`; pending when there is nothing.
    pub fn poll_take(&self, cx: &Context<'_>, items: &mut VecDeque<Item>) -> Poll<Taken> {
        let mut queue = self.lock();
        if let Some(why) = &queue.ended {
            return Poll::Ready(Taken::Ended((**why).clone()));
        }
        if queue.items.is_empty() {
            match &mut queue.waker {
                Some(waker) if waker.will_wake(cx.waker()) => {}
                waker => *waker = Some(cx.waker().clone()),
            }
            return Poll::Pending;
        }
        if items.is_empty() {
            std::mem::swap(&mut queue.items, items);
        } else {
            items.extend(std::mem::take(&mut queue.items));
        }
        Poll::Ready(Taken::Items)
    }

    /// The session took bytes off its hands, and with them the ends of so many lines; until then they count as queued.
    pub fn written(&self, lines: u64, bytes: usize) {
        self.remove(bytes);
        self.lines_out.fetch_add(lines, Ordering::Relaxed);
    }

    /// An item that was queued with one weight is from now on counted with another: a reply has become bytes.
    pub fn reweigh(&self, item: &Item, bytes: usize) {
        self.add(bytes);
        self.remove(item.weight());
    }

    /// Bytes that wait for the client.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// The session hands `count` requests to the owner.
    pub fn asked(&self, count: u32) {
        self.unanswered.fetch_add(count, Ordering::Relaxed);
    }

    /// The owner has answered `count` requests, or has nothing to answer.
    pub fn answered(&self, count: u32) {
        self.unanswered.fetch_sub(count, Ordering::SeqCst);
        if self.is_paused.load(Ordering::SeqCst) && self.is_paused.swap(false, Ordering::SeqCst) {
            self.wake();
        }
    }

    /// Whether the session may hand over more: at most `limit` requests wait for their answers. If not, it is woken when
    /// one is answered.
    pub fn may_ask(&self, cx: &Context<'_>, limit: u32) -> bool {
        if self.unanswered.load(Ordering::SeqCst) < limit {
            return true;
        }
        self.lock().waker = Some(cx.waker().clone());
        self.is_paused.store(true, Ordering::SeqCst);
        self.unanswered.load(Ordering::SeqCst) < limit
    }

    fn wake(&self) {
        let waker = self.lock().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Something came from the client, at this moment of the steady clock.
    pub fn heard(&self, now_ms: u64, lines: u64) {
        self.heard_ms.store(now_ms, Ordering::Relaxed);
        self.lines_in.fetch_add(lines, Ordering::Relaxed);
    }

    /// When something last came from the client, in milliseconds on the steady clock.
    #[must_use]
    pub fn heard_ms(&self) -> u64 {
        self.heard_ms.load(Ordering::Relaxed)
    }

    /// Lines received and items delivered.
    #[must_use]
    pub fn lines(&self) -> (u64, u64) {
        (self.lines_in.load(Ordering::Relaxed), self.lines_out.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::task::{Context, Poll, Waker};

    use super::{Item, Outbox, Taken};
    use crate::domain::disconnect::Disconnect;

    fn line(bytes: usize) -> Vec<Item> {
        vec![Item::Own(vec![b'x'; bytes].into())]
    }

    #[test]
    fn what_is_pushed_is_taken_in_order_and_counted_until_written() {
        let outbox = Outbox::new(0);
        outbox.push_all(&mut line(10), 100);
        outbox.push_all(&mut line(20), 100);
        let mut items = VecDeque::new();
        let cx = Context::from_waker(Waker::noop());
        assert_eq!(outbox.poll_take(&cx, &mut items), Poll::Ready(Taken::Items));
        assert_eq!(items, [line(10), line(20)].concat());
        assert_eq!(outbox.queued(), 30);
        outbox.written(2, 30);
        assert_eq!((outbox.queued(), outbox.lines()), (0, (0, 2)));
        items.clear();
        assert_eq!(outbox.poll_take(&cx, &mut items), Poll::Pending);
    }

    #[test]
    fn the_hard_bound_may_be_reached_and_not_passed() {
        let outbox = Outbox::new(0);
        let cx = Context::from_waker(Waker::noop());
        outbox.push_all(&mut line(100), 100);
        let mut items = VecDeque::new();
        assert_eq!(outbox.poll_take(&cx, &mut items), Poll::Ready(Taken::Items));
        outbox.push_all(&mut line(1), 100);
        let ended = Taken::Ended(Disconnect::OutboxFull { limit: 100 });
        items.clear();
        assert_eq!(outbox.poll_take(&cx, &mut items), Poll::Ready(ended));
        assert!(items.is_empty());
        assert_eq!(outbox.queued(), 100, "what was dropped does not count any more, what was taken does");
    }

    #[test]
    fn asking_stops_at_the_limit_and_goes_on_after_an_answer() {
        let outbox = Outbox::new(0);
        let cx = Context::from_waker(Waker::noop());
        outbox.asked(2);
        assert!(outbox.may_ask(&cx, 3));
        assert!(!outbox.may_ask(&cx, 2));
        outbox.answered(1);
        assert!(outbox.may_ask(&cx, 2));
    }
}
