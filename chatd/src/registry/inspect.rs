//! Looking at the present without stopping it: cheap copies that the control API turns into its own shapes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::clock::Steady;
use super::roster::{Connection, End, Entry, Roster};
use crate::domain::client::Client;
use crate::domain::command::{Command, SayTo};
use crate::domain::desk::DeskConversation;
use crate::domain::id::{ClientId, Time};
use crate::domain::mode::Rank;
use crate::domain::reply::{Counts, TopicInfo};
use crate::domain::room::Room;
use crate::domain::secure::Secure;
use crate::domain::state::State;

/// What somebody wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inspect {
    /// All connections.
    Clients,
    /// Those that this nick, id or address names.
    Client(Box<str>),
    /// All rooms, without members.
    Rooms,
    /// One room with its members.
    Room(Box<str>),
    /// The desk.
    Desk,
    /// How many of what.
    Counts,
    /// How many of what, for metrics.
    Census,
    /// The same, and how busy each connection is.
    Activity,
    /// The connections with these ids.
    These(Vec<ClientId>),
    /// How many members the rooms with these names have.
    Sizes(Vec<Box<str>>),
}

/// What is seen.
#[derive(Clone, Debug, PartialEq)]
pub enum View {
    /// Connections, in the order of their ids.
    Clients(Vec<ClientView>),
    /// Rooms.
    Rooms(Vec<RoomView>),
    /// Desk conversations, those that wait longest first.
    Desk(Vec<DeskConversation>),
    /// How many, and how many desk conversations wait for an answer.
    Counts(Counts, usize),
    /// How many of what.
    Census(Box<Census>),
    /// How many of what, and how busy each connection is, in no order.
    Activity(Box<Census>, Vec<Activity>),
    /// How many members rooms have, in the order in which they were named; nothing for those that are not there.
    Sizes(Vec<Option<usize>>),
}

/// How busy a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Whose.
    pub id: ClientId,
    /// Since when it is here.
    pub connected_at: Time,
    /// Bytes that wait for it.
    pub queued: usize,
    /// Lines from it.
    pub lines_in: u64,
    /// Lines to it.
    pub lines_out: u64,
}

/// Everything that is counted only when somebody asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Connections by how they speak and how far they are; groups without any are left out.
    pub clients: Vec<Group>,
    /// Rooms.
    pub rooms: usize,
    /// Desk conversations.
    pub desk_open: usize,
    /// Those of them that wait for an answer.
    pub desk_waiting: usize,
    /// For how long the one that waits longest has waited since its last words, in milliseconds.
    pub desk_wait_ms: u64,
    /// Bytes that wait for clients.
    pub outbox_bytes: u64,
    /// Bytes that wait for the one for whom most waits.
    pub outbox_largest: u64,
    /// Events that the log has not handed back.
    pub log_waiting: usize,
    /// For how long the oldest of them has waited, in milliseconds.
    pub log_lag_ms: u64,
}

/// Connections that have something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How they speak.
    pub dialect: &'static str,
    /// Whether they have registered.
    pub is_registered: bool,
    /// How many there are.
    pub count: u64,
}

/// One connection.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientView {
    /// Its id.
    pub id: ClientId,
    /// What it is once it has registered.
    pub member: Option<MemberView>,
    /// Where it comes from.
    pub address: SocketAddr,
    /// How it speaks.
    pub dialect: &'static str,
    /// Since when.
    pub connected_at: Time,
    /// How long ago it last sent anything, in milliseconds.
    pub idle_ms: u64,
    /// Bytes that wait for it.
    pub queued: usize,
    /// Lines from it.
    pub lines_in: u64,
    /// Lines to it.
    pub lines_out: u64,
}

/// A registered client.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberView {
    /// Nick.
    pub nick: Box<str>,
    /// User name.
    pub user: Box<str>,
    /// Host shown to others.
    pub host: Box<str>,
    /// Real name.
    pub real_name: Box<str>,
    /// Names of its rooms.
    pub rooms: Vec<Box<str>>,
    /// What protects its connection, if anything does.
    pub secure: Option<Arc<Secure>>,
    /// User modes, letters.
    pub modes: String,
    /// Away with these words.
    pub away: Option<Box<str>>,
    /// As which operator it acts.
    pub operator: Option<Box<str>>,
    /// Its desk conversation.
    pub desk: u64,
}

