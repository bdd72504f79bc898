//! Who is at the other end of a connection, and what they may do.
//!
//! The kernel names the user (SO_PEERCRED, unix(7)); name and groups are looked up once for each connection, the role for each
//! request, so that a reload counts at once. Nothing that the peer says about itself counts.

use std::ffi::CString;
use std::sync::Arc;

use nix::unistd::{Gid, Group, Uid, User, getgrouplist};
use tokio::net::unix::UCred;

use crate::config::Control;
use crate::domain::command::Role;

/// A user of this machine as user and group files know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user's id.
    pub uid: u32,
    /// The user's name; the id in digits if there is none.
    pub name: Arc<str>,
    /// Ids and names of its groups; a group without a name has its id in digits.
    pub groups: Vec<(u32, String)>,
}

impl Person {
    /// Looks a peer up. Blocks on files, or on whatever else holds the users of this machine.
    pub(super) fn of(credentials: UCred) -> Self {
        let uid = credentials.uid();
        let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
        let mut ids = user.as_ref().map(groups_of).unwrap_or_default();
        // The process may run with another group than the user's first one (newgrp).
        if !ids.contains(&credentials.gid()) {
            ids.push(credentials.gid());
        }
        let name = user.map_or_else(|| uid.to_string(), |user| user.name);
        Self { uid, name: name.into(), groups: ids.into_iter().map(|id| (id, group_name(id))).collect() }
    }

    fn is_one_of(&self, users: &[String], groups: &[String]) -> bool {
        let is_meant = |listed: &String, id: u32, name: &str| listed == name || *listed == id.to_string();
        users.iter().any(|listed| is_meant(listed, self.uid, &self.name))
            || self.groups.iter().any(|(id, name)| groups.iter().any(|listed| is_meant(listed, *id, name)))
    }
}

fn groups_of(user: &User) -> Vec<u32> {
    let name = CString::new(user.name.as_str()).unwrap_or_default();
    let groups = getgrouplist(&name, user.gid).unwrap_or_else(|_| vec![user.gid]);
    groups.into_iter().map(Gid::as_raw).collect()
}

fn group_name(id: u32) -> String {
    let group = Group::from_gid(Gid::from_raw(id)).ok().flatten();
    group.map_or_else(|| id.to_string(), |group| group.name)
}

/// Users, or groups, as this machine has them.
struct Kind {
    word: &'static str,
    makes: &'static str,
    is_known: fn(&str) -> bool,
}

const USERS: Kind =
    Kind { word: "user", makes: "useradd", is_known: |name| matches!(User::from_name(name), Ok(Some(_))) };

const GROUPS: Kind =
    Kind { word: "group", makes: "groupadd", is_known: |name| matches!(Group::from_name(name), Ok(Some(_))) };

/// Names in `[control]` that no user and no group of this machine has; ids are not looked up. Blocks as [`Person::of`] does.
#[must_use]
pub fn unknown_people(control: &Control) -> Vec<String> {
    let lists = [
        ("admin-users", &control.admin_users, USERS),
        ("admin-groups", &control.admin_groups, GROUPS),
        ("operator-users", &control.operator_users, USERS),
        ("operator-groups", &control.operator_groups, GROUPS),
        ("viewer-users", &control.viewer_users, USERS),
        ("viewer-groups", &control.viewer_groups, GROUPS),
    ];
    let mut unknown = Vec::new();
    for (key, names, Kind { word, makes, is_known }) in lists {
        let is_name = |name: &&String| name.parse::<u32>().is_err();
        for name in names.iter().filter(is_name).filter(|name| !is_known(name)) {
            unknown.push(format!(
                "control.{key} names the {word} {name:?}, and this machine has none of that name: make it ({makes} {name}), or correct it"
            ));
        }
    }
    unknown
}

/// What somebody may do: root and the daemon's own user everything, others the highest role that `[control]` gives them.
#[must_use]
pub fn role_of(person: &Person, owner: u32, control: &Control) -> Option<Role> {
    let roles = [
        (Role::Admin, &control.admin_users, &control.admin_groups),
        (Role::Operator, &control.operator_users, &control.operator_groups),
        (Role::Viewer, &control.viewer_users, &control.viewer_groups),
    ];
    if person.uid == 0 || person.uid == owner {
        return Some(Role::Admin);
    }
    roles.into_iter().find(|(_, users, groups)| person.is_one_of(users, groups)).map(|(role, ..)| role)
}
