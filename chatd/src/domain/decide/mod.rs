//! What a request or command leads to, decided against the state: answers at once, events for the log, or a refusal.
//! Nothing here changes the state. One file per family of requests.

mod ask;
mod command;
mod find;
mod line;
mod list;
mod member;
mod modes;
mod people;
mod redact;
mod rename;
mod rooms;
mod talk;
mod who;
mod whois;

pub use command::command;
pub use find::names_of;
pub use people::monitored;

use super::event::Event;
use super::id::{ClientId, Time};
use super::refusal::Refusal;
use super::reply::Reply;
use super::request::Request;
use super::state::State;

/// What a request leads to. The asker of events is answered when they are applied.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// Nothing happens and nobody is told.
    Nothing,
    /// An answer, at once.
    Reply(Reply),
    /// Several answers, at once.
    Replies(Vec<Reply>),
    /// One event.
    Event(Event),
    /// Several events, in order, and answers that need none of them.
    Events(Vec<Event>, Vec<Reply>),
}

/// Decides what `who` asks for at the moment `now`.
///
/// # Errors
/// The refusal, with what the asker typed.
pub fn request(state: &State, who: ClientId, now: Time, request: Request) -> Result<Outcome, Refusal> {
    match request {
        Request::Say(ask) => talk::say(state, who, now, *ask),
        Request::Redact(ask) => redact::redact(state, who, now, *ask),
        Request::Register(ask) => member::register(state, who, *ask),
        Request::ChangeNick(nick) => member::change_nick(state, who, nick),
        Request::Leave(why) => Ok(member::leave(state, who, why)),
        Request::SetRealName(name) => member::set_real_name(state, who, name),
        Request::Away(words) => member::away(state, who, words),
        Request::UserModes => member::modes(state, who),
        Request::ModesOf(nick) => member::modes_of(state, &nick),
        Request::SetUserModes(changes) => member::set_modes(state, who, changes),
        Request::BecomeOperator(operator) => member::become_operator(state, who, now, operator),
        Request::Join { room, key } => rooms::join(state, who, room, key),
        Request::Part { room, reason } => rooms::part(state, who, &room, reason),
        Request::PartAll => rooms::part_all(state, who),
        Request::Topic { room } => rooms::topic(state, who, &room),
        Request::SetTopic { room, text } => rooms::set_topic(state, who, &room, text),
        Request::Rename { room, name, reason } => rename::rename(state, who, now, &room, name, reason),
        Request::Invite { nick, room } => rooms::invite(state, who, &nick, &room),
        Request::Invitations => people::invitations(state, who),
        Request::Knock { room, text } => people::knock(state, who, now, &room, text),
        Request::Monitor(ask) => people::monitor(state, who, ask),
        Request::Silences => people::silences(state, who),
        Request::SetSilences(changes) => people::set_silences(state, who, changes),
        Request::Kick { room, nick, reason } => rooms::kick(state, who, &room, &nick, reason),
        Request::RoomModes { room } => modes::show(state, who, &room),
        Request::SetRoomModes { room, changes } => modes::set(state, who, &room, &changes),
        Request::RoomList { room, list } => modes::list(state, who, &room, list),
        Request::Kill { nick, reason } => command::kill(state, who, now, &nick, reason),
        Request::Wallops(text) => talk::wallops(state, who, text),
        Request::Rehash => command::rehash(state, who, now),
        Request::Names { room, ends } => list::names(state, who, room, ends),
        Request::List { from, conditions } => list::list(state, who, now, from, conditions),
        Request::Who(ask) => who::who(state, who, now, ask),
        Request::Whois { nick, via } => whois::whois(state, who, now, nick, via.as_deref()),
        Request::Whowas { nicks, count } => whois::whowas(state, who, nicks, count),
        Request::Ison(nicks) => Ok(ask::ison(state, &nicks)),
        Request::Userhost(nicks) => Ok(ask::userhost(state, who, &nicks)),
        Request::Lusers => Ok(Outcome::Reply(Reply::Lusers(state.counts()))),
        Request::Operators => ask::operators(state, who, now),
        Request::EchoIf { guard, bytes } => ask::guarded(state, who, &guard, bytes),
        Request::Echo(bytes) => Ok(Outcome::Reply(Reply::Echo(bytes))),
        Request::EndOfLabel => Ok(Outcome::Reply(Reply::EndOfLabel)),
        // The owner takes labels off, and what a session adapts to is nothing to the state.
        Request::Labeled(labeled) => self::request(state, who, now, labeled.request),
        Request::Adapt(_) => Ok(Outcome::Nothing),
    }
}
