//! Giving room back, examining while the store works, what it holds.

use std::time::Duration;

use rusqlite::Connection;

use super::super::compact::compact_unless;
use super::super::{CompactError, Examined, Interest};
use super::{
    Seq, Store, TempDir, Time, audited, commit, in_room, open, room, said, selected, seqs, taken_back,
};

const LONG: Duration = Duration::from_secs(60);

/// A store that has held much and holds two messages.
fn hollow(directory: &TempDir) -> Store {
    let (store, _) = open(directory);
    let text = "x".repeat(1_000);
    commit(&store, (1..=2_000).map(|seq| said(seq, room("#a"), &text)).collect()).unwrap();
    commit(&store, (2..2_000).map(taken_back).collect()).unwrap();
    store
}

#[test]
fn room_that_is_not_used_is_given_back_and_the_store_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let store = hollow(&directory);
    let done = store.care().compact(LONG, 0, &Interest::default()).unwrap();
    assert!(done.after * 10 < done.before, "{done:?}");
    let file = std::fs::metadata(directory.path().join("chatd.db")).unwrap();
    assert_eq!(file.len(), done.after);
    commit(&store, vec![said(3_000, room("#a"), "after")]).unwrap();
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [1, 2_000, 3_000]);
    let again = store.care().compact(LONG, 0, &Interest::default()).unwrap();
    assert_eq!((again.before, again.pause), (again.after, Duration::ZERO), "nothing to give back");
    store.close().unwrap();
    let (store, _) = open(&directory);
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [1, 2_000, 3_000]);
}

#[test]
fn what_takes_longer_than_allowed_or_is_not_waited_for_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = hollow(&directory);
    let refused = store.care().compact(Duration::ZERO, 0, &Interest::default()).unwrap_err();
    assert!(matches!(refused, CompactError::TooLong { .. }), "{refused}");
    assert!(
        refused.to_string().contains("everything that is said has to wait, and was taken back"),
        "{refused}"
    );
    let interest = Interest::default();
    interest.lose();
    let refused = store.care().compact(LONG, 0, &interest).unwrap_err();
    assert_eq!(refused.to_string(), "it was given up");
    commit(&store, vec![said(3_000, room("#a"), "after")]).unwrap();
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [1, 2_000, 3_000]);
    store.care().compact(LONG, 0, &Interest::default()).unwrap();
}

#[test]
fn what_is_given_up_in_the_middle_is_taken_back() {
    let directory = tempfile::tempdir().unwrap();
    let store = hollow(&directory);
    commit(&store, (3_000..4_000).map(|seq| said(seq, room("#a"), "x")).collect()).unwrap();
    let file = directory.path().join("chatd.db");
    let holds = || {
        let held = store.care().holdings(&Interest::default()).unwrap();
        (held.pages, held.free_pages, held.amount)
    };
    let before = holds();
    // Not before it has begun, and long before it is done.
    let mut looks = 0;
    let is_over = move || {
        looks += 1;
        looks > 5
    };
    assert_eq!(compact_unless(&file, is_over).unwrap(), None);
    assert_eq!(holds(), before);
    assert_eq!(store.care().examine(&Interest::default(), &mut |_| {}).unwrap(), 0);
    commit(&store, vec![said(5_000, room("#a"), "after")]).unwrap();
    let kept = seqs(&selected(&store, &in_room("#a")));
    assert_eq!((kept.len(), kept.last()), (1_003, Some(&5_000)));
    let done = compact_unless(&file, || false).unwrap().unwrap();
    assert!(done.after < done.before, "{done:?}");
}

#[test]
fn a_reader_goes_on_while_room_is_given_back() {
    let directory = tempfile::tempdir().unwrap();
    let store = hollow(&directory);
    let reading = Connection::open(directory.path().join("chatd.db")).unwrap();
    let view = reading.unchecked_transaction().unwrap();
    let seen = |connection: &Connection| {
        connection.query_row("SELECT count(*) FROM messages", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(seen(&view), 2);
    let done = store.care().compact(LONG, 0, &Interest::default()).unwrap();
    assert!(done.after < done.before, "{done:?}");
    assert_eq!(seen(&view), 2, "the reader goes on");
    commit(&store, vec![said(3_000, room("#a"), "after")]).unwrap();
}

#[test]
fn without_room_nothing_is_tried() {
    let directory = tempfile::tempdir().unwrap();
    let store = hollow(&directory);
    let refused = store.care().compact(LONG, u64::MAX, &Interest::default()).unwrap_err();
    assert!(matches!(refused, CompactError::NoRoom { .. }), "{refused}");
    assert!(refused.to_string().contains("for a while and"), "{refused}");
}

#[test]
fn a_group_that_comes_meanwhile_waits_and_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let store = hollow(&directory);
    let care = store.care();
    std::thread::scope(|scope| {
        let compacting = scope.spawn(move || care.compact(LONG, 0, &Interest::default()));
        (3_000..3_050).for_each(|seq| commit(&store, vec![said(seq, room("#b"), "x")]).unwrap());
        compacting.join().unwrap().unwrap();
    });
    assert_eq!(selected(&store, &in_room("#b")).len(), 50);
}

#[test]
fn an_examination_of_a_store_at_work_tells_each_step_and_what_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let store = hollow(&directory);
    let mut told = Vec::new();
    assert_eq!(store.care().examine(&Interest::default(), &mut |one| told.push(one)).unwrap(), 0);
    let first = Examined::Looking { what: "pages and indices", step: 1, steps: 8 };
    assert_eq!((told.len(), &told[0]), (8, &first));
    commit(&store, vec![audited(3_000, "kick")]).unwrap();
    let outside = Connection::open(directory.path().join("chatd.db")).unwrap();
    outside.execute("UPDATE audit SET seq = 1", []).unwrap();
    told.clear();
    assert_eq!(store.care().examine(&Interest::default(), &mut |one| told.push(one)).unwrap(), 1);
    let what = "numbers used once";
    let text = "1 is the number of a message and of an audit entry".to_owned();
    assert_eq!(told.last(), Some(&Examined::Finding { what, text }));
    let interest = Interest::default();
    told.clear();
    store
        .care()
        .examine(&interest, &mut |one| {
            interest.lose();
            told.push(one);
        })
        .unwrap();
    assert_eq!(told, [first], "nobody waits for the rest");
}

#[test]
fn what_the_store_holds_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    assert_eq!(store.care().holdings(&Interest::default()).unwrap().oldest_at, None);
    commit(&store, vec![said(5, room("#a"), "x"), said(6, room("#b"), "y"), audited(7, "kick")]).unwrap();
    let held = store.care().holdings(&Interest::default()).unwrap();
    assert_eq!((held.amount.messages, held.amount.audit, held.amount.newest_seq), (2, 1, Seq(7)));
    assert_eq!((held.conversations, held.oldest_at), (2, Some(Time(5))));
    assert!(held.pages > 0 && held.page_bytes == 4096 && held.schema == 2, "{held:?}");
}

#[test]
fn what_nobody_waits_for_is_not_counted() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, (1..=1_000).map(|seq| said(seq, room("#a"), "x")).collect()).unwrap();
    let interest = Interest::default();
    let waiter = interest.waiter();
    assert_eq!(store.care().holdings(&interest).unwrap().amount.messages, 1_000);
    drop(waiter);
    let refused = store.care().holdings(&interest).unwrap_err();
    assert!(refused.to_string().contains("interrupted"), "{refused}");
}
