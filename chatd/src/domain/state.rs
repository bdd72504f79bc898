//! All that the server knows about the present: clients, rooms, the desk. Everybody may read it; only `apply` changes it.

use std::collections::VecDeque;
use std::sync::Arc;

use chat_proto::name::{CaseMapping, skeleton};

use super::client::Client;
use super::desk::Desk;
use super::id::{ClientId, RoomId, Seq};
use super::message::{Author, Message};
use super::mode::{UserMode, UserModes};
use super::names::Names;
use super::people::People;
use super::recent::{Place, Recent};
use super::refusal::Refusal;
use super::reply::{Counts, Gone};
use super::room::Room;
use crate::config::Config;

/// How many of those who left are remembered for WHOWAS.
const GONE_MAX: usize = 1000;

/// The state. Tables are dense and indexed by slot; a stale id finds nothing because its serial number differs.
#[derive(Debug)]
pub struct State {
    config: Arc<Config>,
    /// `desk!desk@server`, made once.
    desk_source: Arc<str>,
    /// What the desk's nick looks like, made once.
    desk_skeleton: String,
    /// Fixed for the life of the state: names are folded with it.
    casemapping: CaseMapping,
    clients: Vec<Option<Box<Client>>>,
    nicks: Names,
    rooms: Vec<Option<Box<Room>>>,
    room_slots_free: Vec<u32>,
    room_serial: u32,
    room_names: Names,
    operators: Vec<ClientId>,
    /// How many clients have user mode `i`: every welcome says it, and counting would make a mass of welcomes quadratic.
    invisible: usize,
    gone: VecDeque<Gone>,
    pub(super) desk: Desk,
    pub(super) people: People,
    pub(super) recent: Recent,
    clients_max: usize,
}

impl State {
    /// An empty state.
    #[must_use]
    pub fn new(config: Arc<Config>) -> Self {
        let casemapping = config.server.casemapping;
        Self {
            casemapping,
            desk_source: desk_source(&config),
            desk_skeleton: skeleton(&config.desk.nick),
            config,
            clients: Vec::new(),
            nicks: Names::new(casemapping),
            rooms: Vec::new(),
            room_slots_free: Vec::new(),
            room_serial: 0,
            room_names: Names::new(casemapping),
            operators: Vec::new(),
            invisible: 0,
            gone: VecDeque::new(),
            desk: Desk::default(),
            people: People::default(),
            recent: Recent::default(),
            clients_max: 0,
        }
    }

    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Puts another configuration in force. The case mapping stays as it was at the start.
    pub fn reconfigure(&mut self, config: Arc<Config>) {
        self.desk_source = desk_source(&config);
        self.desk_skeleton = skeleton(&config.desk.nick);
        self.config = config;
    }

    /// How names are compared.
    #[must_use]
    pub fn casemapping(&self) -> CaseMapping {
        self.casemapping
    }

    /// The client with this id, while it is registered.
    #[must_use]
    pub fn client(&self, id: ClientId) -> Option<&Client> {
        self.clients.get(id.slot as usize)?.as_deref().filter(|client| client.id == id)
    }

    /// As [`Self::client`], for a client that asks for something.
    ///
    /// # Errors
    /// [`Refusal::Overtaken`] when it is gone.
    pub fn asker(&self, id: ClientId) -> Result<&Client, Refusal> {
        self.client(id).ok_or(Refusal::Overtaken)
    }

    /// The client with this nick.
    #[must_use]
    pub fn client_named(&self, nick: &str) -> Option<&Client> {
        let slot = self.nicks.find(nick, |slot| nick_in(&self.clients, slot))?;
        self.clients.get(slot as usize)?.as_deref()
    }

    /// All registered clients, by slot.
    pub fn clients(&self) -> impl Iterator<Item = &Client> {
        self.clients.iter().filter_map(|slot| slot.as_deref())
    }

    /// The registered clients whose slot is at least `from` and less than `end`, by slot.
    pub fn clients_in(&self, from: u32, end: u32) -> impl Iterator<Item = &Client> {
        let end = self.clients.len().min(end as usize);
        self.clients.get(from as usize..end).unwrap_or_default().iter().filter_map(|slot| slot.as_deref())
    }

    /// Whether there are slots for clients from `slot` on, in use or not.
    #[must_use]
    pub fn has_clients_from(&self, slot: u32) -> bool {
        self.clients.len() > slot as usize
    }

    /// The room with this id.
    #[must_use]
    pub fn room(&self, id: RoomId) -> Option<&Room> {
        self.rooms.get(id.slot as usize)?.as_deref().filter(|room| room.id == id)
    }

