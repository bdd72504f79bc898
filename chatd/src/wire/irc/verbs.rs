//! The table of verbs. A verb is here or the server does not know it.

use super::cap::Caps;
use super::line::Line;
use super::turn::Turn;
use super::{
    Irc, ask, batch, cap, connection, help, links, list, mode, oper, people, redact, registration, rooms,
    server, stats, talk, webirc, who, whois,
};
use crate::wire::Step;

/// Who may use a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Everybody.
    Always,
    /// Those who are still registering.
    Unregistered,
    /// Registered clients.
    Registered,
    /// Registered clients, and those who are registering and have this capability.
    With(Caps),
}

use Who::{Always, Registered, Unregistered, With};

/// What a verb does.
type Run = fn(&mut Irc, &Line<'_>, &mut Turn<'_>) -> Step;

/// One verb.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verb {
    pub(super) name: &'static str,
    /// Fewer parameters than these are answered with 461. Verbs with an answer of their own for that have 0 here.
    pub(super) least: usize,
    pub(super) who: Who,
    pub(super) run: Run,
    /// Its parameters, and after ` -- ` what it is for.
    pub(super) help: &'static str,
}

const fn verb(name: &'static str, least: usize, who: Who, run: Run, help: &'static str) -> Verb {
    Verb { name, least, who, run, help }
}

/// Every verb, sorted by name.
pub(super) static VERBS: &[Verb] = &[
    verb("ADMIN", 0, Registered, server::admin, "[server] -- who runs this server"),
    verb(
        "AWAY",
        0,
        With(Caps::PRE_AWAY),
        talk::away,
        "[text] -- say that you are away; without a text, that you are back",
    ),
    verb(
        "BATCH",
        1,
        Registered,
        batch::batch,
        "+name draft/multiline to | -name -- say something in several lines",
    ),
    verb(
        "CAP",
        1,
        Always,
        cap::cap_verb,
        "LS [302] | LIST | REQ :capabilities | END -- negotiate capabilities",
    ),
    verb(
        "CONNECT",
        1,
        Registered,
        links::no_link,
        "server [port] -- operators: there are no servers to link",
    ),
    verb("ERROR", 0, Always, connection::nothing, "text -- for servers only; ignored"),
    verb("HELP", 0, Registered, help::help, "[verb] -- all verbs, or what one of them is for"),
    verb("HELPOP", 0, Registered, help::help, "[verb] -- the same as HELP"),
    verb("INFO", 0, Registered, server::info, "[server] -- what this server runs"),
    verb(
        "INVITE",
        0,
        Registered,
        rooms::invite,
        "[nick #room] -- invite somebody into a room, or see where you are invited",
    ),
    verb("ISON", 1, Registered, ask::ison, "nick [nick…] -- which of these nicks are here"),
    verb(
        "ISUPPORT",
        0,
        With(Caps::EXTENDED_ISUPPORT),
        server::isupport,
        "-- what this server can do, as it said at the beginning",
    ),
    verb("JOIN", 1, Registered, rooms::join, "#room[,#room…] [key[,key…]] -- enter rooms; JOIN 0 leaves all"),
    verb("KICK", 2, Registered, rooms::kick, "#room nick[,nick…] [reason] -- put somebody out of a room"),
    verb("KILL", 1, Registered, oper::kill, "nick [reason] -- operators: end a client's connection"),
    verb("KNOCK", 1, Registered, people::knock, "#room [words] -- ask the operators of a room to let you in"),
    verb("LINKS", 0, Registered, links::links, "[[server] mask] -- the servers of the network"),
    verb(
        "LIST",
        0,
        Registered,
        list::list,
        "[#room, mask, !mask, <n, >n, C<min, C>min, T<min, T>min[,…]] -- rooms that fit all conditions",
    ),
    verb("LUSERS", 0, Registered, ask::lusers, "[mask [server]] -- how many clients and rooms there are"),
    verb("MODE", 1, Registered, mode::mode, "#room|nick [+-letters [parameters…]] -- see or change modes"),
    verb(
        "MONITOR",
        1,
        Registered,
        people::monitor,
        "+|- nick[,nick…] | C | L | S -- be told when a nick comes and goes",
    ),
    verb("MOTD", 0, Registered, server::motd, "[server] -- the message of the day"),
    verb("NAMES", 0, Registered, list::names, "#room[,#room…] -- who is in rooms"),
    verb("NICK", 0, Always, registration::nick, "nick -- take a nick"),
    verb(
        "NOTICE",
        0,
        Registered,
        talk::notice,
        "to[,to…] :text -- say something that programs must not answer",
    ),
    verb("OPER", 2, Registered, oper::oper, "name password -- become an operator"),
    verb("PART", 1, Registered, rooms::part, "#room[,#room…] [words] -- leave rooms"),
    verb(
        "PASS",
        1,
        Unregistered,
        registration::pass,
        "password -- the server's password, before NICK and USER",
    ),
    verb("PING", 1, Always, connection::ping, "token -- ask whether the server is there"),
    verb("PONG", 0, Always, connection::nothing, "token -- the answer to PING"),
    verb(
        "PRIVMSG",
        0,
        Registered,
        talk::privmsg,
        "to[,to…] :text -- say something to a nick, a #room or the desk",
    ),
    verb("QUIT", 0, Always, connection::quit, "[words] -- leave the server"),
    verb("REDACT", 2, Registered, redact::redact, "to id [reason] -- take back what was said"),
    verb("REHASH", 0, Registered, oper::rehash, "-- operators: read the configuration again"),
    verb("RENAME", 2, Registered, rooms::rename, "#room #name [reason] -- give a room another name"),
    verb("SETNAME", 1, Registered, people::setname, ":real name -- have another real name"),
    verb("SILENCE", 0, Registered, people::silence, "[+|-mask[,…]] -- do not hear somebody, or hear again"),
    verb(
        "SQUIT",
        1,
        Registered,
        links::no_link,
        "server [:comment] -- operators: there are no servers to unlink",
    ),
    verb(
        "STATS",
        1,
        Registered,
        stats::stats,
        "u|m|p|o [server] -- uptime, use of verbs, operators here, operators’ names",
    ),
    verb("SUMMON", 0, Registered, links::summon, "-- not possible here"),
    verb("TAGMSG", 0, Registered, talk::tagmsg, "to[,to…] -- send client-only tags without a text"),
    verb("TIME", 0, Registered, server::time, "[server] -- the server's clock"),
    verb("TOPIC", 1, Registered, rooms::topic, "#room [:text] -- see or change a topic"),
    verb("USER", 4, Unregistered, registration::user, "user 0 * :real name -- say who you are"),
    verb("USERHOST", 1, Registered, ask::userhost, "nick [nick…] -- user and host of up to five nicks"),
    verb("USERS", 0, Registered, links::users, "-- not possible here; see WHO"),
    verb("VERSION", 0, Registered, server::version, "[server] -- the server's version and features"),
    verb("WALLOPS", 1, Registered, talk::wallops, "text -- operators: speak to all who have user mode w"),
    verb(
        "WEBIRC",
        4,
        Unregistered,
        webirc::webirc,
        "password gateway host address [options] -- gateways: say for whom you connect",
    ),
    verb(
        "WHO",
        0,
        Registered,
        who::who,
        "[#room|mask [o][nuhrai][%columns[,token]]] -- those in a room or who fit a mask",
    ),
    verb("WHOIS", 0, Registered, whois::whois, "[server] nick[,nick…] -- all about a client"),
    verb(
        "WHOWAS",
        0,
        Registered,
        whois::whowas,
        "nick[,nick…] [count [server]] -- about those who had a nick",
    ),
];

