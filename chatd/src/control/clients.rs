//! `GET /v1/clients` and `/v1/clients/{who}`: connections.

use axum::Json;
use axum::extract::State;
use chat_proto::control::{ClientInfo, Dialect};

use super::nearest;
use super::problem::{Answer, Failure};
use super::request::Name;
use super::router::App;
use super::time::rfc3339;
use crate::domain::id::ClientId;
use crate::domain::refusal::Refusal;
use crate::registry::{ClientView, Inspect, View};
use crate::wire::{irc, lines};

/// Every connection, in the order of their ids.
pub(super) async fn list(State(app): State<App>) -> Answer<Vec<ClientInfo>> {
    let views = views(&app, Inspect::Clients).await?;
    Ok(Json(views.into_iter().map(info).collect()))
}

/// One connection. An address that several share names none of them.
pub(super) async fn show(State(app): State<App>, Name(who): Name) -> Answer<ClientInfo> {
    nearest::suggested(&app, &who, one(&app, &who).await).await
}

async fn one(app: &App, who: &str) -> Answer<ClientInfo> {
    let mut views = named(app, who).await?;
    match (views.pop(), views.len()) {
        (Some(view), 0) => Ok(Json(info(view))),
        (Some(_), others) => {
            let detail = format!("{} clients have the address {who}", others + 1);
            Err(Failure::refused(detail).hint("name one of them by its id; `chatctl list` shows them"))
        }
        (None, _) => Err(Refusal::NoSuchClient(who.into()).into()),
    }
}

/// The connections that a nick, an id or an address names.
pub(super) async fn named(app: &App, who: &str) -> Result<Vec<ClientView>, Failure> {
    views(app, Inspect::Client(who.into())).await
}

/// The connections with these ids that are still here.
pub(super) async fn these(app: &App, ids: Vec<ClientId>) -> Result<Vec<ClientView>, Failure> {
    views(app, Inspect::These(ids)).await
}

pub(super) async fn views(app: &App, what: Inspect) -> Result<Vec<ClientView>, Failure> {
    match app.context.registry.inspect(what).await? {
        View::Clients(views) => Ok(views),
        _ => Err(Failure::stopping()),
    }
}

fn info(view: ClientView) -> ClientInfo {
    let mut info = ClientInfo {
        id: view.id.serial.into(),
        nick: None,
        user: String::new(),
        host: view.address.ip().to_string(),
        address: view.address.to_string(),
        dialect: dialect(view.dialect),
        rooms: Vec::new(),
        connected_at: rfc3339(view.connected_at),
        idle_ms: view.idle_ms,
        queued_bytes: view.queued as u64,
        lines_in: view.lines_in,
        lines_out: view.lines_out,
        is_operator: false,
        is_away: false,
        tls: None,
        certificate: None,
        modes: String::new(),
    };
    if let Some(member) = view.member {
        info.nick = Some(member.nick.into());
        info.user = member.user.into();
        info.host = member.host.into();
        info.rooms = member.rooms.into_iter().map(String::from).collect();
        info.is_operator = member.operator.is_some();
        info.is_away = member.away.is_some();
        if let Some(secure) = member.secure {
            info.tls = Some(secure.version.unwrap_or("yes").into());
            info.certificate = secure.certificate.map(|certificate| certificate.to_string());
        }
        info.modes = if member.modes.is_empty() { member.modes } else { format!("+{}", member.modes) };
    }
    info
}

pub(super) fn dialect(name: &str) -> Dialect {
    match name {
        irc::DIALECT => Dialect::Irc,
        irc::DIALECT_WEBSOCKET => Dialect::Websocket,
        lines::DIALECT => Dialect::Lines,
        _ => Dialect::Other,
    }
}
