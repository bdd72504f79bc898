//! Work beside the writer: asked for, told, waited for.

use std::time::Duration;

use super::super::aside::Aside;
use super::super::queue::{Job, Queue, queue};

/// Long enough for any machine; nothing waits for it unless the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

fn is_woken(queue: &Queue) -> bool {
    matches!(queue.next(PATIENCE), Ok(Job::Wake))
}

#[test]
fn work_is_done_once_for_each_asking_and_wakes_the_writer() {
    let (writer, woken) = queue();
    let mut done = 0;
    let mut aside = Aside::new("test", writer, move || {
        done += 1;
        done
    })
    .unwrap();
    assert!(!aside.is_running());
    assert_eq!(aside.wait().unwrap(), None);
    aside.begin();
    aside.begin();
    assert!(is_woken(&woken));
    assert!(aside.is_running());
    assert_eq!(aside.take().unwrap(), Some(1));
    assert_eq!(aside.take().unwrap(), None);
    aside.begin();
    assert_eq!(aside.wait().unwrap(), Some(2));
    assert!(!aside.is_running());
}

#[test]
fn a_panic_beside_the_writer_is_told_to_it() {
    let (writer, _woken) = queue();
    let mut aside: Aside<()> = Aside::new("test", writer, || panic!("for the test")).unwrap();
    aside.begin();
    assert!(aside.wait().is_err());
    assert!(aside.take().is_err());
}

#[test]
fn a_panic_wakes_a_writer_that_sleeps_and_is_there_to_be_found() {
    let (writer, woken) = queue();
    let mut aside: Aside<()> = Aside::new("test", writer, || panic!("for the test")).unwrap();
    aside.begin();
    assert!(is_woken(&woken));
    assert!(aside.take().is_err());
}
