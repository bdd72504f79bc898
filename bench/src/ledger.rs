//! Who has to read what of one conversation, and who has: every reader every message once, each sender's in order, and one
//! order for all who only read. Does no I/O.

use std::fmt;

use crate::mark::Mark;

/// A promise of delivery that was broken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A message that nobody sent.
    Unknown { reader: usize, mark: Mark },
    /// A message whose number is below the one that is next: it came twice, or behind a later one.
    Again { reader: usize, mark: Mark, next: u32 },
    /// A message whose number is above the one that is next: those between were lost, or come later.
    Skipped { reader: usize, mark: Mark, next: u32 },
    /// A reader saw the messages of different senders in another order than a reader before it.
    Reordered { reader: usize, mark: Mark, other: Mark },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { reader, mark } => {
                write!(f, "reader {reader} got {mark}, which was not sent to it")
            }
            Self::Again { reader, mark, next } => {
                write!(f, "reader {reader} got {mark} again or too late: number {next} was next")
            }
            Self::Skipped { reader, mark, next } => {
                write!(f, "reader {reader} got {mark}, but not number {next} of that sender before it")
            }
            Self::Reordered { reader, mark, other } => {
                write!(f, "reader {reader} got {mark} where others got {other}: not one order for all")
            }
        }
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {} of sender {}", self.number, self.sender)
    }
}

/// The messages of one conversation.
///
/// Readers are counted from 0; the first of them are the senders, who do not read what they send themselves.
#[derive(Debug)]
pub(crate) struct Ledger {
    readers: usize,
    senders: usize,
    /// The next number, by reader and sender.
    next: Vec<u32>,
    /// For each sender's messages: how many readers lack it.
    lacking: Vec<Vec<u32>>,
    /// What those who only read have seen, in the order of the first of them.
    order: Vec<Mark>,
    /// How far each reader is in `order`.
    place: Vec<usize>,
    sent: usize,
    complete: usize,
}

impl Ledger {
    /// A conversation in which nothing was said.
    pub(crate) fn new(readers: usize, senders: usize) -> Self {
        Self {
            readers,
            senders,
            next: vec![0; readers * senders],
            lacking: vec![Vec::new(); senders],
            order: Vec::new(),
            place: vec![0; readers],
            sent: 0,
            complete: 0,
        }
    }

    /// Enters a message that is sent now.
    pub(crate) fn send(&mut self, sender: usize) -> Mark {
        let number = self.lacking[sender].len();
        self.lacking[sender].push(self.readers as u32 - 1);
        self.sent += 1;
        Mark { sender: sender as u32, number: number as u32 }
    }

    /// Enters a message that came; true if this was the last reader to get it.
    ///
    /// # Errors
    /// The delivery broke a promise.
    pub(crate) fn receive(&mut self, reader: usize, mark: Mark) -> Result<bool, Fault> {
        let (sender, number) = (mark.sender as usize, mark.number as usize);
        let lacking = self.lacking.get_mut(sender).and_then(|messages| messages.get_mut(number));
        let Some(lacking) = lacking.filter(|_| sender != reader) else {
            return Err(Fault::Unknown { reader, mark });
        };
        let next = &mut self.next[reader * self.senders + sender];
        if mark.number < *next {
            return Err(Fault::Again { reader, mark, next: *next });
        }
        if mark.number > *next {
            return Err(Fault::Skipped { reader, mark, next: *next });
        }
        *next += 1;
        *lacking -= 1;
        let is_complete = *lacking == 0;
        self.complete += usize::from(is_complete);
        self.follow(reader, mark)?;
        Ok(is_complete)
    }

    /// Whether nothing is under way.
    pub(crate) fn is_settled(&self) -> bool {
        self.complete == self.sent
    }

    /// Messages entered so far.
    pub(crate) fn sent(&self) -> usize {
        self.sent
    }

