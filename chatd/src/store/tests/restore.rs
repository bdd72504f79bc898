//! Putting a backup in the place of a store: numbers, what is kept together, and links that lead elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::health::Health;

use super::super::schema::SEQ_BLOCK;
use super::super::{Store, StoreError, check};
use super::care::{backed_up, names_in, refused, restore};
use super::{TempDir, keep_all, open};

/// The greatest number that the old machine may have given behind the backup: it has started twice more.
fn given_behind(old: &TempDir, store: Store) -> u64 {
    store.close().unwrap();
    drop(open(old));
    open(old).1.next_seq.0 + SEQ_BLOCK - 1
}

#[test]
fn a_new_machine_gives_no_number_that_the_old_one_gave_behind_the_backup() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, file) = backed_up(&old);
    let given = given_behind(&old, store);
    // Installing the package has started chatd there, which made a store of its own.
    drop(open(&new));
    restore(new.path(), &file, "now").unwrap();
    assert!(open(&new).1.next_seq.0 > given);
}

#[test]
fn an_empty_directory_gives_no_number_that_the_old_one_gave_behind_the_backup() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, file) = backed_up(&old);
    let given = given_behind(&old, store);
    restore(new.path(), &file, "now").unwrap();
    assert!(open(&new).1.next_seq.0 > given);
}

#[test]
fn the_very_store_that_a_backup_is_of_leaves_no_numbers_out() {
    let directory = tempfile::tempdir().unwrap();
    let (store, file) = backed_up(&directory);
    let given = given_behind(&directory, store);
    restore(directory.path(), &file, "now").unwrap();
    assert_eq!(open(&directory).1.next_seq.0, given + 1);
}

/// A store whose newest text is only in its log, where it must stay for as long as the connection is there; and a backup.
fn with_a_log(directory: &TempDir) -> (PathBuf, Connection) {
    let (store, file) = backed_up(directory);
    store.close().unwrap();
    let database = directory.path().join("chatd.db");
    let reader = Connection::open(&database).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM messages").unwrap();
    let newest = "UPDATE messages SET text = 'newest' WHERE seq = 4";
    Connection::open(database).unwrap().execute(newest, []).unwrap();
    (file, reader)
}

fn newest_text(database: &Path) -> String {
    let sql = "SELECT text FROM messages ORDER BY seq DESC LIMIT 1";
    Connection::open(database).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_log_that_could_not_be_brought_in_is_kept_where_sqlite_finds_it() {
    let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (file, _reader) = with_a_log(&directory);
    restore(directory.path(), &file, "now").unwrap();
    assert!(!directory.path().join("chatd.db-wal").exists());
    for name in ["chatd.db.before-restore-now", "chatd.db.before-restore-now-wal"] {
        fs::copy(directory.path().join(name), elsewhere.path().join(name)).unwrap();
    }
    assert_eq!(newest_text(&elsewhere.path().join("chatd.db.before-restore-now")), "newest");
    assert_eq!(newest_text(&directory.path().join("chatd.db")), "z");
}

#[test]
fn what_cannot_be_made_ready_is_found_out_before_anything_is_touched() {
    for place in ["cloak.key.new", "chatd.toml.from-backup.new"] {
        let directory = tempfile::tempdir().unwrap();
        let (file, reader) = with_a_log(&directory);
        let key = directory.path().join("cloak.key");
        fs::write(&key, "another").unwrap();
        fs::create_dir(directory.path().join(place)).unwrap();
        assert!(refused(&directory, &file).contains("cannot write"));
        assert_eq!(fs::read_to_string(key).unwrap(), "another");
        drop(reader);
        assert_eq!(newest_text(&directory.path().join("chatd.db")), "newest");
    }
}

#[test]
fn what_an_interrupted_restore_left_is_in_nobodys_way() {
    let directory = tempfile::tempdir().unwrap();
    let (store, file) = backed_up(&directory);
    store.close().unwrap();
    for left in ["cloak.key.new", "chatd.toml.from-backup.new", "chatd.db-restoring"] {
        fs::write(directory.path().join(left), "half").unwrap();
    }
    restore(directory.path(), &file, "now").unwrap();
    let expected = [
        "b.backup",
        "chatd.db",
        "chatd.db.before-restore-now",
        "chatd.lock",
        "chatd.toml.from-backup",
        "cloak.key",
    ];
    assert_eq!(names_in(directory.path()), expected);
}

#[test]
fn the_room_for_a_restore_is_also_that_which_the_log_takes_when_it_is_brought_in() {
    let directory = tempfile::tempdir().unwrap();
    let (store, file) = backed_up(&directory);
    store.close().unwrap();
    // It has holes and takes no room itself.
    fs::File::create(directory.path().join("chatd.db-wal")).unwrap().set_len(1 << 43).unwrap();
    let words = refused(&directory, &file);
    assert!(words.starts_with("it needs 8.0 TiB in "), "{words}");
}

/// A file elsewhere that nothing may touch.
fn precious(elsewhere: &TempDir) -> PathBuf {
    let path = elsewhere.path().join("precious");
    fs::write(&path, "precious").unwrap();
    path
}

fn is_untouched(path: &Path) {
    assert_eq!(fs::read_to_string(path).unwrap(), "precious");
}

#[test]
fn a_lock_that_leads_elsewhere_is_refused() {
    for link in [|from: &Path, to: &Path| symlink(from, to), |from: &Path, to: &Path| fs::hard_link(from, to)]
    {
        let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (store, file) = backed_up(&directory);
        store.close().unwrap();
        let (lock, precious) = (directory.path().join("chatd.lock"), precious(&elsewhere));
        fs::remove_file(&lock).unwrap();
        link(&precious, &lock).unwrap();
        let opened = Store::open(directory.path(), &keep_all(), &Health::default()).unwrap_err();
        assert!(matches!(&opened, StoreError::Link { path } if *path == lock), "{opened}");
        assert!(opened.to_string().contains("chatd.lock is a link to another file"), "{opened}");
        assert!(refused(&directory, &file).contains("chatd.lock is a link"));
        assert!(check(directory.path()).unwrap_err().to_string().contains("chatd.lock is a link"));
        is_untouched(&precious);
    }
}

#[test]
fn a_database_that_leads_elsewhere_is_neither_replaced_nor_examined() {
    for name in ["chatd.db", "chatd.db-wal", "chatd.db-shm", "chatd.db-journal"] {
        let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (store, file) = backed_up(&directory);
        store.close().unwrap();
        let (path, precious) = (directory.path().join(name), precious(&elsewhere));
        let _ = fs::remove_file(&path);
        symlink(&precious, &path).unwrap();
        let words = refused(&directory, &file);
        assert!(words.contains(&format!("{name} is a link to another file")), "{words}");
        let words = check(directory.path()).unwrap_err().to_string();
        assert!(words.contains(&format!("{name} is a link to another file")), "{words}");
        is_untouched(&precious);
    }
}

#[test]
fn links_in_the_places_of_what_is_written_are_replaced_and_not_followed() {
    let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, file) = backed_up(&directory);
    store.close().unwrap();
    let precious = precious(&elsewhere);
    let places = [
        "cloak.key",
        "cloak.key.new",
        "chatd.toml.from-backup",
        "chatd.toml.from-backup.new",
        "chatd.db-restoring",
    ];
    for name in places {
        symlink(&precious, directory.path().join(name)).unwrap();
    }
    restore(directory.path(), &file, "now").unwrap();
    is_untouched(&precious);
    assert_eq!(fs::read_to_string(directory.path().join("cloak.key")).unwrap(), "cloak.key");
    assert!(!directory.path().join("cloak.key").is_symlink());
}
