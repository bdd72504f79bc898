//! One room: its members, topic, modes and lists.

use std::sync::Arc;

use chat_proto::mask::Glob;
use chat_proto::name::{CaseMapping, RoomName};
use indexmap::IndexMap;

use super::id::{ClientId, RoomId, Time};
use super::mode::{ListMask, Rank, RoomFlag, RoomFlags, RoomList};
use super::reply::{Privacy, TopicInfo};

/// Members: dense to walk for every message, constant-time to find.
pub type Members = IndexMap<ClientId, Rank, foldhash::fast::RandomState>;

/// A room with at least one member. Changed by `apply` only.
#[derive(Clone, Debug)]
pub struct Room {
    /// Its identity while it lives.
    pub id: RoomId,
    /// Its name as its creator wrote it.
    pub name: RoomName,
    /// When it was created.
    pub created: Time,
    /// When it got this name, if it was created under another.
    pub renamed: Option<Time>,
    /// Its topic, if any.
    pub topic: Option<TopicInfo>,
    /// Its flag modes.
    pub flags: RoomFlags,
    /// `+k`.
    pub key: Option<Box<str>>,
    /// `+l`.
    pub limit: Option<u32>,
    /// Who is in it.
    pub members: Members,
    /// In the order of [`RoomList`]; empty lists allocate nothing.
    pub lists: [Vec<ListEntry>; RoomList::COUNT],
}

/// One mask in a list.
#[derive(Clone, Debug)]
pub struct ListEntry {
    /// Whom it names.
    pub mask: ListMask,
    /// Its mask made ready: it is held against every speaker without a rank.
    pub glob: Glob<'static>,
    /// Who set it: a source.
    pub by: Arc<str>,
    /// When.
    pub at: Time,
}

impl ListEntry {
    /// An entry that `by` sets at this moment.
    #[must_use]
    pub fn new(mask: ListMask, mapping: CaseMapping, by: Arc<str>, at: Time) -> Self {
        let glob = Glob::new(mask.mask(), mapping).into_owned();
        Self { mask, glob, by, at }
    }
}

impl Room {
    /// An empty room with the modes of a new one.
    #[must_use]
    pub fn new(id: RoomId, name: RoomName, created: Time) -> Self {
        Self {
            id,
            name,
            created,
            renamed: None,
            topic: None,
            flags: RoomFlags::of_new_room(),
            key: None,
            limit: None,
            members: Members::default(),
            lists: Default::default(),
        }
    }

    /// The rank of a member, or nothing.
    #[must_use]
    pub fn rank(&self, client: ClientId) -> Option<Rank> {
        self.members.get(&client).copied()
    }

    /// How much of it outsiders may know; what is secret is private as well.
    #[must_use]
    pub fn privacy(&self) -> Privacy {
        if self.flags.has(RoomFlag::Secret) {
            Privacy::Secret
        } else if self.flags.has(RoomFlag::Private) {
            Privacy::Private
        } else {
            Privacy::Public
        }
    }

    /// One of its lists.
    #[must_use]
    pub fn list(&self, list: RoomList) -> &[ListEntry] {
        &self.lists[list as usize]
    }

    /// Where `mask` stands in a list, in whatever case it was written.
    #[must_use]
    pub fn position(&self, list: RoomList, mask: &ListMask, mapping: CaseMapping) -> Option<usize> {
        self.list(list).iter().position(|entry| mapping.same(entry.mask.as_str(), mask.as_str()))
    }

    /// The modes with their parameters: `["+klnt", "key", "10"]`. The key is shown to members only.
    #[must_use]
    pub fn modes_shown(&self, to_member: bool) -> Vec<String> {
        let mut letters = format!("+{}", self.flags.letters());
        let mut params = Vec::new();
        if let Some(key) = &self.key {
            letters.push('k');
            params.push(if to_member { key.to_string() } else { "*".into() });
        }
        if let Some(limit) = self.limit {
            letters.push('l');
            params.push(limit.to_string());
        }
        params.insert(0, letters);
        params
    }
}
