//! Replies to WHO.

use chat_proto::irc::Numeric;

use super::people::prefix;
use crate::domain::reply::WhoEntry;
use crate::wire::irc::pen::Pen;

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
