//! Every refusal as its numeric.

use super::alice;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;

fn check(cases: impl IntoIterator<Item = (Refusal, &'static str)>) {
    for (refusal, expected) in cases {
        assert_eq!(alice().reads(&Reply::Refused(refusal)), format!(":irc.test {expected}\r\n"));
    }
}

#[test]
fn refusals_by_rank_and_by_what_a_room_asks_of_people_have_their_numerics() {
    let (room, nick): (Box<str>, Box<str>) = ("#a".into(), "bob".into());
    check([
        (
            Refusal::RankTooLow { room: room.clone(), letter: 'o', needs: "operator" },
            "482 alice #a :only somebody with the rank operator or above sets mode o of #a",
        ),
        (
            Refusal::HigherRank { nick: nick.clone(), rank: "owner", room: room.clone() },
            "482 alice #a :bob is owner, and your rank is not above that",
        ),
        (
            Refusal::NeedsAccount(room.clone()),
            "477 alice #a :Cannot join channel: you need to be identified to an account",
        ),
        (
            Refusal::NeedsTls(room.clone()),
            "489 alice #a :Cannot join channel: a secure connection is required",
        ),
        (Refusal::NickLocked(room.clone()), "447 alice #a :nobody in #a changes the nick (+N)"),
        (
            Refusal::OnlyFromIdentified(nick.clone()),
            "477 alice bob :bob hears only people with an account (+R)",
        ),
        (Refusal::NoCtcp(nick.clone()), "531 alice bob :bob takes no CTCP but ACTION (+T)"),
    ]);
}

#[test]
fn every_refusal_about_a_room_has_its_numeric_and_parameters() {
    let (room, nick): (Box<str>, Box<str>) = ("#a".into(), "bob".into());
    check([
        (Refusal::NoSuchRoom(room.clone()), "403 alice #a :No such channel"),
        (Refusal::NotInRoom(room.clone()), "442 alice #a :You're not on that channel"),
        (
            Refusal::TargetNotInRoom { nick: nick.clone(), room: room.clone() },
            "441 alice bob #a :They aren't on that channel",
        ),
        (
            Refusal::AlreadyInRoom { nick: nick.clone(), room: room.clone() },
            "443 alice bob #a :is already on channel",
        ),
        (Refusal::NotRoomOperator(room.clone()), "482 alice #a :You're not channel operator"),
        (Refusal::RoomFull(room.clone()), "471 alice #a :Cannot join channel (+l)"),
        (Refusal::InviteOnly(room.clone()), "473 alice #a :Cannot join channel (+i)"),
        (Refusal::Banned(room.clone()), "474 alice #a :Cannot join channel (+b)"),
        (
            Refusal::KnockTooOften(room.clone()),
            "712 alice #a :too many knocks, at #a or from you; wait a moment (limits.knock-interval)",
        ),
        (Refusal::KnockOpen(room.clone()), "713 alice #a :Channel is open."),
        (Refusal::KnockInside(room.clone()), "714 alice #a :You are already on that channel."),
        (Refusal::BadKey(room.clone()), "475 alice #a :Cannot join channel (+k)"),
        (
            Refusal::CannotSend { room: room.clone(), because: "it is moderated" },
            "404 alice #a :Cannot send to channel (it is moderated)",
        ),
        (
            Refusal::TooManyRooms { room: room.clone(), limit: 9 },
            "405 alice #a :cannot enter #a: you are in 9 rooms (limits.rooms-per-client)",
        ),
        (
            Refusal::ServerRoomsFull { room: room.clone(), limit: 9 },
            "405 alice #a :cannot create #a: there are 9 rooms (limits.rooms)",
        ),
        (
            Refusal::ListFull { room: room.clone(), letter: 'b', limit: 9 },
            "478 alice #a b :the +b list of #a holds 9 entries (limits.room-list-entries)",
        ),
        (
            Refusal::UnknownRoomMode { letter: 'Z', room: room.clone() },
            "472 alice Z :is unknown mode char to me for #a",
        ),
        (
            Refusal::BadModeParam { room, letter: 'l', param: "x".into(), because: "it is no number" },
            "696 alice #a l x :it is no number",
        ),
    ]);
}

#[test]
fn every_other_refusal_has_its_numeric_and_parameters() {
    let nick: Box<str> = "bob".into();
    check([
        (Refusal::NickInUse(nick.clone()), "433 alice bob :Nickname is already in use"),
        (
            Refusal::NickReserved("d3sk".into()),
            "433 alice d3sk :the nick d3sk could be mistaken for the desk",
        ),
        (Refusal::AlreadyRegistered, "462 alice :You may not reregister"),
        (Refusal::NoSuchNick(nick.clone()), "401 alice bob :No such nick/channel"),
        (Refusal::NotOperator, "481 alice :Permission Denied- You're not an IRC operator"),
        (
            Refusal::SilenceFull { mask: "bob!*@*".into(), limit: 9 },
            "511 alice bob!*@* :you do not hear 9 masks (limits.silence); not added: bob!*@*",
        ),
        (Refusal::RoleTooLow { needs: "admin" }, "481 alice :that needs the role admin"),
        (Refusal::BadOperatorPassword, "464 alice :Password incorrect"),
        (
            Refusal::TooLong { what: "topic", limit: 9, setting: "limits.topic-length" },
            "FAIL * TEXT_TOO_LONG topic :the topic is longer than 9 bytes (limits.topic-length)",
        ),
        (
            Refusal::InvalidRealName { limit: 9 },
            "FAIL SETNAME INVALID_REALNAME :a real name has 1 to 9 bytes (limits.real-name-length)",
        ),
        (
            Refusal::LineTooLong { excess: 3 },
            "417 alice :that is 3 bytes too long for one line; nothing was sent",
        ),
        (
            Refusal::NotKept { to: Some("#a".into()), cause: "disk full".into() },
            "404 alice #a :not sent, because it could not be kept: disk full",
        ),
        (Refusal::NoText, "412 alice :No text to send"),
        (Refusal::NoSuchClient(nick), "401 alice bob :No such nick/channel"),
        (Refusal::Overtaken, "FAIL * OVERTAKEN :something changed meanwhile; nothing was done"),
    ]);
}

#[test]
fn what_the_desk_could_not_take_is_said_by_the_desk() {
    for (refusal, expected) in [
        (
            Refusal::NotKept { to: None, cause: "disk full".into() },
            "not sent, because it could not be kept: disk full",
        ),
        (Refusal::DeskNeedsNick, "begin with `nick: ` to answer somebody from the desk"),
    ] {
        let expected = format!(":desk!desk@irc.test NOTICE alice :{expected}\r\n");
        assert_eq!(alice().reads(&Reply::Refused(refusal)), expected);
    }
}
