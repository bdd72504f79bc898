//! Giving up root for good, to go on as whom the state directory belongs to. That user may put links there, at any moment: root
//! would follow them and write, or give away, what lies elsewhere. Never takes rights that it has not.

use std::ffi::CString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{Gid, Uid, User, geteuid, initgroups, setgid, setgroups, setuid};

use crate::access::HINT;

/// Root could not become somebody else.
#[derive(Debug, thiserror::Error)]
#[error("cannot go on as {user}, to whom {} belongs: {source}{HINT}run this as that user", directory.display())]
pub(super) struct NotBecome {
    user: String,
    directory: PathBuf,
    source: Errno,
}

/// Root becomes whom `directory` belongs to; anybody else stays who they are, and so does everybody if there is no such directory.
///
/// Checking each path instead would leave the moment between a look and its use, and SQLite opens files by their names.
///
/// # Errors
/// Root may not, as in a container that has no capabilities.
pub(super) fn become_owner_of(directory: &Path) -> Result<(), NotBecome> {
    let Ok(owner) = owner_of(directory) else { return Ok(()) };
    let uid = Uid::from_raw(owner.uid());
    if !geteuid().is_root() || uid.is_root() {
        return Ok(());
    }
    let user = User::from_uid(uid).ok().flatten();
    let done = become_user(uid, Gid::from_raw(owner.gid()), user.as_ref());
    done.map_err(|source| NotBecome {
        user: user.map_or_else(|| format!("uid {uid}"), |user| user.name),
        directory: directory.to_owned(),
        source,
    })
}

/// Of a link that somebody but root has made, it is that one: they choose where it leads.
fn owner_of(directory: &Path) -> io::Result<Metadata> {
    let named = fs::symlink_metadata(directory)?;
    if named.uid() == 0 { fs::metadata(directory) } else { Ok(named) }
}

/// With the groups that the service manager would give it, if the system knows the user. The user comes last: nobody else may change
/// groups.
fn become_user(uid: Uid, group: Gid, user: Option<&User>) -> nix::Result<()> {
    let group = user.map_or(group, |user| user.gid);
    match user.and_then(|user| CString::new(user.name.as_str()).ok()) {
        Some(name) => initgroups(&name, group)?,
        None => setgroups(&[group])?,
    }
    setgid(group)?;
    setuid(uid)
}
