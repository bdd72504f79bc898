//! `chatctl list`.
//!
//! Owns which columns each list has; the longest text stands last, because only that may be cut.

use chat_proto::control::{AuditEntry, ClientInfo, DeskInfo, RoomInfo, path};
use jiff::Zoned;
use serde::de::DeserializeOwned;

use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::table::Listed;
use crate::print::time::{ago, bytes, duration, stamp};

pub(super) async fn clients(
    client: &Client,
    screen: &mut Screen<'_>,
    count: Option<u32>,
) -> Result<(), Failure> {
    first::<ClientInfo>(client, screen, Call::get("list the clients", path::CLIENTS), count).await
}

pub(super) async fn rooms(
    client: &Client,
    screen: &mut Screen<'_>,
    count: Option<u32>,
) -> Result<(), Failure> {
    first::<RoomInfo>(client, screen, Call::get("list the rooms", path::ROOMS), count).await
}

pub(super) async fn desk(
    client: &Client,
    screen: &mut Screen<'_>,
    count: Option<u32>,
) -> Result<(), Failure> {
    first::<DeskInfo>(client, screen, Call::get("list the desk", path::DESK), count).await
}

pub(super) async fn audit(
    client: &Client,
    screen: &mut Screen<'_>,
    count: Option<u32>,
) -> Result<(), Failure> {
    // The daemon counts from the newest, so nothing is left to leave out here.
    let call = Call::get("list the audit trail", path::AUDIT).query("count", count);
    first::<AuditEntry>(client, screen, call, None).await
}

async fn first<T: Listed + DeserializeOwned>(
    client: &Client,
    screen: &mut Screen<'_>,
    call: Call,
    count: Option<u32>,
) -> Result<(), Failure> {
    let mut items: Vec<T> = client.call(call).await?;
    items.truncate(count.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX)));
    Ok(screen.list(&items)?)
}

impl Listed for ClientInfo {
    const COLUMNS: &'static [&'static str] =
        &[">ID", "NICK", "ADDRESS", "DIALECT", ">CONNECTED", ">IDLE", ">QUEUED", ">IN", ">OUT", "ROOMS"];
    const SPARE: &'static [&'static str] = &[">IN", ">OUT", ">QUEUED", "DIALECT", ">CONNECTED"];

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn cells(&self, now: &Zoned) -> Vec<String> {
        vec![
            self.id(),
            self.nick.clone().unwrap_or_else(|| "-".into()),
            self.address.clone(),
            format!("{}{}", self.dialect.as_str(), if self.tls.is_some() { "+tls" } else { "" }),
            ago(&self.connected_at, now),
            duration(self.idle_ms),
            bytes(self.queued_bytes),
            self.lines_in.to_string(),
            self.lines_out.to_string(),
            self.rooms.join(","),
        ]
    }
}

impl Listed for RoomInfo {
    const COLUMNS: &'static [&'static str] = &["NAME", ">MEMBERS", "MODES", ">AGE", "TOPIC"];
    const SPARE: &'static [&'static str] = &[">AGE", "MODES"];

    fn id(&self) -> String {
        self.name.clone()
    }

    fn cells(&self, now: &Zoned) -> Vec<String> {
        vec![
            self.name.clone(),
            self.members.to_string(),
            self.modes.clone(),
            ago(&self.created_at, now),
            self.topic.clone().unwrap_or_default(),
        ]
    }
}

impl Listed for DeskInfo {
    const COLUMNS: &'static [&'static str] =
        &["ID", "NICK", ">CLIENT", ">OPENED", ">LAST", ">MESSAGES", "STATE", "TEXT"];
    const SPARE: &'static [&'static str] = &[">MESSAGES", ">OPENED", ">CLIENT"];

    fn id(&self) -> String {
        format!("desk:{}", self.id)
    }

    fn cells(&self, now: &Zoned) -> Vec<String> {
        vec![
            self.id(),
            self.nick.clone(),
            self.client_id.map_or_else(|| "gone".into(), |id| id.to_string()),
            ago(&self.opened_at, now),
            ago(&self.last_at, now),
            self.messages.to_string(),
            if self.waiting { "waiting" } else { "answered" }.into(),
            self.last_text.clone(),
        ]
    }
}

impl Listed for AuditEntry {
    const COLUMNS: &'static [&'static str] = &[">SEQ", "TIME", "WHO", "ACTION", "TARGET", "DETAIL"];
    const SPARE: &'static [&'static str] = &[">SEQ"];

    fn id(&self) -> String {
        self.seq.to_string()
    }

    fn cells(&self, now: &Zoned) -> Vec<String> {
        vec![
            self.id(),
            stamp(&self.time, now),
            self.who.clone(),
            self.action.clone(),
            self.target.clone().unwrap_or_default(),
            self.detail.clone().unwrap_or_default(),
        ]
    }
}
