//! Replies about clients: WHO, WHOIS, WHOWAS, LUSERS and their like.

use chat_proto::irc::Numeric;
use chat_proto::name::Nick;

use crate::domain::mode::Rank;
use crate::domain::reply::{Counts, Gone, WhoEntry, Whois};
use crate::domain::secure::Secure;
use crate::wire::irc::pen::Pen;
use crate::wire::irc::time;

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

/// 352 for each, then 315.
pub(super) fn who(pen: &mut Pen<'_>, mask: &str, entries: &[WhoEntry], is_multi: bool) {
    let server = pen.server();
    for entry in entries {
        let mut flags = String::from(if entry.is_away { "G" } else { "H" });
        if entry.is_operator {
            flags.push('*');
        }
        if entry.is_bot {
            flags.push('B');
        }
        flags.push_str(&prefix(entry.rank, is_multi));
        let room = entry.room.as_ref().map_or("*", |room| room.as_str());
        let params = [room, &entry.user, &entry.host, server, entry.nick.as_str(), &flags];
        pen.numeric_with(Numeric::RPL_WHOREPLY, &params, &format!("0 {}", entry.real_name));
    }
    pen.numeric(Numeric::RPL_ENDOFWHO, &[mask]);
}

/// All of a WHOIS but its end (318), which the verb writes itself.
pub(super) fn whois(pen: &mut Pen<'_>, whois: &Whois, description: &str) {
    let server = pen.server();
    let nick = whois.nick.as_str();
    pen.numeric_with(Numeric::RPL_WHOISUSER, &[nick, &whois.user, &whois.host, "*"], &whois.real_name);
    let rooms = whois.rooms.iter().map(|(rank, room)| format!("{}{room}", prefix(*rank, true)));
    pen.list(Numeric::RPL_WHOISCHANNELS, &[nick], rooms, false);
    pen.numeric_with(Numeric::RPL_WHOISSERVER, &[nick, server], description);
    if let Some(words) = &whois.away {
        pen.numeric_with(Numeric::RPL_AWAY, &[nick], words);
    }
    if whois.is_operator {
        pen.numeric(Numeric::RPL_WHOISOPERATOR, &[nick]);
    }
    if whois.is_bot {
        pen.numeric(Numeric::RPL_WHOISBOT, &[nick]);
    }
    if let Some(secure) = &whois.secure {
        write_secure(pen, nick, secure);
    }
    if let Some(modes) = &whois.modes {
        pen.numeric_with(Numeric::RPL_WHOISMODES, &[nick], &format!("is using modes +{modes}"));
    }
    let (idle, since) = (whois.idle_s.to_string(), whois.signed_on.seconds().to_string());
    pen.numeric(Numeric::RPL_WHOISIDLE, &[nick, &idle, &since]);
}

/// 671, and 276 for those who may see the certificate.
fn write_secure(pen: &mut Pen<'_>, nick: &str, secure: &Secure) {
    match (secure.version, secure.cipher) {
        (Some(version), Some(cipher)) => {
            let text = format!("is using a secure connection [{version}, {cipher}]");
            pen.numeric_with(Numeric::RPL_WHOISSECURE, &[nick], &text);
        }
        _ => pen.numeric(Numeric::RPL_WHOISSECURE, &[nick]),
    }
    if let Some(certificate) = &secure.certificate {
        let text = format!("has client certificate fingerprint {certificate}");
        pen.numeric_with(Numeric::RPL_WHOISCERTFP, &[nick], &text);
    }
}

/// 314 and 312 for each, or 406; then 369.
pub(super) fn whowas(pen: &mut Pen<'_>, nick: &str, entries: &[Gone]) {
    let server = pen.server();
    if entries.is_empty() {
        pen.numeric(Numeric::ERR_WASNOSUCHNICK, &[nick]);
    }
    for gone in entries {
        let was = gone.nick.as_str();
        pen.numeric_with(Numeric::RPL_WHOWASUSER, &[was, &gone.user, &gone.host, "*"], &gone.real_name);
        pen.numeric_with(Numeric::RPL_WHOISSERVER, &[was, server], &time::text(gone.at));
    }
    pen.numeric(Numeric::RPL_ENDOFWHOWAS, &[nick]);
}

/// 302: `nick*=-user@host`, with `*` for operators and `-` for those away.
pub(super) fn userhost(pen: &mut Pen<'_>, entries: &[(Nick, bool, bool, String)]) {
    let entries = entries.iter().map(|(nick, is_operator, is_away, place)| {
        let (star, sign) = (if *is_operator { "*" } else { "" }, if *is_away { '-' } else { '+' });
        format!("{nick}{star}={sign}{place}")
    });
    pen.list(Numeric::RPL_USERHOST, &[], entries, true);
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
