//! Who has been silent too long. Looked for in one pass over the roster, so that no client owns a timer.

use super::clock::Steady;
use super::roster::{End, Entry, Roster};
use crate::config::Limits;
use crate::domain::disconnect::Disconnect;
use crate::domain::id::ClientId;
use crate::domain::state::State;

/// What a client's silence leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It has to leave.
    End(Disconnect),
    /// It is asked whether it is there.
    Ask,
}

/// Those for whom something is to be done at `now`.
pub(super) fn look(state: &State, roster: &Roster, now: Steady) -> Vec<(ClientId, Verdict)> {
    let limits = &state.config().limits;
    let here = roster.iter().filter(|entry| entry.end == End::Here && !entry.is_gone);
    let verdicts = here.filter_map(|entry| {
        let id = entry.connection.id;
        let verdict =
            if state.client(id).is_some() { ping(entry, limits, now) } else { register(entry, limits, now) };
        verdict.map(|verdict| (id, verdict))
    });
    verdicts.collect()
}

fn register(entry: &Entry, limits: &Limits, now: Steady) -> Option<Verdict> {
    let age = now.since(entry.connection.at);
    (age > limits.registration_timeout).then_some(Verdict::End(Disconnect::RegistrationTimeout))
}

fn ping(entry: &Entry, limits: &Limits, now: Steady) -> Option<Verdict> {
    if !entry.connection.manner.is_pinged {
        return None;
    }
    let heard = Steady(entry.connection.outbox.heard_ms());
    let silent = now.since(heard);
    // Whatever was heard since the question is an answer: the look before may have come too early to notice it.
    if let Some(asked) = entry.asked_at.filter(|asked| heard < *asked) {
        let why = Disconnect::PingTimeout { silent_s: silent.as_secs() };
        let is_late = now.since(asked) > limits.ping_timeout;
        return is_late.then_some(Verdict::End(why));
    }
    (silent > limits.ping_interval).then_some(Verdict::Ask)
}
