//! Short replies about clients: LUSERS, USERHOST, prefixes of ranks.

use chat_proto::irc::Numeric;
use chat_proto::name::Nick;

use crate::domain::mode::Rank;
use crate::domain::reply::Counts;
use crate::wire::irc::pen::Pen;

/// The prefix of a rank: all of it for those who negotiated multi-prefix, else the highest.
pub(super) fn prefix(rank: Rank, is_multi: bool) -> String {
    rank.prefixes().take(if is_multi { usize::MAX } else { 1 }).collect()
}

/// 251 to 266. This server is alone in its network, so local and global counts are the same.
pub(super) fn lusers(pen: &mut Pen<'_>, counts: &Counts) {
    // Every welcome has these: digits are put together without the machinery of `format!`.
    let mut room = [[0; DIGITS]; 7];
    let [visible, invisible, operators, unregistered, rooms, now, max] = &mut room;
    let visible = digits(counts.clients.saturating_sub(counts.invisible), visible);
    let invisible = digits(counts.invisible, invisible);
    let text = ["There are ", visible, " users and ", invisible, " invisible on 1 servers"].concat();
    pen.numeric_with(Numeric::RPL_LUSERCLIENT, &[], &text);
    pen.numeric(Numeric::RPL_LUSEROP, &[digits(counts.operators, operators)]);
    pen.numeric(Numeric::RPL_LUSERUNKNOWN, &[digits(counts.unregistered, unregistered)]);
    pen.numeric(Numeric::RPL_LUSERCHANNELS, &[digits(counts.rooms, rooms)]);
    let (now, max) = (digits(counts.clients, now), digits(counts.clients_max, max));
    pen.numeric_with(Numeric::RPL_LUSERME, &[], &["I have ", now, " clients and 0 servers"].concat());
    let local = ["Current local users ", now, ", max ", max].concat();
    pen.numeric_with(Numeric::RPL_LOCALUSERS, &[now, max], &local);
    let global = ["Current global users ", now, ", max ", max].concat();
    pen.numeric_with(Numeric::RPL_GLOBALUSERS, &[now, max], &global);
}

/// Digits of the largest number.
const DIGITS: usize = 20;

/// A number as text.
fn digits(number: usize, room: &mut [u8; DIGITS]) -> &str {
    let (mut rest, mut begin) = (number, DIGITS);
    loop {
        begin -= 1;
        room[begin] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return std::str::from_utf8(&room[begin..]).unwrap_or_default();
        }
    }
}

/// 302: `nick*=-user@host`, with `*` for operators and `-` for those away.
pub(super) fn userhost(pen: &mut Pen<'_>, entries: &[(Nick, bool, bool, String)]) {
    let entries = entries.iter().map(|(nick, is_operator, is_away, place)| {
        let (star, sign) = (if *is_operator { "*" } else { "" }, if *is_away { '-' } else { '+' });
        format!("{nick}{star}={sign}{place}")
    });
    pen.list(Numeric::RPL_USERHOST, &[], entries, true);
}

/// 249 for each (STATS p).
pub(super) fn operators(pen: &mut Pen<'_>, operators: &[(Nick, String, u64)]) {
    for (nick, place, idle_s) in operators {
        pen.numeric_with(Numeric::RPL_STATSDEBUG, &["p"], &format!("{nick} ({place}) idle {idle_s} s"));
    }
}

#[cfg(test)]
mod tests {
    use super::{DIGITS, digits};

    #[test]
    fn digits_are_those_of_the_number_up_to_the_largest() {
        for number in [0, 7, 10, 19_999, u64::MAX as usize] {
            assert_eq!(digits(number, &mut [0; DIGITS]), number.to_string());
        }
    }
}
