//! Very many who go at the same moment.

use super::{Chat, apply};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::{Dated, Event};
use crate::domain::mode::Rank;

#[test]
fn ten_thousand_who_close_at_once_leave_an_empty_house() {
    const CLIENTS: usize = 10_000;
    let mut chat = Chat::new();
    let first = chat.client("first");
    chat.join(first, "#room");
    let room = chat.state.room_named("#room").expect("it was joined").id;
    let mut all = vec![first];
    for number in 1..CLIENTS {
        let client = chat.client(&format!("c{number}"));
        // Not by an event, whose answer lists all who are there already: the square of them takes the time of many tests.
        chat.state.client_mut(client).expect("it is here").rooms.push(room);
        chat.state.room_mut(room).expect("it is there").members.insert(client, Rank::NONE);
        all.push(client);
    }
    assert_eq!(chat.state.room(room).map(|room| room.members.len()), Some(CLIENTS));
    // All were decided before any is applied, as when all of their connections break in one turn.
    let left = all.iter().map(|client| Event::Left { client: *client, why: Disconnect::Closed });
    for event in left.collect::<Vec<_>>() {
        chat.seq = chat.seq.next();
        apply(&mut chat.state, chat.seq, &Dated { at: chat.now, event }).expect("the event holds");
    }
    assert!(chat.state.room_named("#room").is_none());
    assert_eq!((chat.state.room_count(), chat.state.clients().count()), (0, 0));
    let late = chat.client("first");
    chat.join(late, "#room");
    assert!(chat.state.room_named("#room").is_some_and(|room| room.members.len() == 1));
}
