//! The only place where the state changes.
//!
//! An event's precondition is checked again here, because something may have happened between deciding and applying; an
//! event that no longer holds is void: it changes nothing and its asker hears the refusal.

mod member;
mod modes;
mod people;
mod redact;
mod rename;
mod room;
mod talk;

use super::client::Client;
use super::disconnect::Disconnect;
use super::event::{Dated, Event};
use super::id::{ClientId, RoomId, Seq, Time};
use super::message::Author;
use super::notice::{Audience, Badge, Notice, What};
use super::policy;
use super::refusal::Refusal;
use super::reply::Reply;
use super::room::Room;
use super::state::State;

/// What follows from an applied event. One event has at most one notice, so that a watcher can resume by sequence number.
#[derive(Debug, Default, PartialEq)]
pub struct Applied {
    /// What others are told, and who they are.
    pub notice: Option<(Audience, Notice)>,
    /// What single clients are told, after the notice.
    pub replies: Vec<(ClientId, Reply)>,
    /// The connection that ends, after all else.
    pub ended: Option<(ClientId, Disconnect)>,
    /// Whether the daemon shall read its configuration again.
    pub reload: bool,
}

impl Applied {
    fn told(at: Place, audience: Audience, what: What) -> Self {
        let notice = Notice { seq: at.seq, at: at.time, by: Badge::default(), what };
        Self { notice: Some((audience, notice)), ..Self::default() }
    }

    fn and(mut self, client: ClientId, reply: Reply) -> Self {
        self.replies.push((client, reply));
        self
    }
}

/// Where in the log and in time the event stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    seq: Seq,
    time: Time,
}

/// Changes the state as the event says.
///
/// # Errors
/// The event is void; the state is as before.
pub fn apply(state: &mut State, seq: Seq, dated: &Dated) -> Result<Applied, Refusal> {
    // Before the change: who leaves does it as what it still was. But who logs in or out does that as what it is then.
    let doer = dated.event.doer();
    let before = doer.and_then(|id| state.client(id)).map(Client::badge);
    let mut applied = change(state, Place { seq, time: dated.at }, &dated.event)?;
    if let Some((_, notice)) = &mut applied.notice {
        let after = matches!(dated.event, Event::AccountSet { .. }).then(|| state.client(doer?));
        notice.by = after.flatten().map(Client::badge).or(before).unwrap_or_default();
    }
    Ok(applied)
}

fn change(state: &mut State, at: Place, event: &Event) -> Result<Applied, Refusal> {
    match event {
        Event::Said(message) => talk::said(state, at, message),
        Event::Redacted(redacted) => redact::redacted(state, at, redacted),
        Event::Wallops { by, text } => talk::wallops(state, at, by, text),
        Event::Registered(registered) => member::registered(state, at, registered),
        Event::NickChanged { client, nick } => member::nick_changed(state, at, *client, nick),
        Event::Left { client, why } => Ok(member::left(state, at, *client, why)),
        Event::UserModesSet { client, changes } => member::modes_set(state, at, *client, changes),
        Event::AwaySet { client, words } => member::away_set(state, at, *client, words.as_deref()),
        Event::RealNameSet { client, real_name } => member::real_name_set(state, at, *client, real_name),
        Event::AccountSet { client, account } => member::account_set(state, at, *client, account.as_ref()),
        Event::HostChanged { client, user, host } => member::host_changed(state, at, *client, user, host),
        Event::OperatorGranted { client, operator } => member::operator_granted(state, at, *client, operator),
        Event::Joined { client, room, key } => room::joined(state, at, *client, room, key.as_deref()),
        Event::Parted { client, room, reason } => room::parted(state, at, *client, *room, reason),
        Event::Kicked { room, by, target, reason } => room::kicked(state, at, *room, by, *target, reason),
        Event::TopicSet { room, by, text } => room::topic_set(state, at, *room, by, text),
        Event::RoomModesSet { room, by, changes } => modes::set(state, at, *room, by, changes),
        Event::RoomRenamed { room, by, name, reason } => rename::renamed(state, at, *room, by, name, reason),
        Event::Invited { room, by, target } => room::invited(state, at, *room, by, *target),
        Event::MonitorChanged { client, change } => people::monitor_changed(state, *client, change),
        Event::SilenceSet { client, changes } => people::silence_set(state, *client, changes),
        Event::Knocked { client, room, text } => people::knocked(state, at, *client, *room, text),
        Event::RehashAsked { client } => {
            policy::may_operate(state.asker(*client)?)?;
            Ok(Applied { reload: true, ..Applied::default() }.and(*client, Reply::Rehashing))
        }
        Event::Audited(_) => Ok(Applied::default()),
    }
}

/// Asks again what `decide` has asked: whether the author may still do this in the room. The desk and the operators
/// behind the control API, who are no clients, always may.
fn may_still(
    state: &State,
    by: &Author,
    room: RoomId,
    may: impl FnOnce(&Client, &Room) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let room = state.room(room).ok_or(Refusal::Overtaken)?;
    by.client.map_or(Ok(()), |client| may(state.asker(client)?, room))
}
