//! Reading: which messages, in which order, with what in them.

use std::sync::Arc;

use crate::domain::id::{DeskId, Seq, Time};
use crate::domain::message::{Author, Conversation, Message, MessageKind};

use super::super::{Body, Record, Since, StoredConversation};
use super::{Selector, Store, audited, commit, desk, in_room, open, room, said, selected, seqs};

/// Three rooms' worth of traffic: odd numbers in #odd, even ones in #Even, 11 to everyone.
fn filled() -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let name = |seq| if seq % 2 == 0 { "#Even" } else { "#odd" };
    let mut group: Vec<_> = (1..=10).map(|seq| said(seq, room(name(seq)), &format!("line {seq}"))).collect();
    group.push(said(11, Conversation::Everyone, "to all"));
    commit(&store, group).unwrap();
    (directory, store)
}

fn latest(store: &Store, what: &Selector, count: usize, since: Option<Since>) -> Vec<u64> {
    seqs(&store.reader().unwrap().latest(what, count, since).unwrap())
}

#[test]
fn the_last_messages_come_oldest_first() {
    let (_directory, store) = filled();
    assert_eq!(latest(&store, &in_room("#odd"), 3, None), [5, 7, 9]);
    assert_eq!(latest(&store, &in_room("#odd"), 5, None), [1, 3, 5, 7, 9]);
    assert_eq!(latest(&store, &in_room("#odd"), 0, None), [] as [u64; 0]);
    assert_eq!(latest(&store, &Selector::Everything, 2, None), [10, 11]);
    assert_eq!(latest(&store, &Selector::Announcements, 9, None), [11]);
}

#[test]
fn since_includes_its_own_place_and_moment() {
    let (_directory, store) = filled();
    assert_eq!(latest(&store, &in_room("#odd"), 9, Some(Since::Seq(Seq(7)))), [7, 9]);
    assert_eq!(latest(&store, &in_room("#odd"), 9, Some(Since::Seq(Seq(8)))), [9]);
    assert_eq!(latest(&store, &in_room("#odd"), 9, Some(Since::Time(Time(7)))), [7, 9]);
    assert_eq!(latest(&store, &in_room("#odd"), 9, Some(Since::Time(Time(8)))), [9]);
    assert_eq!(latest(&store, &in_room("#odd"), 1, Some(Since::Seq(Seq(3)))), [9]);
    assert_eq!(latest(&store, &Selector::Everything, 9, Some(Since::Time(Time(10)))), [10, 11]);
}

#[test]
fn a_clock_that_steps_back_hides_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let at = |seq, at| Record { at: Time(at), ..said(seq, room("#a"), "x") };
    commit(&store, vec![at(1, 5_000_000), at(2, 4_000_000), at(3, 5_000_000)]).unwrap();
    assert_eq!(latest(&store, &in_room("#a"), 9, Some(Since::Time(Time(5_000_000)))), [1, 3]);
}

#[test]
fn rooms_are_found_in_any_case_and_keep_the_spelling_of_their_creation() {
    let (_directory, store) = filled();
    let found = selected(&store, &in_room("#EVEN"));
    assert_eq!(seqs(&found), [2, 4, 6, 8, 10]);
    assert_eq!(found[0].conversation, StoredConversation::Room("#Even".into()));
    commit(&store, vec![said(12, room("#eVEN"), "x")]).unwrap();
    assert_eq!(selected(&store, &in_room("#even")).len(), 6);
}

#[test]
fn an_unknown_selection_is_empty_and_unknown() {
    let (_directory, store) = filled();
    let reader = store.reader().unwrap();
    for what in
        [in_room("#evn"), in_room("odd"), Selector::Desk(DeskId(5)), Selector::DeskNick("alice".into())]
    {
        assert_eq!(reader.latest(&what, 9, None).unwrap(), [], "{what:?}");
        assert!(!reader.knows(&what).unwrap(), "{what:?}");
    }
    assert!(reader.knows(&in_room("#Odd")).unwrap());
    assert!(reader.knows(&Selector::Everything).unwrap());
}

