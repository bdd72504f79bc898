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
    at.denied(file, at.needed_to_read(), at.remedy_to_read(file))
}

/// Why `path` could not be made or written. It is `directory`, which is to be chatd's own, or a file in it.
#[must_use]
pub fn to_write(directory: &Path, path: &Path) -> Denied {
    let Some(at) = Obstacle::of(path) else { return unexplained() };
    let needed = if at.is_directory { WRITE | ENTER } else { WRITE };
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
    Obstacle::of(file).is_none_or(|at| !at.allows(if at.is_directory { ENTER } else { READ | WRITE }))
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
    is_directory: bool,
    owner: Uid,
    group: Gid,
    /// Without what kind of file it is.
    mode: u32,
}

impl Obstacle {
    fn of(path: &Path) -> Option<Self> {
        Self::behind(&absolute(path), LINKS)
    }

    /// Where a symbolic link leads on the way, what is there is what counts.
    fn behind(path: &Path, links: usize) -> Option<Self> {
        for seen in path.ancestors() {
            if let Ok(metadata) = fs::metadata(seen) {
                return Some(Self::new(seen, &metadata));
            }
            if let (Ok(target), Some(above)) = (fs::read_link(seen), seen.parent()) {
                let rest = path.strip_prefix(seen).unwrap_or(Path::new(""));
                return Self::behind(&above.join(target).join(rest), links.checked_sub(1)?);
            }
        }
        None
    }

    fn new(path: &Path, metadata: &Metadata) -> Self {
        Self {
            path: path.to_owned(),
            is_directory: metadata.is_dir(),
            owner: Uid::from_raw(metadata.uid()),
            group: Gid::from_raw(metadata.gid()),
            mode: metadata.mode() & 0o7777,
        }
    }

    fn is(&self, path: &Path) -> bool {
        absolute(path) == self.path
    }

    fn needed_to_read(&self) -> u32 {
        if self.is_directory { ENTER } else { READ }
    }

    /// Never takes from others what they have: no directory of the system changes its group or its mode, and a file that a group
    /// may read keeps it.
    fn remedy_to_read(&self, file: &Path) -> String {
        let (user, group, path) = (our_user(), our_group(), self.path.display());
        let its_group = self::group(self.group);
        let for_its_group = self.mode >> 3 & self.needed_to_read() != 0 && self.group.as_raw() != 0;
        match () {
            // As ProtectHome= and InaccessiblePaths= leave what they hide (systemd.exec(5)).
            () if self.is_directory && self.owner.is_root() && self.mode == 0 => {
                format!("the unit hides it (ProtectHome=, InaccessiblePaths=); {}", copy_for_us(file))
            }
            () if for_its_group => format!("usermod -aG {its_group} {user}, and start chatd anew"),
            () if !self.is_directory => format!("chgrp {group} {path} && chmod g+r {path}"),
            () if is_chatds(&self.path) => format!("chgrp {group} {path} && chmod g+x {path}"),
            () => copy_for_us(file),
        }
    }

    fn denied(&self, path: &Path, needed: u32, remedy: String) -> Denied {
        let what = if self.is(path) { "it".to_owned() } else { self.path.display().to_string() };
        let (owner, group, me) = (user(self.owner), group(self.group), our_user());
        let belongs =
            format!("{what} belongs to {owner}:{group} with mode {:04o}, and chatd runs as {me}", self.mode);
        if !self.allows(needed) {
            return Denied { why: belongs, remedy };
        }
        let remedy = "its mode would allow it: `journalctl -k` shows what AppArmor or SELinux deny; the unit may forbid it \
                      (ProtectSystem=, ReadWritePaths=), or an attribute (lsattr)";
        Denied { why: belongs, remedy: remedy.into() }
    }

    /// Whether the mode lets us do this; of access lists it knows nothing.
    fn allows(&self, needed: u32) -> bool {
        let is_in =
            || getegid() == self.group || getgroups().is_ok_and(|groups| groups.contains(&self.group));
        let granted = match () {
            () if geteuid() == self.owner => self.mode >> 6,
            () if is_in() => self.mode >> 3,
            () => self.mode,
        };
        geteuid().is_root() || granted & needed == needed
    }
}

/// The command that leaves a copy of `file` where chatd may read it: beside its configuration.
fn copy_for_us(file: &Path) -> String {
    let is_configuration = file.extension().is_some_and(|end| end == "toml");
    let place = if is_configuration { "/etc/chatd" } else { "/etc/chatd/tls" };
    let copy = Path::new(place).join(file.file_name().unwrap_or_default());
    format!(
        "have a copy and name that: install -D -o root -g {} -m 0640 {} {}",
        our_group(),
        file.display(),
        copy.display()
    )
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

    /// What stands in the way of a key, and the remedy.
    fn remedy(path: &str, is_directory: bool, group: u32, mode: u32) -> String {
        let (owner, group) = (Uid::from_raw(0), Gid::from_raw(group));
        let at = Obstacle { path: path.into(), is_directory, owner, group, mode };
        at.remedy_to_read(Path::new("/etc/ssl/private/key.pem"))
    }

    #[test]
    fn a_group_that_may_read_keeps_it_and_chatd_joins_it() {
        let (id, name) = (Gid::from_raw(1), group(Gid::from_raw(1)));
        for (path, is_directory, mode) in
            [("/etc/ssl/private", true, 0o710), ("/etc/ssl/private/key.pem", false, 0o640)]
        {
            let said = remedy(path, is_directory, id.as_raw(), mode);
            assert_eq!(said, format!("usermod -aG {name} {}, and start chatd anew", our_user()));
        }
        assert!(!remedy("/etc/ssl/private", true, 0, 0o750).contains("usermod"), "nobody joins root's group");
    }

    #[test]
    fn directories_of_others_stay_as_they_are_and_chatd_is_given_a_copy() {
        let copy = format!(
            "install -D -o root -g {} -m 0640 /etc/ssl/private/key.pem /etc/chatd/tls/key.pem",
            our_group()
        );
        for (path, mode) in [("/etc/ssl/private", 0o700), ("/root", 0o700), ("/home", 0), ("/run/user", 0)] {
            let said = remedy(path, true, 0, mode);
            assert!(said.ends_with(&copy), "{path}: {said}");
            assert!(!said.contains("chgrp") && !said.contains("chmod"), "{path}: {said}");
            assert_eq!(said.contains("the unit hides it (ProtectHome="), mode == 0, "{path}: {said}");
        }
        assert!(remedy("/etc/chatd/tls", true, 0, 0o700).starts_with("chgrp "), "chatd's own directory");
    }

    #[test]
    fn a_file_that_its_owner_alone_may_read_is_given_to_the_group_of_chatd() {
        let (said, path) = (remedy("/etc/ssl/private/key.pem", false, 0, 0o600), "/etc/ssl/private/key.pem");
        assert_eq!(said, format!("chgrp {} {path} && chmod g+r {path}", our_group()));
    }
}