    /// The room with this name.
    #[must_use]
    pub fn room_named(&self, name: &str) -> Option<&Room> {
        let slot = self.room_names.find(name, |slot| name_in(&self.rooms, slot))?;
        self.rooms.get(slot as usize)?.as_deref()
    }

    /// All rooms whose slot is at least `from`, by slot.
    pub fn rooms_from(&self, from: u32) -> impl Iterator<Item = &Room> {
        self.rooms_in(from, u32::MAX)
    }

    /// The rooms whose slot is at least `from` and less than `end`, by slot.
    pub fn rooms_in(&self, from: u32, end: u32) -> impl Iterator<Item = &Room> {
        let end = self.rooms.len().min(end as usize);
        self.rooms.get(from as usize..end).unwrap_or_default().iter().filter_map(|slot| slot.as_deref())
    }

    /// Whether there are slots for rooms from `slot` on, in use or not.
    #[must_use]
    pub fn has_rooms_from(&self, slot: u32) -> bool {
        self.rooms.len() > slot as usize
    }

    /// How many rooms there are.
    #[must_use]
    pub fn room_count(&self) -> usize {
        self.room_names.len()
    }

    /// IRC operators.
    #[must_use]
    pub fn operators(&self) -> &[ClientId] {
        &self.operators
    }

    /// Those who left, latest first.
    pub fn gone(&self) -> impl Iterator<Item = &Gone> {
        self.gone.iter().rev()
    }

    /// The desk's conversations.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// What people keep of each other.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// What was said lately.
    #[must_use]
    pub fn recent(&self) -> &Recent {
        &self.recent
    }

    /// Whether this name means the desk.
    #[must_use]
    pub fn is_desk(&self, name: &str) -> bool {
        self.casemapping.same(name, &self.config.desk.nick)
    }

    /// Whether somebody could take this name for the desk's.
    #[must_use]
    pub fn looks_like_desk(&self, name: &str) -> bool {
        skeleton(name) == self.desk_skeleton
    }

    /// The desk as a source: `desk!desk@server`.
    #[must_use]
    pub fn desk_source(&self) -> &Arc<str> {
        &self.desk_source
    }

    /// The desk as an author; `operator` is the person behind it, if it is one.
    #[must_use]
    pub fn desk_author(&self, operator: Option<Arc<str>>) -> Author {
        Author { client: None, source: Arc::clone(&self.desk_source), operator }
    }

    /// The server as an author.
    #[must_use]
    pub fn server_author(&self, operator: Option<Arc<str>>) -> Author {
        Author { client: None, source: self.config.server.name.as_str().into(), operator }
    }