#[test]
fn every_field_comes_back_as_it_was_given() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    let message = Message {
        at: Time(1_700_000_000_123),
        from: Author { client: None, source: "desk!d@host".into(), operator: Some("root".into()) },
        to: desk(7, "Bob", false),
        kind: MessageKind::Notice,
        text: "grüße 👋 'quoted' \\".into(),
        tags: Some("+a=b;+c".into()),
    };
    commit(&store, vec![Record { seq: Seq(8), at: message.at, body: Body::Message(Arc::new(message)) }])
        .unwrap();
    let found = selected(&store, &Selector::Desk(DeskId(7))).remove(0);
    assert_eq!((found.seq, found.at, found.kind), (Seq(8), Time(1_700_000_000_123), MessageKind::Notice));
    assert_eq!((found.sender.as_str(), found.operator.as_deref()), ("desk!d@host", Some("root")));
    assert_eq!((found.text.as_str(), found.tags.as_deref()), ("grüße 👋 'quoted' \\", Some("+a=b;+c")));
    assert!(!found.is_inbound);
    assert_eq!(found.conversation, StoredConversation::Desk { id: DeskId(7), nick: "Bob".into() });
}

/// Two guests called bob, one after the other, and one of them becomes rob.
fn at_the_desk() -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(
        &store,
        vec![
            said(10, desk(1, "bob", true), "hello"),
            said(11, desk(1, "bob", false), "hello yourself"),
            said(12, desk(1, "rob", true), "now rob"),
            said(13, desk(2, "Bob", true), "another bob"),
            said(14, desk(1, "rob", false), "bye"),
        ],
    )
    .unwrap();
    (directory, store)
}

#[test]
fn a_desk_conversation_is_one_guest_under_all_nicks_and_a_nick_all_its_guests() {
    let (_directory, store) = at_the_desk();
    assert_eq!(latest(&store, &Selector::Desk(DeskId(1)), 9, None), [10, 11, 12, 14]);
    assert_eq!(latest(&store, &Selector::Desk(DeskId(1)), 3, None), [11, 12, 14]);
    assert_eq!(latest(&store, &Selector::Desk(DeskId(2)), 9, None), [13]);
    assert_eq!(latest(&store, &Selector::DeskNick("BOB".into()), 9, None), [10, 11, 13]);
    let found = selected(&store, &Selector::Desk(DeskId(1)));
    assert_eq!(found.iter().map(|m| m.is_inbound).collect::<Vec<_>>(), [true, false, true, false]);
    assert_eq!(found[2].conversation, StoredConversation::Desk { id: DeskId(1), nick: "rob".into() });
}

#[test]
fn desk_conversations_are_listed_with_the_latest_last() {
    let (_directory, store) = at_the_desk();
    let reader = store.reader().unwrap();
    let listed = reader.desk_conversations(9).unwrap();
    let brief: Vec<_> = listed.iter().map(|c| (c.id.0, c.nick.as_str(), c.messages, c.is_waiting)).collect();
    assert_eq!(brief, [(2, "Bob", 1, true), (1, "rob", 4, false)]);
    assert_eq!((listed[1].last_seq, listed[1].last_at), (Seq(14), Time(14)));
    assert_eq!(reader.desk_conversations(1).unwrap(), listed[1..]);
}

#[test]
fn a_watcher_resumes_without_a_gap_or_a_repeat() {
    let (_directory, store) = filled();
    let reader = store.reader().unwrap();
    assert_eq!(seqs(&reader.after(Seq(3), 4, Seq(100)).unwrap()), [4, 5, 6, 7]);
    assert_eq!(seqs(&reader.after(Seq(7), 4, Seq(9)).unwrap()), [8, 9]);
    assert_eq!(seqs(&reader.after(Seq(11), 4, Seq(u64::MAX)).unwrap()), [] as [u64; 0]);
}

#[test]
fn audit_entries_come_back_oldest_first_and_are_no_messages() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(&directory);
    commit(&store, vec![audited(1, "reload"), audited(2, "kick"), audited(3, "drain")]).unwrap();
    let entries = store.reader().unwrap().audit(2).unwrap();
    assert_eq!(
        entries.iter().map(|e| (e.seq.0, e.action.as_str())).collect::<Vec<_>>(),
        [(2, "kick"), (3, "drain")]
    );
    assert_eq!(
        (entries[0].who.as_str(), entries[0].target.as_str(), entries[0].detail.as_str()),
        ("root", "bob", "flooding")
    );
    assert_eq!(selected(&store, &Selector::Everything), []);
}

#[test]
fn a_reader_sees_what_was_answered_before_it_asks() {
    let (_directory, store) = filled();
    let reader = store.readers().open().unwrap();
    assert_eq!(reader.latest(&in_room("#odd"), 1, None).unwrap()[0].seq, Seq(9));
    commit(&store, vec![said(13, room("#odd"), "x")]).unwrap();
    assert_eq!(reader.latest(&in_room("#odd"), 1, None).unwrap()[0].seq, Seq(13));
}
