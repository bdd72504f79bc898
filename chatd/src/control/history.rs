//! `GET /v1/history`: what is kept of a conversation. Reads the disk on threads that may block, each time over a new connection.

use axum::Json;
use axum::extract::State;
use chat_proto::control::{HistoryPage, HistoryQuery};

use super::nearest;
use super::problem::{Answer, Failure};
use super::request::Asked;
use super::router::App;
use super::{clients, entry, rooms, time};
use crate::domain::id::{DeskId, Seq};
use crate::store::{Reader, Selector, Since, StoreError, Stored, StoredConversation};

/// How many entries there are if nobody says how many.
const COUNT: usize = 50;

/// Most entries in one answer.
const COUNT_MAX: usize = 10_000;

/// The newest entries of one conversation.
pub(super) async fn show(State(app): State<App>, Asked(query): Asked<HistoryQuery>) -> Answer<HistoryPage> {
    let count = count(query.count)?;
    let since = query.since.as_deref().filter(|since| !since.is_empty()).map(since).transpose()?;
    let resolved = resolve(&app, &query.what).await;
    let (what, selector) = nearest::suggested(&app, &query.what, resolved).await?;
    // One more than asked for shows whether there are more.
    let mut stored = read(&app, move |reader| reader.latest(&selector, count + 1, since)).await?;
    let has_more = stored.len() > count;
    stored.drain(..stored.len().saturating_sub(count));
    let desk = app.context.shared.config().desk.nick.clone();
    let entries = stored.into_iter().map(|stored| entry::of_stored(stored, &desk)).collect();
    Ok(Json(HistoryPage { what, entries, has_more }))
}

/// How many, within the bound.
pub(super) fn count(asked: Option<u32>) -> Result<usize, Failure> {
    match asked.map_or(COUNT, |count| count as usize) {
        0 => Err(Failure::bad_request("a count of 0 shows nothing")),
        count if count > COUNT_MAX => {
            let detail = format!("{count} entries are more than the {COUNT_MAX} that one answer may have");
            Err(Failure::bad_request(detail).hint("ask for a part and go on from there with `since`"))
        }
        count => Ok(count),
    }
}

/// Has `ask` answered on a thread that may block.
pub(super) async fn read<T: Send + 'static>(
    app: &App,
    ask: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Failure> {
    let readers = app.context.readers.clone();
    let answer = tokio::task::spawn_blocking(move || ask(&readers.open()?)).await;
    Ok(answer.map_err(|_| Failure::store_failing("reading the store broke off"))??)
}

fn since(text: &str) -> Result<Since, Failure> {
    if let Ok(seq) = text.parse::<u64>() {
        return Ok(Since::Seq(Seq(seq.saturating_add(1))));
    }
    time::parse(text).map(Since::Time).ok_or_else(|| {
        let detail = format!("{text:?} is neither an RFC 3339 time nor a sequence number");
        Failure::bad_request(detail).hint("for instance 2025-01-31T12:00:00Z, or the `seq` of an entry")
    })
}

/// What a name means, and how it is called in the answer.
async fn resolve(app: &App, what: &str) -> Result<(String, Selector), Failure> {
    if matches!(what, "*" | "announcements") {
        return Ok(("announcements".into(), Selector::Announcements));
    }
    if let Some(id) = what.strip_prefix("desk:") {
        return conversation(app, what, id).await;
    }
    if what.starts_with(['#', '&']) {
        return room(app, what).await;
    }
    guest(app, what).await
}

async fn room(app: &App, name: &str) -> Result<(String, Selector), Failure> {
    let living = rooms::named(app, name).await?;
    let selector = Selector::Room(name.to_owned());
    if living.is_none() && !knows(app, &selector).await? {
        let detail = format!("there is no room {name}, and nothing is kept of one");
        return Err(Failure::no_such_object(detail).hint("`chatctl list rooms` shows the rooms"));
    }
    Ok((living.map_or_else(|| name.to_owned(), |room| room.name.into()), selector))
}

async fn conversation(app: &App, what: &str, id: &str) -> Result<(String, Selector), Failure> {
    let id =
        id.parse().map_err(|_| Failure::bad_request(format!("{what:?} is not desk:ID with a number")))?;
    let selector = Selector::Desk(DeskId(id));
    if !knows(app, &selector).await? {
        let detail = format!("there is no desk conversation {id}");
        return Err(Failure::no_such_object(detail).hint("`chatctl desk` shows the open conversations"));
    }
    Ok((what.to_owned(), selector))
}

/// The newest desk conversation under a nick; of somebody who is here and has said nothing yet, the empty one.
async fn guest(app: &App, nick: &str) -> Result<(String, Selector), Failure> {
    let selector = Selector::DeskNick(nick.to_owned());
    let newest = read(app, move |reader| reader.latest(&selector, 1, None)).await?.pop();
    let id = match newest.and_then(desk_of) {
        Some(id) => id,
        None => living_desk(app, nick).await?,
    };
    Ok((format!("desk:{id}"), Selector::Desk(id)))
}

async fn living_desk(app: &App, nick: &str) -> Result<DeskId, Failure> {
    let member = clients::named(app, nick).await?.into_iter().find_map(|client| client.member);
    member.map(|member| DeskId(member.desk)).ok_or_else(|| {
        let detail = format!(
            "nobody here is called {nick}, and nothing is kept of a desk conversation under that nick"
        );
        Failure::no_such_object(detail).hint("rooms begin with #, desk conversations are called desk:ID")
    })
}

fn desk_of(stored: Stored) -> Option<DeskId> {
    match stored.conversation {
        StoredConversation::Desk { id, .. } => Some(id),
        _ => None,
    }
}

async fn knows(app: &App, selector: &Selector) -> Result<bool, Failure> {
    let selector = selector.clone();
    read(app, move |reader| reader.knows(&selector)).await
}
