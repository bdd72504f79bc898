//! The log's way to the disk: what was written is looked after without another group.

use std::time::Duration;

use crate::config::Sync;

use super::super::database::{Database, LOG_KEPT};
use super::super::queue::{Job, queue};
use super::super::upkeep::Upkeep;
use super::{room, said};

#[test]
fn the_sqlite_built_in_has_the_mended_reset_of_its_log() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[test]
fn a_log_that_has_grown_is_checkpointed_though_nothing_follows() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = Database::open(directory.path(), Sync::Never).unwrap().0;
    let (jobs, queue) = queue();
    let mut upkeep = Upkeep::new(&database, Sync::Never, &jobs).unwrap();
    assert_eq!(upkeep.due(), None);
    let large = "x".repeat(800_000);
    let group: Vec<_> = (1..=30).map(|seq| said(seq, room("#a"), &large)).collect();
    database.commit(&group).unwrap();
    upkeep.wrote();
    // First the size is looked at, and at once the checkpoint begun.
    let due = upkeep.due().expect("the log is looked at again");
    upkeep.look(due, &mut database).unwrap();
    assert_eq!(upkeep.due(), None, "the checkpoint wakes the writer");
    assert!(matches!(queue.next(Duration::from_secs(30)).unwrap(), Job::Wake));
    upkeep.look(due, &mut database).unwrap();
    assert_eq!(upkeep.due(), None);
    assert!(database.path().metadata().unwrap().len() > LOG_KEPT);
}

#[test]
fn a_small_log_is_looked_at_once_and_left() {
    let directory = tempfile::tempdir().unwrap();
    let mut database = Database::open(directory.path(), Sync::Never).unwrap().0;
    let mut upkeep = Upkeep::new(&database, Sync::Never, &queue().0).unwrap();
    database.commit(&[said(1, room("#a"), "x")]).unwrap();
    upkeep.wrote();
    let due = upkeep.due().expect("the log is looked at again");
    upkeep.look(due, &mut database).unwrap();
    assert_eq!(upkeep.due(), None);
}
