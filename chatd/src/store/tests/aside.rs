//! Work beside the writer: asked for, told, waited for.

use std::sync::mpsc::sync_channel;

use super::super::aside::Aside;
use super::super::worker::Job;

#[test]
fn work_is_done_once_for_each_asking_and_wakes_the_writer() {
    let (writer, woken) = sync_channel(4);
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
    assert!(matches!(woken.recv().unwrap(), Job::Wake));
    assert!(aside.is_running());
    assert_eq!(aside.take().unwrap(), Some(1));
    assert_eq!(aside.take().unwrap(), None);
    aside.begin();
    assert_eq!(aside.wait().unwrap(), Some(2));
    assert!(!aside.is_running());
}

#[test]
fn a_panic_beside_the_writer_is_told_to_it() {
    let (writer, _woken) = sync_channel(4);
    let mut aside: Aside<()> = Aside::new("test", writer, || panic!("for the test")).unwrap();
    aside.begin();
    assert!(aside.wait().is_err());
    assert!(aside.take().is_err());
}
