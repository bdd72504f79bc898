//! What there is of modes, as RPL_ISUPPORT (005) and RPL_MYINFO (004) tell it. Everything here is made from the tables of the
//! domain, so that a letter is announced if and only if it can be set.

use super::mode::MODES_MAX;
use crate::config::Config;
use crate::domain::mode::{
    EXTBAN_PREFIX, EXTBANS, Kind, Rank, RoomList, RoomMode, Subject, UserMode, room_modes,
};
use crate::domain::request::KEY_MAX;

/// The tokens of RPL_ISUPPORT that are about modes, in no order.
pub(super) fn tokens(config: &Config) -> Vec<String> {
    let (prefix_letters, prefixes) = prefixes(config);
    let limit = config.limits.room_list_entries;
    let lists: Vec<_> = letters(config, |kind| matches!(kind, Kind::List(_)))
        .chars()
        .map(|list| format!("{list}:{limit}"))
        .collect();
    vec![
        format!("ACCOUNTEXTBAN={}", account_extban()),
        format!("BOT={}", UserMode::Bot.letter()),
        format!("CHANMODES={}", types(config).join(",")),
        format!("EXCEPTS={}", RoomList::Exception.letter()),
        format!("EXTBAN={EXTBAN_PREFIX},{}", EXTBANS.iter().map(|ban| ban.letter).collect::<String>()),
        format!("INVEX={}", RoomList::InviteException.letter()),
        format!("KEYLEN={KEY_MAX}"),
        // One entry for each list: those that share an entry would share the limit.
        format!("MAXLIST={}", lists.join(",")),
        format!("MODES={MODES_MAX}"),
        format!("PREFIX=({prefix_letters}){prefixes}"),
        format!("STATUSMSG={prefixes}"),
        format!("USERMODES=,,,{}", user_letters()),
    ]
}

/// All letters of user modes, all of room modes, and those of them that take a parameter.
pub(super) fn my_info(config: &Config) -> (String, String, String) {
    (user_letters(), letters(config, |_| true), letters(config, |kind| kind.takes_param(true)))
}

/// The letters and prefixes of ranks, highest first.
pub(super) fn prefixes(config: &Config) -> (String, String) {
    let letter_of =
        |rank: Rank| all(config).find(|mode| mode.kind == Kind::Rank(rank)).map(|mode| mode.letter);
    Rank::LADDER.iter().filter_map(|rung| Some((letter_of(rung.rank)?, rung.prefix))).unzip()
}

/// The letters of the four types of CHANMODES.
fn types(config: &Config) -> [String; 4] {
    [
        letters(config, |kind| matches!(kind, Kind::List(_))),
        letters(config, |kind| matches!(kind, Kind::Key)),
        letters(config, |kind| matches!(kind, Kind::Limit)),
        letters(config, |kind| matches!(kind, Kind::Flag(_))),
    ]
}

fn letters(config: &Config, is_wanted: impl Fn(Kind) -> bool) -> String {
    all(config).filter(|mode| is_wanted(mode.kind)).map(|mode| mode.letter).collect()
}

fn all(config: &Config) -> impl Iterator<Item = &'static RoomMode> {
    room_modes(config.rooms.owner_ranks)
}

fn user_letters() -> String {
    UserMode::TABLE.iter().map(|(letter, _)| *letter).collect()
}

/// The letter and the name with which clients ban accounts (IRCv3 account-extban).
fn account_extban() -> String {
    let ban = EXTBANS.iter().find(|ban| ban.subject == Some(Subject::Account));
    ban.map(|ban| format!("{},{}", ban.letter, ban.name)).unwrap_or_default()
}
