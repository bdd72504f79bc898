//! Replies to WHOIS and WHOWAS.

use chat_proto::irc::Numeric;

use super::people::prefix;
use crate::config::Config;
use crate::domain::origin::{Origin, written};
use crate::domain::reply::{Gone, Whois};
use crate::domain::secure::Secure;
use crate::wire::irc::pen::Pen;
use crate::wire::irc::time;

/// All of a WHOIS, or 401; then 318 with the nick as it was typed.
pub(super) fn whois(pen: &mut Pen<'_>, nick: &str, found: Option<&Whois>, description: &str) {
    match found {
        Some(whois) => about(pen, whois, description),
        None => pen.numeric(Numeric::ERR_NOSUCHNICK, &[nick]),
    }
    pen.numeric(Numeric::RPL_ENDOFWHOIS, &[nick]);
}

/// What there is to know of the desk, which is nobody and always here.
pub(in crate::wire::irc) fn desk(pen: &mut Pen<'_>, config: &Config) {
    let (server, nick) = (pen.server(), config.desk.nick.as_str());
    let about = format!("Whoever runs {server} reads and answers here");
    pen.numeric_with(Numeric::RPL_WHOISUSER, &[nick, nick, server, "*"], &about);
    pen.numeric_with(Numeric::RPL_WHOISSERVER, &[nick, server], &config.server.description);
    pen.numeric(Numeric::RPL_WHOISOPERATOR, &[nick]);
    pen.numeric(Numeric::RPL_ENDOFWHOIS, &[nick]);
}

/// What there is to know of one client.
fn about(pen: &mut Pen<'_>, whois: &Whois, description: &str) {
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
    if let Some(account) = &whois.account {
        pen.numeric(Numeric::RPL_WHOISACCOUNT, &[nick, account]);
    }
    if let Some(origin) = &whois.origin {
        write_origin(pen, nick, "is", origin);
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

/// 378, only for those who may know it.
fn write_origin(pen: &mut Pen<'_>, nick: &str, is_or_was: &str, origin: &Origin) {
    let mut text = format!("{is_or_was} connecting from *@{} {}", origin.host(), written(origin.ip));
    if let Some(gateway) = &origin.gateway {
        text.extend([" through the gateway ", gateway]);
    }
    pen.numeric_with(Numeric::RPL_WHOISHOST, &[nick], &text);
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

/// 314 and 312 for each, with 378 for operators, or 406; then 369.
pub(super) fn whowas(pen: &mut Pen<'_>, nicks: &str, entries: &[Gone]) {
    let server = pen.server();
    if entries.is_empty() {
        pen.numeric(Numeric::ERR_WASNOSUCHNICK, &[nicks]);
    }
    for gone in entries {
        let was = gone.nick.as_str();
        pen.numeric_with(Numeric::RPL_WHOWASUSER, &[was, &gone.user, &gone.host, "*"], &gone.real_name);
        if let Some(origin) = &gone.origin {
            write_origin(pen, was, "was", origin);
        }
        pen.numeric_with(Numeric::RPL_WHOISSERVER, &[was, server], &time::text(gone.at));
    }
    pen.numeric(Numeric::RPL_ENDOFWHOWAS, &[nicks]);
}
