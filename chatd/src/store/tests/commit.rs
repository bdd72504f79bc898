//! Committing: what is answered is kept, what fails is rolled back whole, and service resumes.

use std::process::Command;

use crate::config::{History, Sync};
use crate::health::Health;

use super::super::database::Database;
use super::super::{Reader, Readers};
use super::{
    Selector, Store, audited, commit, desk, in_room, keep_all, open, redacted, room, said, selected, seqs,
    taken_back,
};

fn database(directory: &tempfile::TempDir) -> Database {
    Database::open(directory.path(), Sync::EverySecond).unwrap().0
}

fn reader(database: &Database) -> Reader {
    Readers::of(database.path()).open().unwrap()
}

fn kept(database: &Database) -> Vec<u64> {
    seqs(&reader(database).latest(&Selector::Everything, usize::MAX, None).unwrap())
}

/// What a `kill -9` leaves behind is what the operating system has: a copy of the files made from outside.
fn as_after_a_kill(directory: &tempfile::TempDir) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let from = directory.path().join(".");
    assert!(Command::new("cp").arg("-r").arg(from).arg(copy.path()).status().unwrap().success());
    copy
}

#[test]
fn answered_groups_survive_a_kill_in_every_mode() {
    for sync in [Sync::Always, Sync::EverySecond, Sync::Never] {
        let directory = tempfile::tempdir().unwrap();
        let (store, _) =
            Store::open(directory.path(), &History { sync, ..keep_all() }, &Health::default()).unwrap();
        for seq in 1..=20 {
            commit(&store, vec![said(seq, room("#a"), "x")]).unwrap();
        }
        let copy = as_after_a_kill(&directory);
        let (after, _) = open(&copy);
        assert_eq!(seqs(&selected(&after, &in_room("#a"))), (1..=20).collect::<Vec<_>>(), "{sync:?}");
    }
}

#[test]
fn a_number_given_twice_fails_its_whole_group_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, vec![said(1, room("#a"), "x")]).unwrap();
    let error = commit(&store, vec![said(2, room("#new"), "x"), said(1, room("#a"), "again")]).unwrap_err();
    assert!(!error.is_full_disk && !error.cause.is_empty(), "{error:?}");
    assert!(store.stats().snapshot().failing.is_some());
    assert!(!store.reader().unwrap().knows(&in_room("#new")).unwrap());
    commit(&store, vec![said(3, room("#new"), "x")]).unwrap();
    assert_eq!(seqs(&selected(&store, &Selector::Everything)), [1, 3]);
    assert_eq!(seqs(&selected(&store, &in_room("#new"))), [3]);
    assert_eq!(store.stats().snapshot().failing, None);
}

#[test]
fn a_message_that_was_never_said_leaves_the_history_and_only_that_one() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, vec![said(1, room("#a"), "x"), said(2, room("#a"), "void"), said(3, room("#a"), "x")])
        .unwrap();
    commit(&store, vec![said(4, room("#a"), "x"), taken_back(2), taken_back(99)]).unwrap();
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [1, 3, 4]);
    commit(&store, vec![said(5, room("#a"), "void in its own group"), taken_back(5)]).unwrap();
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [1, 3, 4]);
}

#[test]
fn what_takes_a_message_back_touches_no_audit() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, vec![audited(1, "kick"), taken_back(1)]).unwrap();
    assert_eq!(store.reader().unwrap().audit(10).unwrap().len(), 1);
}

#[test]
fn a_full_disk_refuses_the_whole_group_and_service_resumes_with_room() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(&directory);
    database.commit(&[said(1, room("#a"), "x")]).unwrap();
    let limit = |database: &mut Database, pages: i64| {
        let set = |connection: &mut rusqlite::Connection, _: &mut _| {
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
        };
        database.with(set).unwrap();
    };
    // SQLite raises a limit below the present size to that size: nothing can grow any more.
    limit(&mut database, 1);
    let large = "x".repeat(80_000);
    let error = database.commit(&[said(2, room("#b"), "y"), said(3, room("#b"), &large)]).unwrap_err();
    assert!(error.is_full_disk, "{error:?}");
    assert_eq!(kept(&database), [1]);
    limit(&mut database, 1_000_000);
    database.commit(&[said(4, room("#b"), &large)]).unwrap();
    assert_eq!(kept(&database), [1, 4]);
}