/// Members with their ranks, and bans: mask, who set it, when.
pub type RoomDetail = (Vec<(Rank, Box<str>)>, Vec<(Box<str>, Box<str>, Time)>);

/// One room.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomView {
    /// Name.
    pub name: Box<str>,
    /// Topic.
    pub topic: Option<TopicInfo>,
    /// How many members.
    pub members: usize,
    /// Modes with parameters.
    pub modes: Vec<String>,
    /// Since when.
    pub created_at: Time,
    /// Members and bans; filled only when one room was asked for.
    pub detail: Option<RoomDetail>,
}

/// What only the owner knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) now: Time,
    pub(super) steady: Steady,
    /// Events that the log has not handed back.
    pub(super) log_waiting: usize,
    /// When the oldest of them was decided.
    pub(super) log_oldest: Option<Time>,
}

impl Moment {
    fn ms_since(self, earlier: Steady) -> u64 {
        self.steady.0.saturating_sub(earlier.0)
    }

    /// When that was, by the clock as it is now, however it was set meanwhile.
    fn time_of(self, earlier: Steady) -> Time {
        Time(self.now.0.saturating_sub(self.ms_since(earlier)))
    }
}

pub(super) fn view(state: &State, roster: &Roster, what: &Inspect, moment: Moment) -> View {
    match what {
        Inspect::Clients => {
            View::Clients(roster.iter().map(|entry| client_view(state, entry, moment)).collect())
        }
        Inspect::Client(who) => {
            let found = find(state, roster, who);
            let entries = found.into_iter().filter_map(|id| roster.get(id));
            View::Clients(entries.map(|entry| client_view(state, entry, moment)).collect())
        }
        Inspect::Rooms => View::Rooms(state.rooms_from(0).map(room_view).collect()),
        Inspect::Room(name) => {
            View::Rooms(state.room_named(name).map(|room| detail(state, room)).into_iter().collect())
        }
        Inspect::Desk => View::Desk(state.desk().all()),
        Inspect::Counts => {
            let mut counts = state.counts();
            counts.unregistered = roster.len().saturating_sub(counts.clients);
            View::Counts(counts, state.desk().waiting())
        }
        Inspect::Census => View::Census(Box::new(census(state, roster, moment))),
        Inspect::Activity => {
            let activities = roster.iter().map(|entry| activity(&entry.connection, moment)).collect();
            View::Activity(Box::new(census(state, roster, moment)), activities)
        }
        Inspect::These(ids) => {
            let entries = ids.iter().filter_map(|id| roster.get(*id));
            View::Clients(entries.map(|entry| client_view(state, entry, moment)).collect())
        }
        Inspect::Sizes(names) => {
            let members = |name: &str| state.room_named(name).map(|room| room.members.len());
            View::Sizes(names.iter().map(|name| members(name)).collect())
        }
    }
}

fn activity(connection: &Connection, moment: Moment) -> Activity {
    let (lines_in, lines_out) = connection.outbox.lines();
    let (id, queued) = (connection.id, connection.outbox.queued());
    Activity { id, connected_at: moment.time_of(connection.at), queued, lines_in, lines_out }
}

/// Counts everything in one pass over the roster, as the look for time-outs does each second.
fn census(state: &State, roster: &Roster, moment: Moment) -> Census {
    let Moment { now, log_waiting, log_oldest, .. } = moment;
    let age_ms = |since: Option<Time>| since.map_or(0, |since| now.since_ms(since));
    let (desk_open, desk_waiting, desk_oldest) = state.desk().load();
    let mut census = Census {
        rooms: state.counts().rooms,
        desk_open,
        desk_waiting,
        desk_wait_ms: age_ms(desk_oldest),
        log_waiting,
        log_lag_ms: age_ms(log_oldest),
        ..Census::default()
    };
    for entry in roster.iter() {
        let dialect = entry.connection.manner.dialect;
        let is_registered = state.client(entry.connection.id).is_some();
        let queued = entry.connection.outbox.queued() as u64;
        census.outbox_bytes += queued;
        census.outbox_largest = census.outbox_largest.max(queued);
        count_in(&mut census.clients, dialect, is_registered);
    }
    census
}

