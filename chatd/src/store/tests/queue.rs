//! The writer's queue: groups, wakes and the end have places of their own.

use std::time::Duration;

use super::super::Record;
use super::super::compact::Compaction;
use super::super::interest::Interest;
use super::super::queue::{Job, Queue, WAITING_GROUPS, queue};
use super::super::space::Gate;
use super::super::writer::Writer;
use super::{room, said};

fn group(seq: u64) -> Vec<Record> {
    vec![said(seq, room("#a"), "x")]
}

fn left(queue: &Queue) -> Vec<Job> {
    std::iter::from_fn(|| queue.try_next()).collect()
}

#[test]
fn one_compaction_waits_at_a_time() {
    let (jobs, queue) = queue();
    let ask = || {
        let (answer, _) = tokio::sync::oneshot::channel();
        Compaction { limit: Duration::ZERO, interest: Interest::default(), answer }
    };
    assert!(jobs.compact(ask()));
    assert!(!jobs.compact(ask()));
    assert!(matches!(queue.try_next(), Some(Job::Compact(_))));
    assert!(jobs.compact(ask()));
}

#[test]
fn a_group_that_finds_no_room_comes_back_untouched() {
    let (jobs, queue) = queue();
    let writer = Writer::new(jobs, Gate::default());
    for seq in 0..WAITING_GROUPS as u64 {
        assert!(writer.commit(group(seq)).is_ok());
    }
    assert_eq!(writer.commit(group(99)).unwrap_err(), group(99));
    assert!(matches!(queue.next(Duration::ZERO).unwrap(), Job::Commit(first, _) if first == group(0)));
    assert!(writer.commit(group(100)).is_ok());
    assert_eq!(writer.commit(group(101)).unwrap_err(), group(101));
}

#[test]
fn no_number_of_wakes_takes_the_place_of_a_group() {
    let (jobs, queue) = queue();
    let writer = Writer::new(jobs.clone(), Gate::default());
    for seq in 0..WAITING_GROUPS as u64 {
        (0..100).for_each(|_| jobs.wake());
        assert!(writer.commit(group(seq)).is_ok());
    }
    let wakes = |jobs: &[Job]| jobs.iter().filter(|job| matches!(job, Job::Wake)).count();
    let jobs = left(&queue);
    assert_eq!((jobs.len(), wakes(&jobs)), (WAITING_GROUPS + 1, 1));
}

#[test]
fn groups_keep_out_neither_a_wake_nor_the_end() {
    let (jobs, queue) = queue();
    let writer = Writer::new(jobs.clone(), Gate::default());
    while writer.commit(group(1)).is_ok() {}
    jobs.wake();
    jobs.stop();
    assert!(matches!(left(&queue)[WAITING_GROUPS..], [Job::Wake, Job::Stop]));
}

#[test]
fn a_wake_that_was_heard_makes_room_for_the_next() {
    let (jobs, queue) = queue();
    for _ in 0..3 {
        jobs.wake();
        assert!(matches!(left(&queue)[..], [Job::Wake]));
    }
}

#[test]
fn a_group_for_a_thread_that_is_gone_comes_back_untouched() {
    let (jobs, queue) = queue();
    drop(queue);
    assert_eq!(Writer::new(jobs, Gate::default()).commit(group(1)).unwrap_err(), group(1));
}
