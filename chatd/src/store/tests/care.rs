//! Backups while the store works, putting them back, and what is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::health::Health;

use super::super::{
    Amount, BackupError, Interest, KeptFile, Manifest, RestoreError, Restored, Source, Stage, StoreError,
    Summary, check,
};
use super::{
    Seq, Store, TempDir, Time, audited, commit, in_room, keep_all, open, room, said, selected, seqs,
};

/// What a backup says of itself before it is taken.
fn about() -> Manifest {
    let amount = Amount { messages: 0, audit: 0, newest_seq: Seq(0) };
    Manifest { taken_at: Time(7), version: "0".into(), server: "chat.test".into(), amount }
}

fn files() -> Vec<KeptFile> {
    ["cloak.key", "chatd.toml", "../evil"]
        .map(|name| KeptFile { name: name.into(), content: name.into() })
        .into()
}

/// Takes a backup into a file of its own.
fn back_up(store: &Store, to: &Path) -> Summary {
    let place = store.care().begin_backup(0).unwrap();
    let summary = place.copy(about(), &files(), &Interest::default(), &mut |_| {}).unwrap();
    let mut copied = place.open().unwrap();
    std::io::copy(&mut copied, &mut fs::File::create(to).unwrap()).unwrap();
    summary
}

pub(super) fn restore(directory: &Path, file: &Path, stamp: &str) -> Result<Restored, RestoreError> {
    super::super::restore(directory, &Source::open(file)?, stamp)
}

pub(super) fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A store with three messages and an audit entry, and a backup of it.
pub(super) fn backed_up(directory: &TempDir) -> (Store, PathBuf) {
    let (store, _) = open(directory);
    let group = vec![said(1, room("#a"), "x"), said(2, room("#b"), "y"), audited(3, "kick")];
    commit(&store, group).unwrap();
    commit(&store, vec![said(4, room("#a"), "z")]).unwrap();
    let file = directory.path().join("b.backup");
    back_up(&store, &file);
    (store, file)
}

fn spoil(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at..at + 64].fill(0x5a);
    fs::write(file, bytes).unwrap();
}

pub(super) fn refused(directory: &TempDir, file: &Path) -> String {
    let before = names_in(directory.path());
    let error = restore(directory.path(), file, "now").unwrap_err();
    assert_eq!(names_in(directory.path()), before, "nothing was changed, nothing stayed behind");
    error.to_string()
}

#[test]
fn a_backup_tells_what_is_in_it_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, vec![said(1, room("#a"), "x"), audited(2, "kick")]).unwrap();
    let file = directory.path().join("b.backup");
    let summary = back_up(&store, &file);
    assert_eq!(summary.manifest.amount, Amount { messages: 1, audit: 1, newest_seq: Seq(2) });
    assert_eq!(summary.bytes, fs::metadata(&file).unwrap().len());
    assert_eq!(summary.sha256.len(), 64);
    assert_eq!(summary.files, ["cloak.key", "chatd.toml", "../evil"]);
    assert!(!names_in(directory.path()).iter().any(|name| name.contains("db-backup")));
}

#[test]
fn a_copy_on_its_way_is_private_and_its_place_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let place = store.care().begin_backup(0).unwrap();
    let mut heard = Vec::new();
    place.copy(about(), &[], &Interest::default(), &mut |stage| heard.push(stage)).unwrap();
    assert!(
        matches!(heard[..], [Stage::Copying { done, pages }, Stage::Verifying] if done == pages && done > 0)
    );
    let copy = fs::metadata(directory.path().join("chatd.db-backup")).unwrap();
    assert_eq!(copy.permissions().mode() & 0o777, 0o600);
    let busy = store.care().begin_backup(0).unwrap_err();
    assert_eq!(busy.to_string(), "another backup is being taken");
    drop(place);
    store.care().begin_backup(0).unwrap();
}

#[test]
fn without_room_no_backup_begins_and_its_place_stays_free() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let refused = store.care().begin_backup(u64::MAX).unwrap_err();
    assert!(matches!(refused, BackupError::NoRoom { .. }), "{refused}");
    assert!(refused.to_string().contains("are free, of which history.min-free keeps"), "{refused}");
    store.care().begin_backup(0).unwrap();
}

