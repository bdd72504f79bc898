//! Opening: numbers, the lock, the schema, foreign files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;

use crate::health::Health;

use super::super::{StoreError, schema};
use super::{Selector, Store, commit, in_room, keep_all, open, room, said, selected, seqs, taken_back};

fn mode_of(path: impl AsRef<std::path::Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn altered(change: &str) -> StoreError {
    let directory = tempfile::tempdir().unwrap();
    open(&directory).0.close().unwrap();
    Connection::open(directory.path().join("chatd.db")).unwrap().execute_batch(change).unwrap();
    Store::open(directory.path(), &keep_all(), &Health::default()).unwrap_err()
}

#[test]
fn the_first_number_of_a_new_store_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let (_store, opened) = open(&directory);
    assert_eq!(opened.next_seq.0, 1);
    assert_eq!(opened.instance.len(), 32);
}

#[test]
fn no_number_is_given_by_two_runs() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(&directory).1;
    let (store, second) = open(&directory);
    assert_eq!(second.next_seq.0, first.next_seq.0 + schema::SEQ_BLOCK);
    assert_eq!(second.instance, first.instance);
    commit(&store, vec![said(second.next_seq.0, room("#a"), "x")]).unwrap();
    drop(store);
    assert_eq!(open(&directory).1.next_seq.0, second.next_seq.0 + schema::SEQ_BLOCK);
}

#[test]
fn a_run_that_nears_the_end_of_its_block_gets_another() {
    let directory = tempfile::tempdir().unwrap();
    let (store, opened) = open(&directory);
    let late = opened.next_seq.0 + schema::SEQ_BLOCK - 1;
    // What takes a message back has that message's number and says nothing about how far the run is.
    commit(&store, vec![said(late, room("#a"), "x"), taken_back(opened.next_seq.0)]).unwrap();
    drop(store);
    assert_eq!(open(&directory).1.next_seq.0, late + schema::SEQ_BLOCK);
}

#[test]
fn numbers_end_below_two_to_the_53() {
    let directory = tempfile::tempdir().unwrap();
    open(&directory).0.close().unwrap();
    let last = schema::SEQ_END - schema::SEQ_BLOCK;
    let set = |next: u64| {
        let connection = Connection::open(directory.path().join("chatd.db")).unwrap();
        connection.execute_batch(&format!("UPDATE meta SET next_seq = {next}")).unwrap();
    };
    set(last);
    assert_eq!(open(&directory).1.next_seq.0, last);
    set(last + 1);
    assert!(matches!(
        Store::open(directory.path(), &keep_all(), &Health::default()),
        Err(StoreError::Exhausted { .. })
    ));
}

#[test]
fn a_second_daemon_is_refused_and_told_who_has_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let refused = Store::open(directory.path(), &keep_all(), &Health::default()).unwrap_err();
    assert!(
        matches!(&refused, StoreError::Locked { pid: Some(pid), .. } if *pid == std::process::id()),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("server.state-directory"), "{refused}");
    store.close().unwrap();
    open(&directory);
}

#[test]
fn missing_directories_and_all_files_are_private() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("a/b");
    let (_store, _) = Store::open(&directory, &keep_all(), &Health::default()).unwrap();
    assert_eq!(mode_of(&directory), 0o700);
    for file in ["chatd.db", "chatd.db-wal", "chatd.db-shm", "chatd.lock"] {
        assert_eq!(mode_of(directory.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_newer_schema_is_refused_naming_both_versions() {
    let newer = schema::known() + 1;
    let refused = altered(&format!("PRAGMA user_version = {newer}"));
    assert!(
        matches!(refused, StoreError::NewerSchema { found, known, .. } if found == newer && known == newer - 1)
    );
    let words = refused.to_string();
    assert!(words.contains(&format!("version {newer}")) && words.contains("backup"), "{words}");
}

#[test]
fn a_database_of_another_application_is_refused() {
    assert!(matches!(altered("PRAGMA application_id = 7"), StoreError::NotOurs { .. }));
    assert!(matches!(altered("PRAGMA application_id = 0"), StoreError::NotOurs { .. }));
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("chatd.db");
    let text = "not a database ".repeat(500);
    fs::write(&path, &text).unwrap();
    let refused = Store::open(directory.path(), &keep_all(), &Health::default()).unwrap_err();
    assert!(matches!(refused, StoreError::NotOurs { .. }), "{refused:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_damaged_database_is_refused_as_damaged() {
    let directory = tempfile::tempdir().unwrap();
    open(&directory).0.close().unwrap();
    let path = directory.path().join("chatd.db");
    let mut bytes = fs::read(&path).unwrap();
    // Behind the file header comes the root page of the schema.
    bytes[100..600].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let refused = Store::open(directory.path(), &keep_all(), &Health::default()).unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused:?}");
}

#[test]
fn closing_leaves_no_write_ahead_log_and_what_was_kept_is_found_again() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, vec![said(1, room("#a"), "x"), said(2, room("#b"), "y")]).unwrap();
    store.close().unwrap();
    assert!(!directory.path().join("chatd.db-wal").exists());
    let (store, _) = open(&directory);
    assert_eq!(seqs(&selected(&store, &Selector::Everything)), [1, 2]);
    assert_eq!(seqs(&selected(&store, &in_room("#b"))), [2]);
}
