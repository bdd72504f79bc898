//! What the client needs to know about names before a server judges them. The server's own rules are not repeated.

use chat_proto::name::{CaseMapping, Nick};

/// The longest target in bytes, so that text still fits behind it.
const TARGET_MAX: usize = 100;
/// The longest nick made from a user's name; RFC 2812 §1.2.1 has nine, and every server takes as many.
const MADE_NICK_MAX: usize = 9;

/// Whether two names are the same to a server; most use this mapping, and names that differ otherwise differ in all.
pub(crate) fn same(a: &str, b: &str) -> bool {
    CaseMapping::Rfc1459.same(a, b)
}

/// Whether this names a room and not a person.
pub(crate) fn is_room(name: &str) -> bool {
    name.starts_with(['#', '&'])
}

/// Whether this can stand as one parameter in front of a text, so that it cannot become a different command.
pub(crate) fn is_target(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= TARGET_MAX
        && !name.starts_with(':')
        && !name.contains(|c: char| c == ' ' || c == ',' || c.is_control())
}

/// A nick for the user of this name: what of it may stand in a nick, else a guest's with these digits.
pub(crate) fn nick_for(user: &str, digits: u32) -> String {
    let fits = |text: &str| Nick::parse(text, MADE_NICK_MAX).is_ok();
    let mut made = String::new();
    for c in user.chars() {
        made.push(c);
        if !fits(&made) {
            made.pop();
        }
    }
    if made.is_empty() { guest(digits) } else { made }
}

/// The nick of somebody without a name.
pub(crate) fn guest(digits: u32) -> String {
    format!("guest{}", digits % 10_000)
}

#[cfg(test)]
mod tests {
    use super::{is_room, is_target, nick_for, same};

    #[test]
    fn a_user_name_becomes_a_nick_by_leaving_out_what_may_not_stand_in_it() {
        assert_eq!(nick_for("anna.maria", 7), "annamaria");
        assert_eq!(nick_for("0day", 7), "day");
        assert_eq!(nick_for("jörg", 7), "jrg");
        assert_eq!(nick_for("a-name-that-is-long", 7), "a-name-th");
    }

    #[test]
    fn a_user_without_a_usable_name_is_a_guest() {
        assert_eq!(nick_for("", 81_234), "guest1234");
        assert_eq!(nick_for("世界", 7), "guest7");
    }

    #[test]
    fn a_target_cannot_smuggle_a_second_parameter() {
        assert!(is_target("alice") && is_target("#lobby"));
        for bad in ["", "a b", "a,b", ":a", "a\r\nQUIT"] {
            assert!(!is_target(bad), "{bad:?}");
        }
        assert!(is_target(&"x".repeat(100)) && !is_target(&"x".repeat(101)));
    }

    #[test]
    fn rooms_begin_with_their_sign_and_names_ignore_case() {
        assert!(is_room("#a") && is_room("&a") && !is_room("a#"));
        assert!(same("Nick[a]", "nICK{a}") && !same("a", "ab"));
    }
}
