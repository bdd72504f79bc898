//! A run: messages to one room that settle one after the other, with nothing between them. Its room is gone through once for the
//! whole run and not once for each message, so that the work for a hearer does not grow with what it hears.
//!
//! A run ends before anything else happens or is said: then its room is told.

use super::Owner;
use crate::delivery::broadcast::{Broadcast, Encoder, Part, Press};
use crate::domain::event::Event;
use crate::domain::id::{ClientId, RoomId};
use crate::domain::message::Conversation;
use crate::domain::notice::{Audience, Notice, What};
use crate::domain::request::Variant;
use crate::log::EventLog;
use crate::registry::roster::Hearer;

/// Messages for which there is room without asking for more.
const SPARE: usize = 1024;

/// The run of this moment.
#[derive(Debug, Default)]
pub(super) struct Run {
    room: Option<RoomId>,
    /// The authors of its messages, in order; the messages are the last of the turn's notices.
    authors: Vec<ClientId>,
    /// The messages as parts of blocks, for each variant that somebody reads.
    sheets: Sheets,
}

/// One sheet for each variant that was asked for. There are few, so that looking through them costs less than a map; their buffers
/// are used again for the next run.
#[derive(Debug, Default)]
struct Sheets {
    all: Vec<Sheet>,
    /// How many of them belong to this run.
    used: usize,
}

/// A run in one variant.
#[derive(Debug, Default)]
struct Sheet {
    variant: Variant,
    /// What each message became.
    each: Vec<Option<Part>>,
    /// The same, joined: all that is heard by who said nothing of it.
    all: Vec<Part>,
    /// How many of `each` are there.
    count: u64,
}

impl Run {
    /// Whether this event may happen before the run is told.
    pub(super) fn takes(&self, event: &Event) -> bool {
        let Some(room) = self.room else { return true };
        matches!(event, Event::Said(message) if matches!(message.to, Conversation::Room { id, .. } if id == room))
    }

    /// Takes a notice in; says whether it did. It is the next that the tap gets.
    pub(super) fn take(&mut self, audience: &Audience, notice: &Notice) -> bool {
        let Audience::Room { room, from: Some(author) } = audience else { return false };
        if !matches!(notice.what, What::Said(_)) || self.room.is_some_and(|mine| mine != *room) {
            return false;
        }
        self.room = Some(*room);
        self.authors.push(*author);
        true
    }
}

impl<L: EventLog> Owner<L> {
    /// Stages the run for all who hear it, and ends it.
    pub(super) fn tell_run(&mut self) {
        let Some(room) = self.run.room.take() else { return };
        let Run { authors, sheets, .. } = &mut self.run;
        let Some(first) = self.tapped.len().checked_sub(authors.len()) else { return };
        let notices = &self.tapped[first..];
        let mut print = Print {
            notices,
            relevant: relevant(notices, self.encoder),
            room,
            desk: self.state.desk_source(),
            encoder: self.encoder,
            press: &mut self.press,
        };
        for author in authors.iter() {
            self.roster.hearer(*author).map(|mut hearer| hearer.set_author(true));
        }
        for id in self.state.room(room).into_iter().flat_map(|room| room.members.keys()) {
            let Some(mut hearer) = self.roster.hearer(*id) else { continue };
            let adapt = hearer.adapt();
            let sheet = print.sheet(sheets, adapt.variant);
            self.deliveries += sheet.count;
            if hearer.set_author(false) {
                let is_own = |author: &ClientId| author == id;
                self.deliveries -=
                    sheet.tell(&mut hearer, authors, |author| adapt.echo || !is_own(author), is_own);
            } else {
                sheet.all.iter().for_each(|part| hearer.hear(*part));
            }
        }
        // Who is still marked has spoken from outside the room.
        for author in authors.iter() {
            let Some(mut hearer) = self.roster.hearer(*author) else { continue };
            let adapt = hearer.adapt();
            if hearer.set_author(false) && adapt.echo {
                let sheet = print.sheet(sheets, adapt.variant);
                sheet.tell(&mut hearer, authors, |other| other == author, |_| false);
            }
        }
        authors.clear();
        authors.shrink_to(SPARE);
        sheets.clear();
    }
}

impl Sheet {
    /// Stages the messages whose author is wanted; says how many of all are counted out.
    fn tell(
        &self,
        hearer: &mut Hearer<'_>,
        authors: &[ClientId],
        is_wanted: impl Fn(&ClientId) -> bool,
        is_out: impl Fn(&ClientId) -> bool,
    ) -> u64 {
        let mut out = 0;
        for (author, part) in authors.iter().zip(&self.each) {
            let Some(part) = part else { continue };
            out += u64::from(is_out(author));
            if is_wanted(author) {
                hearer.hear(*part);
            }
        }
        out
    }

    fn clear(&mut self) {
        self.each.clear();
        self.each.shrink_to(SPARE);
        self.all.clear();
        self.all.shrink_to(SPARE);
        self.count = 0;
    }
}

impl Sheets {
    /// The place of the sheet of `variant`, and whether it has to be made.
    fn place(&mut self, variant: Variant) -> (usize, bool) {
        if let Some(place) = self.all[..self.used].iter().position(|sheet| sheet.variant == variant) {
            return (place, false);
        }
        if self.used == self.all.len() {
            self.all.push(Sheet::default());
        }
        self.all[self.used].variant = variant;
        self.used += 1;
        (self.used - 1, true)
    }

    fn clear(&mut self) {
        let used = std::mem::take(&mut self.used);
        self.all[..used].iter_mut().for_each(Sheet::clear);
    }
}

/// The bits of a variant that matter to any of these notices.
fn relevant(notices: &[Notice], encoder: Encoder) -> Variant {
    notices.iter().fold(Variant::default(), |bits, notice| bits.with((encoder.relevant)(notice)))
}

/// What is needed to make a sheet.
struct Print<'a> {
    notices: &'a [Notice],
    relevant: Variant,
    room: RoomId,
    desk: &'a str,
    encoder: Encoder,
    press: &'a mut Press,
}

impl Print<'_> {
    /// The sheet of a variant, made now if it is the first time.
    fn sheet<'s>(&mut self, sheets: &'s mut Sheets, variant: Variant) -> &'s Sheet {
        let variant = variant.only(self.relevant);
        let (place, is_new) = sheets.place(variant);
        let sheet = &mut sheets.all[place];
        if is_new {
            for notice in self.notices {
                let mut broadcast = Broadcast::new(notice, Some(self.room), self.desk, self.encoder);
                let part = broadcast.part(self.press, variant);
                sheet.each.push(part);
                sheet.count += u64::from(part.is_some());
                if let Some(part) = part
                    && !sheet.all.last_mut().is_some_and(|last| last.join(part))
                {
                    sheet.all.push(part);
                }
            }
        }
        sheet
    }
}
