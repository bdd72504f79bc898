//! Entries of conversations follow their messages; nobody who reads can tell.

use rusqlite::Connection;

use crate::config::{History, Sync};
use crate::domain::id::{Seq, Time};

use super::super::database::{Checkpoints, Database, LOG_KEPT};
use super::super::retention::{self, Policy, START};
use super::super::{Readers, Since};
use super::{Selector, commit, desk, in_room, keep_all, open, room, said, selected, seqs, taken_back};

fn database(directory: &tempfile::TempDir) -> Database {
    Database::open(directory.path(), Sync::EverySecond).unwrap().0
}

fn in_a(database: &Database, count: usize, since: Option<Since>) -> Vec<u64> {
    seqs(&Readers::of(database.path()).open().unwrap().latest(&in_room("#a"), count, since).unwrap())
}

/// Messages, and entries that lead to one.
fn counts(database: &Database) -> (i64, i64) {
    let connection = Connection::open(database.path()).unwrap();
    let sql = "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM places JOIN messages USING (seq, conversation))";
    connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

fn entries(database: &Database) -> i64 {
    let connection = Connection::open(database.path()).unwrap();
    connection.query_row("SELECT count(*) FROM places", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_message_is_read_once_before_and_after_it_has_its_entry() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(&directory);
    database.commit(&[said(1, room("#a"), "x"), said(2, room("#b"), "x"), said(3, room("#a"), "x")]).unwrap();
    assert_eq!((in_a(&database, 9, None), entries(&database)), (vec![1, 3], 0));
    database.catch_up().unwrap();
    assert_eq!((in_a(&database, 9, None), entries(&database)), (vec![1, 3], 3));
    database.commit(&[said(4, room("#a"), "x"), said(5, room("#b"), "x"), said(6, room("#a"), "x")]).unwrap();
    assert_eq!((in_a(&database, 9, None), entries(&database)), (vec![1, 3, 4, 6], 3));
    assert_eq!(in_a(&database, 3, None), [3, 4, 6]);
    assert_eq!(in_a(&database, 1, None), [6]);
    assert_eq!(in_a(&database, 9, Some(Since::Seq(Seq(3)))), [3, 4, 6]);
    database.catch_up().unwrap();
    assert_eq!((in_a(&database, 9, None), entries(&database)), (vec![1, 3, 4, 6], 6));
}

#[test]
fn another_run_writes_the_entries_that_the_last_one_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = database(&directory);
    first.commit(&[said(1, room("#a"), "x")]).unwrap();
    first.catch_up().unwrap();
    first.commit(&[said(2, room("#a"), "x"), said(3, room("#a"), "x")]).unwrap();
    drop(first);
    let mut second = database(&directory);
    assert_eq!((second.behind(), in_a(&second, 9, None)), (2, vec![1, 2, 3]));
    second.catch_up().unwrap();
    assert_eq!((second.behind(), counts(&second)), (0, (3, 3)));
}

#[test]
fn a_message_taken_back_leaves_no_entry() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(&directory);
    database.commit(&[said(1, room("#a"), "x"), said(2, room("#a"), "x")]).unwrap();
    database.catch_up().unwrap();
    database.commit(&[taken_back(1), said(3, room("#a"), "x"), taken_back(3)]).unwrap();
    database.catch_up().unwrap();
    assert_eq!((in_a(&database, 9, None), entries(&database)), (vec![2], 1));
}

#[test]
fn retention_leaves_no_entry_and_forgets_no_room_whose_messages_have_none_yet() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(&directory);
    database.commit(&(1..=5).map(|seq| said(seq, room("#a"), "x")).collect::<Vec<_>>()).unwrap();
    database.commit(&[said(6, room("#new"), "x")]).unwrap();
    for history in [History { keep_count: 2, ..keep_all() }, History { keep_days: 1, ..keep_all() }] {
        let mut stage = Some(START);
        while let Some(at) = stage {
            let now = Time(if history.keep_days > 0 { u64::MAX } else { 0 });
            let slice = database.with(|c, _| retention::slice(c, Policy::of(&history), now, at)).unwrap();
            stage = slice.next;
        }
        let left = if history.keep_days > 0 { 0 } else { 3 };
        assert_eq!((counts(&database), entries(&database)), ((left, left), left));
        let reader = Readers::of(database.path()).open().unwrap();
        assert_eq!(reader.knows(&in_room("#new")).unwrap(), left > 0);
    }
}

#[test]
fn the_desk_is_listed_alike_before_and_after_entries() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(&directory);
    let group = [
        said(1, desk(1, "bob", true), "x"),
        said(2, desk(2, "eve", true), "x"),
        said(3, desk(1, "bob", false), "x"),
    ];
    database.commit(&group[..2]).unwrap();
    database.catch_up().unwrap();
    database.commit(&group[2..]).unwrap();
    let listed =
        |database: &Database| Readers::of(database.path()).open().unwrap().desk_conversations(9).unwrap();
    let before = listed(&database);
    assert_eq!(before.iter().map(|one| (one.id.0, one.messages)).collect::<Vec<_>>(), [(2, 1), (1, 2)]);
    database.catch_up().unwrap();
    assert_eq!(listed(&database), before);
}

#[test]
fn a_store_with_the_old_index_keeps_its_rooms() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, vec![said(1, room("#a"), "x"), said(2, room("#b"), "x"), said(3, room("#a"), "x")])
        .unwrap();
    store.close().unwrap();
    let old = "DROP TABLE places; ALTER TABLE meta DROP COLUMN places_to;
        CREATE INDEX messages_conversation ON messages (conversation); PRAGMA user_version = 1";
    Connection::open(directory.path().join("chatd.db")).unwrap().execute_batch(old).unwrap();
    let (store, opened) = open(&directory);
    commit(&store, vec![said(opened.next_seq.0, room("#a"), "x")]).unwrap();
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [1, 3, opened.next_seq.0]);
    assert_eq!(seqs(&selected(&store, &Selector::Everything)).len(), 4);
}

#[test]
fn a_checkpoint_beside_the_writer_loses_nothing_and_lets_the_log_begin_anew() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = database(&directory);
    let large = "x".repeat(2 * LOG_KEPT as usize);
    database.commit(&[said(1, room("#a"), &large)]).unwrap();
    let mut beside = Checkpoints::of(&database);
    beside.run().unwrap();
    database.commit(&[said(2, room("#a"), "x")]).unwrap();
    beside.run().unwrap();
    database.checkpoint().unwrap();
    database.commit(&[said(3, room("#a"), "x")]).unwrap();
    assert!(database.log().size() <= LOG_KEPT, "{}", database.log().size());
    assert_eq!(in_a(&database, 9, None), [1, 2, 3]);
}
