//! Somebody asked for a name that nobody has: which one was probably meant.
//!
//! Owns the guess. It only ever adds to the hint of a 404; it never decides that somebody else is meant.

use super::clients;
use super::problem::Failure;
use super::rooms;
use super::router::App;
use crate::config::nearest;
use crate::registry::Inspect;

/// The same, and if `name` named nothing, with the nearest name that is there.
pub(super) async fn suggested<T>(app: &App, name: &str, answer: Result<T, Failure>) -> Result<T, Failure> {
    match answer {
        Err(failure) if failure.is_no_such_object() => Err(match meant(app, name).await {
            Some(meant) => failure.suggest(&meant),
            None => failure,
        }),
        other => other,
    }
}

/// The nearest nick or room; a room also for its name without the `#`.
async fn meant(app: &App, name: &str) -> Option<String> {
    let clients = clients::views(app, Inspect::Clients).await.ok()?;
    let rooms = rooms::views(app, Inspect::Rooms).await.ok()?;
    let rooms = rooms.into_iter().map(|room| room.name.to_string()).collect::<Vec<_>>();
    if let Some(room) = rooms.iter().find(|room| room[1..].eq_ignore_ascii_case(name)) {
        return Some(room.clone());
    }
    let nicks = clients.into_iter().filter_map(|client| client.member).map(|member| member.nick.to_string());
    let known = if name.starts_with(['#', '&']) { rooms } else { nicks.collect() };
    // Names are compared without regard to case everywhere.
    let lower = known.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>();
    let found = nearest(&name.to_lowercase(), lower.iter().map(String::as_str))?;
    lower.iter().position(|name| name == found).map(|at| known[at].clone())
}