#[test]
fn a_store_that_is_not_sound_gives_no_backup() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = backed_up(&directory);
    let outside = Connection::open(directory.path().join("chatd.db")).unwrap();
    outside.execute("DELETE FROM conversations WHERE name = '#b'", []).unwrap();
    let place = store.care().begin_backup(0).unwrap();
    let refused = place.copy(about(), &[], &Interest::default(), &mut |_| {}).unwrap_err();
    let words = "the copy is not sound: message 2 belongs to conversation 2, which does not exist";
    assert_eq!(refused.to_string(), words);
}

#[test]
fn a_backup_that_nobody_waits_for_ends() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let (place, interest) = (store.care().begin_backup(0).unwrap(), Interest::default());
    let given_up = place.copy(about(), &[], &interest, &mut |_| interest.lose()).unwrap_err();
    assert_eq!(given_up.to_string(), "the backup was given up");
}

#[test]
fn a_backup_taken_under_load_has_everything_that_was_answered_before_it_and_is_sound() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let text = "x".repeat(300);
    let group = |from: u64| (from..from + 200).map(|seq| said(seq, room("#a"), &text)).collect();
    let mut next = 1;
    let mut write = || {
        commit(&store, group(next)).unwrap();
        next += 200;
        next
    };
    for _ in 0..40 {
        write();
    }
    let answered = write() - 1;
    let place = store.care().begin_backup(0).unwrap();
    // Each piece that is copied meets a store that has changed; a copy that began anew would never end.
    let mut last = 0;
    let done = place.copy(about(), &[], &Interest::default(), &mut |_| last = write() - 1).unwrap();
    let amount = done.manifest.amount;
    assert!(last > answered);
    assert_eq!((amount.messages, amount.newest_seq), (answered, Seq(answered)));
    assert_eq!(selected(&store, &in_room("#a")).len() as u64, last);
}

#[test]
fn a_backup_is_put_back_with_its_files_and_what_was_there_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (store, file) = backed_up(&directory);
    commit(&store, vec![said(9, room("#a"), "too new")]).unwrap();
    store.close().unwrap();
    fs::write(directory.path().join("cloak.key"), "another").unwrap();
    let done = restore(directory.path(), &file, "now").unwrap();
    assert_eq!(done.manifest.amount, Amount { messages: 3, audit: 1, newest_seq: Seq(4) });
    let kept = directory.path().join("chatd.db.before-restore-now");
    assert_eq!(done.before.as_deref(), Some(&*kept));
    let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
    assert_eq!(read("cloak.key"), "cloak.key");
    assert_eq!(read("cloak.key.before-restore-now"), "another");
    assert_eq!(read("chatd.toml.from-backup"), "chatd.toml");
    assert!(!directory.path().parent().unwrap().join("evil").exists(), "no file goes where a backup says");
    let (store, opened) = open(&directory);
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [1, 4]);
    assert!(opened.next_seq.0 > 9, "a number is never given twice: {opened:?}");
    store.close().unwrap();
    fs::rename(kept, directory.path().join("chatd.db")).unwrap();
    assert_eq!(seqs(&selected(&open(&directory).0, &in_room("#a"))), [1, 4, 9]);
}

#[test]
fn a_backup_is_put_into_an_empty_directory() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_store, file) = backed_up(&old);
    let done = restore(new.path(), &file, "now").unwrap();
    assert_eq!(done.before, None);
    let mode = fs::metadata(new.path().join("chatd.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(seqs(&selected(&open(&new).0, &in_room("#a"))), [1, 4]);
}

#[test]
fn a_store_that_cannot_be_read_is_replaced_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (store, file) = backed_up(&directory);
    store.close().unwrap();
    spoil(&directory.path().join("chatd.db"), 0);
    let damaged = Store::open(directory.path(), &keep_all(), &Health::default()).unwrap_err().to_string();
    assert!(
        damaged.contains("its beginning is damaged\n    hint: restore a backup (chatd --restore FILE)"),
        "{damaged}"
    );
    restore(directory.path(), &file, "now").unwrap();
    assert!(directory.path().join("chatd.db.before-restore-now").exists());
    let (store, opened) = open(&directory);
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [1, 4]);
    assert!(opened.next_seq.0 > 1 << 40, "numbers that nobody can tell are left out: {opened:?}");
}