    /// What is under way, in words: the reader that lacks most.
    pub(crate) fn lacks(&self) -> String {
        let lacks = |reader: usize| -> usize {
            let others = (0..self.senders).filter(|sender| *sender != reader);
            let next = |sender: usize| self.next[reader * self.senders + sender] as usize;
            others.map(|sender| self.lacking[sender].len() - next(sender)).sum()
        };
        let all: usize = (0..self.readers).map(lacks).sum();
        let worst = (0..self.readers).max_by_key(|reader| lacks(*reader)).unwrap_or_default();
        format!(
            "{all} deliveries of {} messages are lacking, most at reader {worst}: {}",
            self.sent,
            lacks(worst)
        )
    }

    /// Compares with what others saw at this place. Senders lack their own messages, so they have no place.
    fn follow(&mut self, reader: usize, mark: Mark) -> Result<(), Fault> {
        if reader < self.senders {
            return Ok(());
        }
        let place = &mut self.place[reader];
        match self.order.get(*place) {
            Some(other) if *other != mark => return Err(Fault::Reordered { reader, mark, other: *other }),
            Some(_) => {}
            None => self.order.push(mark),
        }
        *place += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Ledger};
    use crate::mark::Mark;

    const A0: Mark = Mark { sender: 0, number: 0 };
    const A1: Mark = Mark { sender: 0, number: 1 };
    const B0: Mark = Mark { sender: 1, number: 0 };

    /// Two senders and two who only read; A says two things, B one.
    fn spoken() -> Ledger {
        let mut ledger = Ledger::new(4, 2);
        assert_eq!([ledger.send(0), ledger.send(0), ledger.send(1)], [A0, A1, B0]);
        ledger
    }

    #[test]
    fn a_message_is_complete_when_its_last_reader_has_it() {
        let mut ledger = spoken();
        assert_eq!([1, 2, 3].map(|reader| ledger.receive(reader, A0)), [Ok(false), Ok(false), Ok(true)]);
        assert!(!ledger.is_settled());
        for (reader, mark) in [(1, A1), (2, A1), (2, B0), (0, B0), (3, A1), (3, B0)] {
            ledger.receive(reader, mark).unwrap();
        }
        assert!(ledger.is_settled());
    }

    #[test]
    fn a_lost_message_is_found_by_the_one_behind_it() {
        let fault = Fault::Skipped { reader: 2, mark: A1, next: 0 };
        assert_eq!(spoken().receive(2, A1), Err(fault));
    }

    #[test]
    fn a_lost_message_with_none_behind_it_is_told() {
        let mut ledger = spoken();
        for (reader, mark) in [(1, A0), (2, A0), (3, A0), (1, A1), (2, A1), (0, B0), (2, B0)] {
            ledger.receive(reader, mark).unwrap();
        }
        assert!(!ledger.is_settled());
        assert_eq!(ledger.lacks(), "2 deliveries of 3 messages are lacking, most at reader 3: 2");
    }

    #[test]
    fn a_repeated_message_is_found() {
        let mut ledger = spoken();
        ledger.receive(2, A0).unwrap();
        assert_eq!(ledger.receive(2, A0), Err(Fault::Again { reader: 2, mark: A0, next: 1 }));
    }

    #[test]
    fn an_order_of_senders_that_differs_between_readers_is_found() {
        let mut ledger = spoken();
        ledger.receive(2, A0).unwrap();
        ledger.receive(2, B0).unwrap();
        assert_eq!(ledger.receive(3, B0), Err(Fault::Reordered { reader: 3, mark: B0, other: A0 }));
    }

    #[test]
    fn what_was_not_sent_or_comes_back_to_its_sender_is_found() {
        let mut ledger = spoken();
        let unknown = Mark { sender: 1, number: 1 };
        assert_eq!(ledger.receive(2, unknown), Err(Fault::Unknown { reader: 2, mark: unknown }));
        assert_eq!(ledger.receive(0, A0), Err(Fault::Unknown { reader: 0, mark: A0 }));
    }
}
