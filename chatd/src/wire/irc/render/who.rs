//! Replies to WHO, in the usual form (352) and in that of WHOX (354).

use std::borrow::Cow;

use chat_proto::irc::Numeric;

use super::people::prefix;
use crate::domain::origin::written;
use crate::domain::query::{WhoAsk, WhoForm};
use crate::domain::reply::WhoEntry;
use crate::wire::irc::pen::Pen;

/// What stands for an address that the asker may not see (IRCv3 WHOX).
const NO_ADDRESS: &str = "255.255.255.255";

/// What a column is written from.
struct Row<'a> {
    entry: &'a WhoEntry,
    token: &'a str,
    server: &'a str,
    is_multi: bool,
}

/// Writes one column.
type Column = fn(&Row<'_>) -> Cow<'static, str>;

/// The columns of WHOX in the order in which they are written, however they were asked for. `d` and `o` are not of the
/// specification, but clients know them: hops, and a rank in the room as a number that nobody here has.
const COLUMNS: [(char, Column); 12] = [
    ('t', |row| row.token.to_owned().into()),
    ('c', |row| room(row.entry).to_owned().into()),
    ('u', |row| row.entry.user.to_string().into()),
    ('i', |row| row.entry.address.map_or(NO_ADDRESS.into(), |ip| written(ip).into())),
    ('h', |row| row.entry.host.to_string().into()),
    ('s', |row| row.server.to_owned().into()),
    ('n', |row| row.entry.nick.to_string().into()),
    ('f', |row| flags(row.entry, row.is_multi).into()),
    ('d', |_| "0".into()),
    ('l', |row| row.entry.idle_s.to_string().into()),
    ('a', |row| row.entry.account.as_deref().unwrap_or("0").to_owned().into()),
    ('o', |_| "n/a".into()),
];

/// The last column, with blanks in it.
const REAL_NAME: char = 'r';

/// One line for each.
pub(super) fn who(pen: &mut Pen<'_>, ask: &WhoAsk, entries: &[WhoEntry], is_multi: bool) {
    for entry in entries {
        match &ask.form {
            Some(form) => columns(pen, form, entry, is_multi),
            None => usual(pen, entry, is_multi),
        }
    }
}

/// 352
fn usual(pen: &mut Pen<'_>, entry: &WhoEntry, is_multi: bool) {
    let flags = flags(entry, is_multi);
    let params = [room(entry), &entry.user, &entry.host, pen.server(), entry.nick.as_str(), &flags];
    pen.numeric_with(Numeric::RPL_WHOREPLY, &params, &format!("0 {}", entry.real_name));
}

/// 354
fn columns(pen: &mut Pen<'_>, form: &WhoForm, entry: &WhoEntry, is_multi: bool) {
    let row = Row { entry, token: &form.token, server: pen.server(), is_multi };
    let asked = COLUMNS.iter().filter(|(letter, _)| form.columns.contains(*letter));
    let texts: Vec<_> = asked.map(|(_, column)| column(&row)).collect();
    let params: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    if form.columns.contains(REAL_NAME) {
        pen.numeric_with(Numeric::RPL_WHOSPCRPL, &params, &entry.real_name);
    } else {
        pen.numeric_plain(Numeric::RPL_WHOSPCRPL, &params);
    }
}

fn room(entry: &WhoEntry) -> &str {
    entry.room.as_ref().map_or("*", |room| room.as_str())
}

/// Here or gone, operator of the server, program, rank in the room.
fn flags(entry: &WhoEntry, is_multi: bool) -> String {
    let mut flags = String::from(if entry.is_away { "G" } else { "H" });
    if entry.is_operator {
        flags.push('*');
    }
    if entry.is_bot {
        flags.push('B');
    }
    flags.push_str(&prefix(entry.rank, is_multi));
    flags
}
