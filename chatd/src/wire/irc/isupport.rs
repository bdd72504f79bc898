//! What this server can do, as the tokens of RPL_ISUPPORT (005). A token is here only if it works.

use chat_proto::irc::Numeric;

use super::cap::Caps;
use super::modes;
use super::pen::Pen;
use super::registration::USER_MAX;
use crate::config::Config;
use crate::domain::request::LIST_MASKS_MAX;

/// Most tokens in one line: a message has 15 parameters, of which the nick is the first and the text the last.
const TOKENS_MAX: usize = 13;

/// Writes all tokens; as a batch to those who have negotiated that (IRCv3 extended-isupport).
pub(super) fn write(pen: &mut Pen<'_>, config: &Config) {
    if is_batched(pen) {
        pen.batch("isupport", "draft/isupport", |pen| write_lines(pen, config));
    } else {
        write_lines(pen, config);
    }
}

/// Whether this client reads the tokens as a batch only.
pub(super) fn is_batched(pen: &Pen<'_>) -> bool {
    pen.caps.has(Caps::BATCH) && pen.caps.has(Caps::EXTENDED_ISUPPORT)
}

/// In as many lines as they need.
fn write_lines(pen: &mut Pen<'_>, config: &Config) {
    for tokens in tokens(config).chunks(TOKENS_MAX) {
        let tokens: Vec<_> = tokens.iter().map(String::as_str).collect();
        pen.numeric(Numeric::RPL_ISUPPORT, &tokens);
    }
}

/// The tokens, sorted.
fn tokens(config: &Config) -> Vec<String> {
    let limits = &config.limits;
    let targets = limits.targets;
    let plain = ["CHANTYPES=#", "ELIST=CMNTU", "KNOCK", "SAFELIST", "WHOX"];
    let mut tokens = plain.map(String::from).to_vec();
    tokens.extend(config.server.utf8_only.then(|| "UTF8ONLY".into()));
    tokens.extend(modes::tokens(config));
    tokens.extend([
        format!("AWAYLEN={}", limits.away_length),
        format!("CASEMAPPING={}", config.server.casemapping.token()),
        format!("CHANLIMIT=#:{}", limits.rooms_per_client),
        format!("CHANNELLEN={}", limits.room_name_length),
        format!("KICKLEN={}", limits.kick_length),
        format!("MONITOR={}", limits.monitor),
        format!("NAMELEN={}", limits.real_name_length),
        format!("NETWORK={}", config.server.network),
        format!("NICKLEN={}", limits.nick_length),
        format!("SILENCE={}", limits.silence),
        format!("TARGMAX=JOIN:,KICK:{targets},LIST:{LIST_MASKS_MAX},MONITOR:,NAMES:,NOTICE:{targets},PART:,PRIVMSG:{targets},TAGMSG:{targets},WHOIS:{targets},WHOWAS:{targets}"),
        format!("TOPICLEN={}", limits.topic_length),
        format!("USERLEN={USER_MAX}"),
    ]);
    if config.irc.drafts && !config.irc.icon.is_empty() {
        tokens.push(format!("draft/ICON={}", config.irc.icon));
    }
    let denied = config.irc.client_tags_denied.join(",");
    tokens.extend((!denied.is_empty()).then(|| format!("CLIENTTAGDENY={denied}")));
    tokens.sort_unstable();
    tokens
}
