//! Retention: by age, by count, in slices, and live.

use std::time::{Duration, Instant};

use crate::config::{History, Sync};
use crate::domain::id::Time;

use super::super::database::Database;
use super::super::retention::{self, Policy, SLICE, START};
use super::super::{Readers, Record};
use super::{Selector, Store, audited, commit, in_room, keep_all, open, room, said, selected, seqs};

const DAY_MS: u64 = 86_400_000;

fn filled(group: &[Record]) -> (tempfile::TempDir, Database) {
    let directory = tempfile::tempdir().unwrap();
    let mut database = Database::open(directory.path(), Sync::Never).unwrap().0;
    database.commit(group).unwrap();
    (directory, database)
}

/// A whole pass; returns the most that one slice removed.
fn prune(database: &mut Database, keep_days: u32, keep_count: u64, now: Time) -> u64 {
    let policy = Policy::of(&History { keep_days, keep_count, ..History::default() });
    let (mut stage, mut most) = (Some(START), 0);
    while let Some(at) = stage {
        let slice = database.with(|connection, _| retention::slice(connection, policy, now, at)).unwrap();
        most = most.max(slice.removed);
        stage = slice.next;
    }
    most
}

fn kept(database: &Database, what: &Selector) -> Vec<u64> {
    let reader = Readers::of(database.path()).open().unwrap();
    seqs(&reader.latest(what, usize::MAX, None).unwrap())
}

fn at(seq: u64, at: u64) -> Record {
    Record { at: Time(at), ..said(seq, room("#a"), "x") }
}

#[test]
fn a_message_is_kept_for_its_days_and_not_a_millisecond_longer() {
    let (_directory, mut database) = filled(&[at(1, 1_000), at(2, 1_001), audited(3, "kick")]);
    prune(&mut database, 2, 0, Time(1_000 + 2 * DAY_MS));
    assert_eq!(kept(&database, &Selector::Everything), [1, 2]);
    prune(&mut database, 2, 0, Time(1_001 + 2 * DAY_MS));
    assert_eq!(kept(&database, &Selector::Everything), [2]);
    prune(&mut database, 2, 0, Time(u64::MAX));
    assert_eq!(kept(&database, &Selector::Everything), [] as [u64; 0]);
    assert_eq!(Readers::of(database.path()).open().unwrap().audit(9).unwrap().len(), 1);
}

#[test]
fn a_young_message_before_an_old_one_is_kept() {
    let (_directory, mut database) = filled(&[at(1, 10), at(2, 9 * DAY_MS), at(3, 10)]);
    prune(&mut database, 1, 0, Time(9 * DAY_MS));
    assert_eq!(kept(&database, &Selector::Everything), [2]);
}

#[test]
fn each_conversation_keeps_its_own_count() {
    let mut group: Vec<_> = (1..=5).map(|seq| said(seq, room("#a"), "x")).collect();
    group.extend((6..=8).map(|seq| said(seq, room("#b"), "x")));
    let (_directory, mut database) = filled(&group);
    prune(&mut database, 0, 5, Time(0));
    assert_eq!(kept(&database, &Selector::Everything).len(), 8);
    prune(&mut database, 0, 4, Time(0));
    assert_eq!(kept(&database, &in_room("#a")), [2, 3, 4, 5]);
    assert_eq!(kept(&database, &in_room("#b")), [6, 7, 8]);
    prune(&mut database, 0, 1, Time(0));
    assert_eq!(kept(&database, &Selector::Everything), [5, 8]);
}

#[test]
fn no_bound_removes_nothing() {
    let (_directory, mut database) = filled(&[at(1, 0), at(2, 0)]);
    prune(&mut database, 0, 0, Time(u64::MAX));
    assert_eq!(kept(&database, &Selector::Everything), [1, 2]);
}

#[test]
fn much_is_removed_in_short_slices() {
    let many = 3 * SLICE as u64 + 7;
    let group: Vec<_> = (1..=many).map(|seq| at(seq, 1)).collect();
    let (_directory, mut database) = filled(&group);
    assert_eq!(prune(&mut database, 0, 1_500, Time(0)), SLICE as u64);
    assert_eq!(kept(&database, &Selector::Everything), (many - 1_499..=many).collect::<Vec<_>>());
    assert_eq!(prune(&mut database, 1, 0, Time(5 * DAY_MS)), SLICE as u64);
    assert_eq!(kept(&database, &Selector::Everything), [] as [u64; 0]);
}

#[test]
fn a_count_beyond_one_walk_is_exact() {
    let group: Vec<_> = (1..=20_003).map(|seq| said(seq, room("#a"), "x")).collect();
    let (_directory, mut database) = filled(&group);
    prune(&mut database, 0, 20_001, Time(0));
    assert_eq!(kept(&database, &Selector::Everything), (3..=20_003).collect::<Vec<_>>());
}

#[test]
fn a_slice_that_only_writes_missing_entries_says_so_and_leaves_none_behind() {
    let (_directory, mut database) = filled(&[at(1, 0), at(2, 0)]);
    assert_eq!(database.behind(), 2);
    let policy = Policy::of(&keep_all());
    let first = database.prune(policy, Time(0), START).unwrap();
    assert_eq!((first.removed, first.wrote, database.behind()), (0, true, 0));
    let second = database.prune(policy, Time(0), START).unwrap();
    assert_eq!((second.removed, second.wrote, database.behind()), (0, false, 0));
    assert!(!database.catch_up().unwrap());
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

fn pruned(store: &Store) -> u64 {
    store.stats().snapshot().pruned
}

#[test]
fn new_bounds_take_effect_live_and_a_forgotten_room_can_be_used_again() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, (1..=5).map(|seq| said(seq, room("#a"), "x")).collect()).unwrap();
    store.configure(&History { keep_count: 2, ..keep_all() });
    wait_until("count is applied", || pruned(&store) == 3);
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [4, 5]);
    // Their times are those of 1970.
    store.configure(&History { keep_days: 1, ..keep_all() });
    let reader = store.reader().unwrap();
    wait_until("the room is forgotten", || !reader.knows(&in_room("#a")).unwrap());
    store.configure(&keep_all());
    commit(&store, vec![said(6, room("#a"), "x")]).unwrap();
    assert_eq!(seqs(&selected(&store, &in_room("#a"))), [6]);
}