/// The verb with this name, in whatever case.
pub(super) fn find(name: &str) -> Option<&'static Verb> {
    VERBS.get(index_of(name)?)
}

/// Where in the table the verb with this name is.
pub(super) fn index_of(name: &str) -> Option<usize> {
    /// Every verb fits, and no allocation is needed to fold its case.
    const NAME_MAX: usize = 8;
    let mut folded = [0; NAME_MAX];
    let folded = folded.get_mut(..name.len())?;
    folded.copy_from_slice(name.as_bytes());
    folded.make_ascii_uppercase();
    VERBS.binary_search_by(|verb| verb.name.as_bytes().cmp(folded)).ok()
}

#[cfg(test)]
mod tests {
    use super::{VERBS, find};

    #[test]
    fn the_table_is_sorted_and_every_verb_in_it_is_found_in_any_case() {
        assert!(VERBS.is_sorted_by(|one, other| one.name < other.name));
        for verb in VERBS {
            assert_eq!(find(verb.name).map(|found| found.name), Some(verb.name));
            assert_eq!(find(&verb.name.to_lowercase()).map(|found| found.name), Some(verb.name));
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_not_found() {
        for name in ["", "JOI", "JOINS", "PRIVMSGS", "A_VERY_LONG_VERB", "ſ"] {
            assert!(find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn every_verb_has_help() {
        assert!(VERBS.iter().all(|verb| verb.help.contains("-- ")));
    }
}