    /// How many there are of what; the unregistered are the roster's to count.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            clients: self.nicks.len(),
            invisible: self.invisible,
            operators: self.operators.len(),
            rooms: self.room_count(),
            clients_max: self.clients_max,
            unregistered: 0,
        }
    }

    // What follows changes the state and is for `apply` alone.

    pub(super) fn client_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.clients.get_mut(id.slot as usize)?.as_deref_mut().filter(|client| client.id == id)
    }

    pub(super) fn room_mut(&mut self, id: RoomId) -> Option<&mut Room> {
        self.rooms.get_mut(id.slot as usize)?.as_deref_mut().filter(|room| room.id == id)
    }

    pub(super) fn insert_client(&mut self, client: Client) {
        let slot = client.id.slot as usize;
        if self.clients.len() <= slot {
            self.clients.resize_with(slot + 1, || None);
        }
        self.nicks.insert(client.nick.as_str(), client.id.slot);
        self.invisible += usize::from(client.modes.has(UserMode::Invisible));
        self.clients[slot] = Some(Box::new(client));
        self.clients_max = self.clients_max.max(self.nicks.len());
    }

    pub(super) fn remove_client(&mut self, id: ClientId) -> Option<Box<Client>> {
        self.client(id)?;
        let client = self.clients[id.slot as usize].take()?;
        self.nicks.remove(client.nick.as_str(), id.slot);
        self.operators.retain(|operator| *operator != id);
        self.people.left(id);
        self.invisible -= usize::from(client.modes.has(UserMode::Invisible));
        Some(client)
    }

    pub(super) fn rename_client(&mut self, id: ClientId, nick: chat_proto::name::Nick) {
        let Some(client) = self.client_mut(id) else { return };
        let old = client.nick.clone();
        client.rename(nick.clone());
        self.nicks.remove(old.as_str(), id.slot);
        self.nicks.insert(nick.as_str(), id.slot);
    }

    pub(super) fn remember_gone(&mut self, gone: Gone) {
        if self.gone.len() == GONE_MAX {
            self.gone.pop_front();
        }
        self.gone.push_back(gone);
    }

    /// Remembers who said something, if it can be taken back.
    pub(super) fn remember_said(&mut self, seq: Seq, message: &Message) {
        if !self.config.irc.may_redact() {
            return;
        }
        let Some(place) = Place::of(&message.to) else { return };
        let author = message.from.client.and_then(|client| self.client(client));
        let account = author.and_then(|client| client.account.clone());
        self.recent.said(seq, message.at, &message.from, account, place);
    }

    /// The only place where the modes of a client in the table change.
    pub(super) fn set_user_modes(&mut self, id: ClientId, modes: UserModes) {
        let Some(client) = self.client_mut(id) else { return };
        let before = std::mem::replace(&mut client.modes, modes);
        self.invisible += usize::from(modes.has(UserMode::Invisible));
        self.invisible -= usize::from(before.has(UserMode::Invisible));
        if before.has(UserMode::Operator) != modes.has(UserMode::Operator) {
            self.operators.retain(|operator| *operator != id);
            self.operators.extend(modes.has(UserMode::Operator).then_some(id));
        }
    }

    /// The room with this name, created if there is none.
    pub(super) fn room_or_new(
        &mut self,
        name: &chat_proto::name::RoomName,
        at: super::id::Time,
    ) -> (RoomId, bool) {
        if let Some(room) = self.room_named(name.as_str()) {
            return (room.id, false);
        }
        let slot = self.room_slots_free.pop().unwrap_or_else(|| {
            self.rooms.push(None);
            u32::try_from(self.rooms.len() - 1).unwrap_or(u32::MAX)
        });
        self.room_serial = self.room_serial.wrapping_add(1);
        let id = RoomId { slot, serial: self.room_serial };
        self.rooms[slot as usize] = Some(Box::new(Room::new(id, name.clone(), at)));
        self.room_names.insert(name.as_str(), slot);
        (id, true)
    }

    /// Gives a room a name that no other room has.
    pub(super) fn rename_room(&mut self, id: RoomId, name: chat_proto::name::RoomName, at: super::id::Time) {
        let Some(room) = self.room_mut(id) else { return };
        room.renamed = Some(at);
        let old = std::mem::replace(&mut room.name, name.clone());
        self.room_names.remove(old.as_str(), id.slot);
        self.room_names.insert(name.as_str(), id.slot);
    }

    /// Lets a client pass the door of a room once (`limits.room-list-entries`).
    pub(super) fn open_door(&mut self, client: ClientId, room: RoomId) {
        let limit = self.config.limits.room_list_entries;
        let rooms = &self.rooms;
        let is_alive = |id: RoomId| {
            rooms.get(id.slot as usize).is_some_and(|room| room.as_ref().is_some_and(|room| room.id == id))
        };
        self.people.invitations.add(client, room, limit, is_alive);
    }

    /// Takes a client out of a room; the room goes with its last member.
    pub(super) fn leave_room(&mut self, client: ClientId, id: RoomId) {
        if let Some(client) = self.client_mut(client) {
            client.rooms.retain(|room| *room != id);
        }
        self.remove_member(client, id);
    }

    /// As [`Self::leave_room`], for a client that is out of the table already.
    pub(super) fn remove_member(&mut self, client: ClientId, id: RoomId) {
        let Some(room) = self.room_mut(id) else { return };
        room.members.swap_remove(&client);
        if room.members.is_empty() {
            let name = room.name.clone();
            self.room_names.remove(name.as_str(), id.slot);
            self.rooms[id.slot as usize] = None;
            self.room_slots_free.push(id.slot);
        }
    }
}

/// The nick in a slot; a slot with a name is never empty.
fn nick_in(clients: &[Option<Box<Client>>], slot: u32) -> &str {
    clients.get(slot as usize).and_then(Option::as_deref).map_or("", |client| client.nick.as_str())
}

/// The name of the room in a slot, likewise.
fn name_in(rooms: &[Option<Box<Room>>], slot: u32) -> &str {
    rooms.get(slot as usize).and_then(Option::as_deref).map_or("", |room| room.name.as_str())
}

fn desk_source(config: &Config) -> Arc<str> {
    format!("{0}!{0}@{1}", config.desk.nick, config.server.name).into()
}
