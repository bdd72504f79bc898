//! Why this process may not use a path: whose it is, with which mode, as whom chatd runs; and the remedy. It looks and changes
//! nothing, and is asked only after something has failed.

use std::fmt;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Group, Uid, User, getegid, geteuid, getgroups};

const READ: u32 = 4;
const WRITE: u32 = 2;
const ENTER: u32 = 1;

/// As many symbolic links on one way as Linux follows (path_resolution(7)).
const LINKS: usize = 40;

/// How a remedy stands below the error that it belongs to.
pub const HINT: &str = "\n    hint: ";

/// What stands in the way, and what to do about it. Its `Display` is `WHY`, and on a line of its own `hint: REMEDY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// `it belongs to root:root with mode 0600, and chatd runs as chatd`.
    pub why: String,
    /// A command, in most cases.
    pub remedy: String,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{HINT}{}", self.why, self.remedy)
    }
}

/// Why `file` could not be read.
#[must_use]
pub fn to_read(file: &Path) -> Denied {
    let Some(at) = Obstacle::of(file) else { return unexplained() };
    let (needed, letter) = if at.metadata.is_dir() { (ENTER, "x") } else { (READ, "r") };
    let (group, path) = (our_group(), at.path.display());
    at.denied(file, needed, format!("chgrp {group} {path} && chmod g+{letter} {path}"))
}

/// Why `path` could not be made or written. It is `directory`, which is to be chatd's own, or a file in it.
#[must_use]
pub fn to_write(directory: &Path, path: &Path) -> Denied {
    let Some(at) = Obstacle::of(path) else { return unexplained() };
    let needed = if at.metadata.is_dir() { WRITE | ENTER } else { WRITE };
    let (user, group, directory) = (our_user(), our_group(), absolute(directory));
    let shown = directory.display();
    // What is above it belongs to others for a reason, and so may a directory that nothing shows to be chatd's.
    let remedy = match at.path.starts_with(&directory) {
        true if is_chatds(&directory) => format!("chown -R {user}:{group} {shown}"),
        true => format!("let {user} write to {shown}, or choose another directory"),
        false => format!("install -d -o {user} -g {group} -m 0700 {shown}"),
    };
    at.denied(path, needed, remedy)
}

fn is_chatds(directory: &Path) -> bool {
    directory.to_string_lossy().contains("chatd") || directory.join("chatd.lock").exists()
}

/// Where the path is relative and there is no working directory, it stays as it is.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether the modes on the way forbid this process to read or to write a file. Asked without opening it.
#[must_use]
pub fn is_forbidden(file: &Path) -> bool {
    Obstacle::of(file).is_none_or(|at| !at.allows(if at.metadata.is_dir() { ENTER } else { READ | WRITE }))
}

/// The user that this process runs as, by name if it has one.
#[must_use]
pub fn our_user() -> String {
    user(geteuid())
}

fn our_group() -> String {
    group(getegid())
}

/// A user by name; without one, its id.
#[must_use]
pub fn user(id: Uid) -> String {
    User::from_uid(id).ok().flatten().map_or_else(|| id.to_string(), |user| user.name)
}

fn group(id: Gid) -> String {
    Group::from_gid(id).ok().flatten().map_or_else(|| id.to_string(), |group| group.name)
}

/// The path itself, or as much of it as can be seen: the directory that cannot be entered, or in which it would have to be made.
struct Obstacle {
    path: PathBuf,
    metadata: Metadata,
}

impl Obstacle {
    fn of(path: &Path) -> Option<Self> {
        Self::behind(&absolute(path), LINKS)
    }

    /// Where a symbolic link leads on the way, what is there is what counts.
    fn behind(path: &Path, links: usize) -> Option<Self> {
        for seen in path.ancestors() {
            if let Ok(metadata) = fs::metadata(seen) {
                return Some(Self { path: seen.to_owned(), metadata });
            }
            if let (Ok(target), Some(above)) = (fs::read_link(seen), seen.parent()) {
                let rest = path.strip_prefix(seen).unwrap_or(Path::new(""));
                return Self::behind(&above.join(target).join(rest), links.checked_sub(1)?);
            }
        }
        None
    }

    fn is(&self, path: &Path) -> bool {
        absolute(path) == self.path
    }

    fn denied(&self, path: &Path, needed: u32, remedy: String) -> Denied {
        let Self { path: at, metadata } = self;
        let what = if self.is(path) { "it".to_owned() } else { at.display().to_string() };
        let (owner, group) = (user(Uid::from_raw(metadata.uid())), group(Gid::from_raw(metadata.gid())));
        let (mode, me) = (metadata.mode() & 0o7777, our_user());
        let belongs =
            format!("{what} belongs to {owner}:{group} with mode {mode:04o}, and chatd runs as {me}");
        if !self.allows(needed) {
            return Denied { why: belongs, remedy };
        }
        let remedy = "its mode would allow it: `journalctl -k` shows what AppArmor or SELinux deny; the unit may forbid it \
                      (ProtectSystem=, ReadWritePaths=), or an attribute (lsattr)";
        Denied { why: belongs, remedy: remedy.into() }
    }

    /// Whether the mode lets us do this; of access lists it knows nothing.
    fn allows(&self, needed: u32) -> bool {
        let mode = self.metadata.mode();
        let (owner, group) = (Uid::from_raw(self.metadata.uid()), Gid::from_raw(self.metadata.gid()));
        let is_in = || getegid() == group || getgroups().is_ok_and(|groups| groups.contains(&group));
        let granted = match () {
            () if geteuid() == owner => mode >> 6,
            () if is_in() => mode >> 3,
            () => mode,
        };
        geteuid().is_root() || granted & needed == needed
    }
}

fn unexplained() -> Denied {
    Denied {
        why: format!("not permitted to {}, as whom chatd runs", our_user()),
        remedy: "look at the modes of the directories above it (namei -l)".into(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_denied_names_owner_mode_and_who_we_are() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("chatd.toml");
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o040)).unwrap();
        let Denied { why, .. } = to_read(&file);
        assert!(why.starts_with("it belongs to ") && why.contains(" with mode 0040, "), "{why}");
        assert!(why.ends_with(&format!("chatd runs as {}", our_user())), "{why}");
    }

    #[test]
    fn what_is_not_there_is_explained_by_the_directory_above_it_which_is_given_to_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("a/b");
        let at = Obstacle::of(&state.join("chatd.lock")).unwrap();
        assert_eq!(at.path, directory.path());
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o500)).unwrap();
        let denied = to_write(&state, &state);
        assert!(denied.why.starts_with(&directory.path().display().to_string()), "{denied}");
        if !geteuid().is_root() {
            assert!(denied.remedy.starts_with("install -d -o "), "{denied}");
        }
    }

    #[test]
    fn what_the_mode_allows_is_forbidden_by_something_else() {
        let directory = tempfile::tempdir().unwrap();
        let denied = to_write(directory.path(), directory.path());
        assert!(denied.remedy.contains("AppArmor"), "{denied}");
    }
}
