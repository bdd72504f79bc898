//! Which control socket to talk to, and why it cannot be reached.
//!
//! Owns the search order and the remedies; it must never connect.

use std::env;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Group};

use crate::exit::{Code, Failure};

const START: &str = "is chatd running? start it with `systemctl start chatd`, or just run `chatd`";

/// The socket named by `-s`, else by `$CHATD_SOCKET`, else the first usual place that exists.
pub(crate) fn locate(named: Option<&Path>) -> Result<PathBuf, Failure> {
    locate_in(named, |key| env::var_os(key).filter(|value| !value.is_empty()), may_exist)
}

fn locate_in(
    named: Option<&Path>,
    var: impl Fn(&str) -> Option<OsString>,
    exists: impl Fn(&Path) -> bool,
) -> Result<PathBuf, Failure> {
    if let Some(path) = named.map(Path::to_owned).or_else(|| var("CHATD_SOCKET").map(PathBuf::from)) {
        return Ok(path);
    }
    let places = usual_places(var);
    if let Some(found) = places.iter().find(|place| exists(place)) {
        return Ok(found.clone());
    }
    let tried = places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ");
    let hint = format!("{START}; a socket elsewhere is named with -s SOCKET or $CHATD_SOCKET");
    Err(Failure::with_hint(
        Code::Unreachable,
        format!("find the control socket: none of these exists: {tried}"),
        hint,
    ))
}

/// Where chatd puts its socket when nothing else is configured, nearest first.
fn usual_places(var: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let below = |key: &str, rest: &str| var(key).map(|dir| PathBuf::from(dir).join(rest));
    [
        below("RUNTIME_DIRECTORY", "control.sock"),
        Some(PathBuf::from("/run/chatd/control.sock")),
        below("XDG_RUNTIME_DIR", "chatd/control.sock"),
        below("XDG_STATE_HOME", "chatd/control.sock")
            .or_else(|| below("HOME", ".local/state/chatd/control.sock")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A place that may not be looked at counts as existing: the refusal is what the user must hear about.
fn may_exist(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

/// Says why a connection to `socket` failed and what to do about it.
pub(crate) fn explain(trying: &str, socket: &Path, cause: &io::Error) -> Failure {
    let place = socket.display();
    match cause.kind() {
        io::ErrorKind::NotFound => {
            let message = format!("{trying}: connect to {place}: there is no such socket");
            Failure::with_hint(Code::Unreachable, message, START)
        }
        io::ErrorKind::ConnectionRefused => {
            let message = format!("{trying}: connect to {place}: nobody listens there any more");
            Failure::with_hint(Code::Unreachable, message, START)
        }
        io::ErrorKind::PermissionDenied => {
            let message = format!("{trying}: connect to {place}: permission denied");
            Failure::with_hint(Code::NotPermitted, message, permission_hint(socket))
        }
        _ => {
            let message = format!("{trying}: connect to {place}: {cause}");
            Failure::with_hint(Code::Unreachable, message, START)
        }
    }
}

fn permission_hint(socket: &Path) -> String {
    let Some(owned) = nearest(socket) else {
        return "who may use it is nothing that you may look at: use sudo".into();
    };
    match group_of(&owned) {
        Some(group) => format!(
            "the socket is for group {group}: `sudo usermod -aG {group} $USER` and log in anew, or use sudo"
        ),
        None => "only the daemon's own user and root may use the socket: use sudo".into(),
    }
}

/// The nearest of socket and directory that may be looked at; where a link leads if it is one.
fn nearest(socket: &Path) -> Option<Metadata> {
    let named = fs::read_link(socket).map(|to| socket.parent().unwrap_or(Path::new("/")).join(to));
    // The directory of a bare name is this one.
    let place = std::path::absolute(named.as_deref().unwrap_or(socket)).ok()?;
    place.ancestors().take(2).find_map(|path| fs::metadata(path).ok())
}

/// The group that it lets in.
fn group_of(owned: &Metadata) -> Option<String> {
    let (gid, lets_group_in) =
        (owned.gid(), owned.mode() & 0o020 != 0 || owned.is_dir() && owned.mode() & 0o010 != 0);
    // Nobody should be sent into the group of root for a chat.
    if gid == 0 || !lets_group_in {
        return None;
    }
    let named = Group::from_gid(Gid::from_raw(gid)).ok().flatten().map(|group| group.name);
    Some(named.unwrap_or_else(|| gid.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{explain, locate_in};
    use crate::exit::{Code, Failure, Report};
    use std::ffi::OsString;
    use std::fs;
    use std::io;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::path::{Path, PathBuf};

    fn environment(key: &str) -> Option<OsString> {
        match key {
            "RUNTIME_DIRECTORY" => Some("/rt".into()),
            "XDG_RUNTIME_DIR" => Some("/xrt".into()),
            "HOME" => Some("/home/me".into()),
            _ => None,
        }
    }

    fn report(failure: Failure) -> Report {
        match failure {
            Failure::Reported(report) => *report,
            Failure::OutputClosed | Failure::Interrupted | Failure::Unwell => panic!("a report was expected"),
        }
    }

    #[test]
    fn an_option_beats_the_variable_and_the_variable_beats_every_place() {
        let with_variable = |key: &str| (key == "CHATD_SOCKET").then(|| OsString::from("/by/variable"));
        let named = locate_in(Some(Path::new("/by/option")), with_variable, |_| true).unwrap();
        assert_eq!(named, PathBuf::from("/by/option"));
        assert_eq!(locate_in(None, with_variable, |_| true).unwrap(), PathBuf::from("/by/variable"));
    }

    #[test]
    fn the_first_place_that_exists_wins() {
        let places = [
            "/rt/control.sock",
            "/run/chatd/control.sock",
            "/xrt/chatd/control.sock",
            "/home/me/.local/state/chatd/control.sock",
        ];
        for (first, place) in places.iter().enumerate() {
            let exists = |path: &Path| places[first..].iter().any(|place| Path::new(place) == path);
            assert_eq!(locate_in(None, environment, exists).unwrap(), PathBuf::from(place));
        }
    }

    #[test]
    fn finding_nothing_names_every_place_and_is_unreachable() {
        let report = report(locate_in(None, environment, |_| false).unwrap_err());
        assert_eq!(report.code, Code::Unreachable);
        assert!(report.message.contains("/run/chatd/control.sock, /xrt/chatd/control.sock"), "{report:?}");
    }

    #[test]
    fn a_refusal_names_a_group_only_if_membership_would_help() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("control.sock");
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        // Root's own group is never named, so that root needs another one to run this.
        if fs::metadata(directory.path()).unwrap().gid() == 0 {
            chown(directory.path(), None, Some(1)).unwrap();
        }
        for (mode, lets_group_in) in [(0o750, true), (0o700, false)] {
            fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
            let report = report(explain("show the status", &socket, &denied));
            assert_eq!(report.code, Code::NotPermitted);
            let names_group = report.hint.unwrap().contains("for group ");
            assert_eq!(names_group, lets_group_in, "mode {mode:o}");
        }
        // What a link is for, its own directory does not tell.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o750)).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let link = elsewhere.path().join("link");
        std::os::unix::fs::symlink(&socket, &link).unwrap();
        assert!(report(explain("show the status", &link, &denied)).hint.unwrap().contains("for group "));
        let hidden = elsewhere.path().join("not/there");
        let hint = report(explain("show the status", &hidden, &denied)).hint.unwrap();
        assert_eq!(hint, "who may use it is nothing that you may look at: use sudo");
    }
}
