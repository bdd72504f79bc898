//! Ids of messages (IRCv3 message-ids): the place in the log, which is never given twice, in base 36.

use crate::domain::id::Seq;

const BASE: u32 = 36;

/// The id of the message at this place.
pub(super) fn text(seq: Seq) -> String {
    let mut digits = Vec::new();
    let mut rest = seq.0;
    loop {
        digits.extend(char::from_digit(u32::try_from(rest % u64::from(BASE)).unwrap_or_default(), BASE));
        rest /= u64::from(BASE);
        if rest == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// The place of the message with this id. Every message has one id only, written in one way.
pub(super) fn seq(id: &str) -> Option<Seq> {
    let seq = Seq(u64::from_str_radix(id, BASE).ok()?);
    (text(seq) == id).then_some(seq)
}

#[cfg(test)]
mod tests {
    use super::{seq, text};
    use crate::domain::id::Seq;

    #[test]
    fn an_id_is_read_back_only_as_it_was_written() {
        for (place, id) in [(0, "0"), (35, "z"), (36, "10"), (1295, "zz"), (u64::MAX, "3w5e11264sgsf")] {
            assert_eq!((text(Seq(place)).as_str(), seq(id)), (id, Some(Seq(place))));
        }
        for id in ["", "+1", "-1", "01", "Z", "3w5e11264sgsg", "nonexistent123", "a b", "ä"] {
            assert_eq!(seq(id), None, "{id}");
        }
    }
}