/// There are a handful of groups at most.
fn count_in(groups: &mut Vec<Group>, dialect: &'static str, is_registered: bool) {
    match groups.iter_mut().find(|one| one.dialect == dialect && one.is_registered == is_registered) {
        Some(group) => group.count += 1,
        None => groups.push(Group { dialect, is_registered, count: 1 }),
    }
}

/// The connections that a command names: only the roster knows addresses and those who have not registered.
pub(super) fn targets(state: &State, roster: &Roster, command: &Command) -> Vec<ClientId> {
    match command {
        Command::Kick { who, .. }
        | Command::SetHost { who, .. }
        | Command::Say { to: SayTo::Client(who), .. } => find(state, roster, who),
        _ => Vec::new(),
    }
}

/// The connections that `who` names: one by nick, else one by id, else one by address and port, else all of an address.
fn find(state: &State, roster: &Roster, who: &str) -> Vec<ClientId> {
    if let Some(client) = state.client_named(who) {
        return vec![client.id];
    }
    let here = || roster.iter().filter(|entry| entry.end == End::Here).map(|entry| &entry.connection);
    if let Ok(serial) = who.parse::<u32>() {
        return here().filter(|connection| connection.id.serial == serial).map(|one| one.id).collect();
    }
    if let Ok(address) = who.parse::<SocketAddr>() {
        return here()
            .filter(|connection| SocketAddr::from(connection.address()) == address)
            .map(|one| one.id)
            .collect();
    }
    let Ok(address) = who.parse::<IpAddr>() else { return Vec::new() };
    here().filter(|connection| connection.address().ip() == address).map(|one| one.id).collect()
}

fn client_view(state: &State, entry: &Entry, moment: Moment) -> ClientView {
    let connection = &entry.connection;
    let (lines_in, lines_out) = connection.outbox.lines();
    ClientView {
        id: connection.id,
        member: state.client(connection.id).map(|client| member_view(state, client)),
        address: connection.address().into(),
        dialect: connection.manner.dialect,
        connected_at: moment.time_of(connection.at),
        idle_ms: moment.ms_since(Steady(connection.outbox.heard_ms())),
        queued: connection.outbox.queued(),
        lines_in,
        lines_out,
    }
}

fn member_view(state: &State, client: &Client) -> MemberView {
    let rooms = client.rooms.iter().filter_map(|id| state.room(*id));
    MemberView {
        nick: client.nick.as_str().into(),
        user: client.user().into(),
        host: client.host().into(),
        real_name: client.real_name.clone(),
        rooms: rooms.map(|room| room.name.as_str().into()).collect(),
        secure: client.secure.clone(),
        modes: client.modes.letters(),
        away: client.away.clone(),
        operator: client.operator.as_ref().map(|operator| operator.name.as_ref().into()),
        desk: client.desk.0,
    }
}

fn room_view(room: &Room) -> RoomView {
    RoomView {
        name: room.name.as_str().into(),
        topic: room.topic.clone(),
        members: room.members.len(),
        modes: room.modes_shown(true),
        created_at: room.created,
        detail: None,
    }
}

fn detail(state: &State, room: &Room) -> RoomView {
    let member = |(id, rank): (&ClientId, &Rank)| Some((*rank, state.client(*id)?.nick.as_str().into()));
    let members = room.members.iter().filter_map(member).collect();
    let bans = room.list(crate::domain::mode::RoomList::Ban);
    let bans =
        bans.iter().map(|entry| (entry.mask.as_str().into(), entry.by.as_ref().into(), entry.at)).collect();
    RoomView { detail: Some((members, bans)), ..room_view(room) }
}
