//! `GET /v1/rooms` and `/v1/rooms/{name}`: rooms.

use axum::Json;
use axum::extract::State;
use chat_proto::control::{Member, RoomBan, RoomDetail, RoomInfo};

use super::nearest;
use super::problem::{Answer, Failure};
use super::request::Name;
use super::router::App;
use super::time::rfc3339;
use crate::domain::id::Time;
use crate::domain::message::nick_of;
use crate::domain::mode::Rank;
use crate::domain::refusal::Refusal;
use crate::registry::{Inspect, RoomView, View};

/// Every room, also those that are secret over IRC.
pub(super) async fn list(State(app): State<App>) -> Answer<Vec<RoomInfo>> {
    Ok(Json(views(&app, Inspect::Rooms).await?.iter().map(info).collect()))
}

/// One room.
pub(super) async fn show(State(app): State<App>, Name(name): Name) -> Answer<RoomDetail> {
    let found = match named(&app, &name).await? {
        Some(view) => Ok(Json(detail(view))),
        None => Err(Refusal::NoSuchRoom(name.as_str().into()).into()),
    };
    nearest::suggested(&app, &name, found).await
}

/// The room that exists now under a name.
pub(super) async fn named(app: &App, name: &str) -> Result<Option<RoomView>, Failure> {
    Ok(views(app, Inspect::Room(name.into())).await?.pop())
}

pub(super) async fn views(app: &App, what: Inspect) -> Result<Vec<RoomView>, Failure> {
    match app.context.registry.inspect(what).await? {
        View::Rooms(views) => Ok(views),
        _ => Err(Failure::stopping()),
    }
}

fn info(view: &RoomView) -> RoomInfo {
    RoomInfo {
        name: view.name.to_string(),
        topic: view.topic.as_ref().map(|topic| topic.text.to_string()),
        members: view.members as u64,
        modes: view.modes.join(" "),
        created_at: rfc3339(view.created_at),
    }
}

fn detail(view: RoomView) -> RoomDetail {
    let info = info(&view);
    let (members, bans) = view.detail.unwrap_or_default();
    RoomDetail {
        info,
        topic_by: view.topic.as_ref().map(|topic| nick_of(&topic.by).to_owned()),
        topic_at: view.topic.as_ref().map(|topic| rfc3339(topic.at)),
        member_list: members.into_iter().map(member).collect(),
        bans: bans.into_iter().map(ban).collect(),
    }
}

fn member((rank, nick): (Rank, Box<str>)) -> Member {
    Member { nick: nick.into(), prefixes: rank.prefixes().collect() }
}

fn ban((mask, by, at): (Box<str>, Box<str>, Time)) -> RoomBan {
    RoomBan { mask: mask.into(), set_by: nick_of(&by).into(), set_at: rfc3339(at) }
}