#[test]
fn a_damaged_backup_is_refused_with_the_cause_and_nothing_changes() {
    let directory = tempfile::tempdir().unwrap();
    let (store, file) = backed_up(&directory);
    store.close().unwrap();
    let whole = fs::read(&file).unwrap();
    // The root of a table, a page that says nothing of itself any more.
    spoil(&file, 4096);
    let words = refused(&directory, &file);
    assert!(words.contains("b.backup is damaged: ") && words.contains("nothing was changed"), "{words}");
    fs::write(&file, &whole[..whole.len() - 4096]).unwrap();
    let words = refused(&directory, &file);
    assert!(words.contains("b.backup is damaged: "), "{words}");
    fs::write(&file, &whole).unwrap();
    Connection::open(&file).unwrap().execute("DELETE FROM messages WHERE seq = 4", []).unwrap();
    let words = refused(&directory, &file);
    assert!(
        words.contains("has a place for message 4, which does not exist") || words.contains("it should have"),
        "{words}"
    );
    assert_eq!(seqs(&selected(&open(&directory).0, &in_room("#a"))), [1, 4]);
}

#[test]
fn what_is_no_backup_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (store, file) = backed_up(&directory);
    store.close().unwrap();
    let other = directory.path().join("other");
    fs::write(&other, "a text ".repeat(1000)).unwrap();
    assert!(refused(&directory, &other).contains("other is not a backup of chatd"));
    fs::copy(directory.path().join("chatd.db"), &other).unwrap();
    assert!(refused(&directory, &other).contains("other is not a backup of chatd"), "only a bare database");
    fs::remove_file(&other).unwrap();
    assert!(refused(&directory, &other).contains("cannot read"), "no such file");
    Connection::open(&file).unwrap().execute("UPDATE backup SET format = 2", []).unwrap();
    assert!(refused(&directory, &file).contains("was made by a newer chatd (form 2)"));
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(refused(&directory, &file).contains("has schema version 99"));
}

#[test]
fn without_room_nothing_is_restored() {
    let directory = tempfile::tempdir().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    // It has holes and takes no room itself.
    file.as_file().set_len(1 << 43).unwrap();
    let refused = restore(directory.path(), file.path(), "now").unwrap_err();
    assert!(matches!(refused, RestoreError::NoRoom { .. }), "{refused}");
    assert!(refused.to_string().starts_with("it needs 8.0 TiB in "), "{refused}");
    assert!(refused.to_string().ends_with(" are free; make room"), "{refused}");
}

#[test]
fn nothing_is_restored_or_examined_under_a_daemon() {
    let directory = tempfile::tempdir().unwrap();
    let (store, file) = backed_up(&directory);
    for refused in
        [restore(directory.path(), &file, "now").unwrap_err(), check(directory.path()).unwrap_err()]
    {
        assert!(matches!(refused, RestoreError::Running { pid: Some(_), .. }), "{refused}");
        assert!(refused.to_string().contains("stop it first: systemctl stop chatd"), "{refused}");
    }
    store.close().unwrap();
    assert_eq!(check(directory.path()).unwrap(), [""; 0]);
}

#[test]
fn what_an_interrupted_copy_left_is_gone_after_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(&directory));
    for left in ["chatd.db-backup", "chatd.db-backup-journal", "chatd.db-restoring"] {
        fs::write(directory.path().join(left), "half").unwrap();
    }
    drop(open(&directory));
    assert_eq!(names_in(directory.path()), ["chatd.db", "chatd.lock"]);
}

#[test]
fn an_examination_finds_what_is_wrong() {
    for (wrong, found) in [
        ("DELETE FROM conversations WHERE name = '#b'", "message 2 belongs to conversation"),
        ("DELETE FROM messages WHERE seq = 1", "has a place for message 1, which does not exist"),
        ("DELETE FROM places WHERE seq = 1", "message 1 has no place in conversation"),
        (
            "UPDATE messages SET conversation = 2 WHERE seq = 1",
            "message 1 belongs to conversation 2 and has its place in",
        ),
        ("UPDATE meta SET places_to = 1", "has its place in conversation"),
        ("UPDATE meta SET next_seq = 3", "has a number that was not given to any run"),
        ("UPDATE audit SET seq = 1", "1 is the number of a message and of an audit entry"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        backed_up(&directory).0.close().unwrap();
        let database = directory.path().join("chatd.db");
        Connection::open(&database).unwrap().execute(wrong, []).unwrap();
        let told = check(directory.path()).unwrap();
        assert!(told.iter().any(|one| one.contains(found)), "{wrong}: {told:?}");
    }
}

#[test]
fn a_directory_without_a_store_is_not_examined() {
    let directory = tempfile::tempdir().unwrap();
    let refused = check(directory.path()).unwrap_err();
    assert!(matches!(refused, RestoreError::Store(StoreError::File { .. })), "{refused}");
}
