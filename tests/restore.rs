//! What root does to the state of somebody else: what it makes is theirs, and nothing that lies elsewhere is touched.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use predicates::str::contains;

use crate::harness::{Daemon, ctl};

/// Whom the state directory belongs to where root restores: nobody whom the system knows.
const STRANGER: (u32, u32) = (54321, 54322);

/// Whether this is root, who alone can give files away.
fn is_root() -> bool {
    if !geteuid().is_root() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "only root can give files away");
        eprintln!("skipped: only root can give files away");
    }
    geteuid().is_root()
}

/// A stopped daemon whose state, empty now, belongs to somebody else, with a backup that only root may read.
fn of_a_stranger() -> (Daemon, PathBuf) {
    let mut daemon = Daemon::start();
    let file = daemon.path("a.backup");
    ctl(&daemon, &["backup", file.to_str().unwrap()]).success();
    assert_eq!(daemon.terminate().code(), Some(0));
    let state = daemon.state_dir();
    fs::remove_dir_all(&state).unwrap();
    // As /var/lib is.
    fs::set_permissions(state.parent().unwrap(), fs::Permissions::from_mode(0o711)).unwrap();
    (daemon, file)
}

fn give_away(path: &Path) {
    lchown(path, Some(STRANGER.0), Some(STRANGER.1)).unwrap();
}

/// Whose it is, and its mode.
fn whose(path: &Path) -> (u32, u32, u32) {
    let file = fs::metadata(path).unwrap();
    (file.uid(), file.gid(), file.mode() & 0o777)
}

#[test]
fn what_root_restores_belongs_to_whom_the_state_belongs() {
    if !is_root() {
        return;
    }
    let (daemon, file) = of_a_stranger();
    let (state, restore) = (daemon.state_dir(), ["--restore", file.to_str().unwrap()]);
    daemon
        .run_with(&restore)
        .code(1)
        .stderr(contains("start and stop chatd once so that it is made with its owner"));
    fs::create_dir(&state).unwrap();
    give_away(&state);
    daemon.run_with(&restore).success();
    for name in fs::read_dir(&state).unwrap() {
        let path = name.unwrap().path();
        assert_eq!(whose(&path), (STRANGER.0, STRANGER.1, 0o600), "{}", path.display());
    }
    daemon.run_with(&["--check-db"]).success().stdout(contains("is sound"));
}

#[test]
fn root_follows_no_link_out_of_a_state_directory_of_somebody_else() {
    if !is_root() {
        return;
    }
    let (daemon, file) = of_a_stranger();
    let (state, precious) = (daemon.state_dir(), daemon.path("precious"));
    fs::write(&precious, "precious").unwrap();
    let restore = ["--restore", file.to_str().unwrap()];
    let names = [
        "chatd.lock",
        "chatd.db",
        "chatd.db-wal",
        "chatd.db-restoring",
        "chatd.toml.from-backup.new",
        "cloak.key",
    ];
    for link in [|to: &Path, at: &Path| symlink(to, at), |to: &Path, at: &Path| fs::hard_link(to, at)] {
        for name in names {
            fs::create_dir(&state).unwrap();
            give_away(&state);
            daemon.run_with(&restore).success();
            let place = state.join(name);
            let _ = fs::remove_file(&place);
            link(&precious, &place).unwrap();
            let before = whose(&precious);
            // Whether they are refused or go on without the link is said by the tests of the store.
            for arguments in [&["--check-db"][..], &restore] {
                let _ = daemon.run_with(arguments);
                assert_eq!(fs::read_to_string(&precious).unwrap(), "precious", "{name} {arguments:?}");
                assert_eq!(whose(&precious), before, "{name} {arguments:?}");
            }
            fs::remove_dir_all(&state).unwrap();
        }
    }
}