#[test]
fn a_failure_that_may_have_broken_the_connection_is_followed_by_a_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(&directory);
    database.commit(&[said(1, room("#a"), "x")]).unwrap();
    let io_error =
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_WRITE), None);
    database.with(|_, _| Err::<(), _>(io_error)).unwrap_err();
    database.commit(&[said(2, room("#a"), "x")]).unwrap();
    assert_eq!(kept(&database), [1, 2]);
}

#[test]
fn a_transaction_left_open_by_a_failure_does_not_reach_the_next_group() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(&directory);
    let half_done = |connection: &mut rusqlite::Connection, _: &mut _| {
        connection.execute_batch("BEGIN; INSERT INTO audit VALUES (9, 9, '', '', '', '')")?;
        let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
        Err::<(), _>(rusqlite::Error::SqliteFailure(full, None))
    };
    database.with(half_done).unwrap_err();
    database.commit(&[said(1, room("#a"), "x")]).unwrap();
    assert_eq!(reader(&database).audit(10).unwrap(), []);
    assert_eq!(kept(&database), [1]);
}

#[test]
fn a_closed_store_hands_groups_back() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let writer = store.writer();
    store.close().unwrap();
    let group = vec![said(1, room("#a"), "x")];
    assert_eq!(writer.commit(group.clone()).unwrap_err(), group);
}

#[test]
fn what_is_queued_when_the_store_closes_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let writer = store.writer();
    let answers: Vec<_> =
        (1..=3).map(|seq| writer.commit(vec![said(seq, room("#a"), "x")]).unwrap()).collect();
    store.close().unwrap();
    for answer in answers {
        assert_eq!(answer.blocking_recv(), Ok(Ok(())));
    }
    assert_eq!(seqs(&selected(&open(&directory).0, &in_room("#a"))), [1, 2, 3]);
}

#[test]
fn figures_count_groups_and_records() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    assert_eq!(store.stats().snapshot().last_commit, None);
    commit(&store, vec![said(1, room("#a"), "x"), said(2, desk(1, "bob", true), "y")]).unwrap();
    commit(&store, vec![audited(3, "kick")]).unwrap();
    let stats = store.stats().snapshot();
    assert_eq!((stats.groups, stats.records, stats.last_group_size, stats.failed_groups), (2, 3, 1, 0));
    assert!(stats.last_commit.is_some());
}

#[test]
fn a_checkpoint_moves_the_log_into_the_database_and_the_log_shrinks_with_the_next_commit() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(&directory);
    let large = "x".repeat(800_000);
    let group: Vec<_> = (1..=60).map(|seq| said(seq, room("#a"), &large)).collect();
    database.commit(&group).unwrap();
    let before = database.log().size();
    assert!(before > 2 * super::super::database::LOG_KEPT, "{before}");
    database.checkpoint().unwrap();
    database.commit(&[said(61, room("#a"), "x")]).unwrap();
    assert!(database.log().size() <= super::super::database::LOG_KEPT, "{}", database.log().size());
    assert_eq!(kept(&database).len(), 61);
}

#[test]
fn what_was_redacted_is_not_there_any_more() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, vec![said(1, room("#a"), "stays"), said(2, room("#a"), "goes away")]).unwrap();
    commit(&store, vec![redacted(3, 2), redacted(4, 99), said(5, room("#a"), "last")]).unwrap();
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [1, 5]);
    store.close().unwrap();
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert_eq!(memchr::memmem::find(&bytes, b"goes away"), None, "nor in the files");
    }
    assert_eq!(seqs(&selected(&open(&directory).0, &in_room("#a"))), [1, 5]);
}
