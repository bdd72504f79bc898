//! The numeric replies after the welcome: what was asked for is an answer, errors are problems, the rest is chatter.

use chat_proto::irc::Numeric;

use super::{Phase, Session};
use crate::effect::{Effect, Shown};
use crate::received::Received;

impl Session {
    pub(super) fn on_numeric(&mut self, line: &Received) -> Vec<Effect> {
        match line.verb.as_str() {
            // RPL_NAMREPLY and its end.
            "353" => self.on_names(line),
            "366" => {
                self.asked.names = self.asked.names.saturating_sub(1);
                Vec::new()
            }
            // RPL_NOTOPIC, RPL_TOPIC.
            "331" | "332" => self.on_topic(line),
            // RPL_WHOREPLY and its end.
            "352" => self.on_who(line),
            "315" => {
                self.asked.who = self.asked.who.saturating_sub(1);
                Vec::new()
            }
            code if is_chatter(code) && !self.asked.anything => Vec::new(),
            code if is_refusal(code) => self.on_refusal(line),
            _ => vec![self.reply(false, joined(line))],
        }
    }

    fn on_names(&mut self, line: &Received) -> Vec<Effect> {
        let room = line.param(2).unwrap_or_default();
        for name in line.last().split_whitespace() {
            let nick = name.trim_start_matches(['@', '+', '%', '~', '&']);
            self.remember(nick.split('!').next().unwrap_or(nick));
        }
        vec![self.reply(self.asked.names > 0, format!("{room}: {}", line.last()))]
    }

    fn on_topic(&mut self, line: &Received) -> Vec<Effect> {
        let is_asked = self.asked.topic > 0;
        self.asked.topic = self.asked.topic.saturating_sub(1);
        let room = line.param(1).unwrap_or_default();
        vec![self.reply(is_asked, format!("topic of {room}: {}", line.last()))]
    }

    /// `<me> <room> <user> <host> <server> <nick> <flags> :<hops> <real name>` (RFC 2812 §5.1).
    fn on_who(&mut self, line: &Received) -> Vec<Effect> {
        let at = |index| line.param(index).unwrap_or_default();
        self.remember(at(5));
        let real = line.last().split_once(' ').map_or("", |(_hops, real)| real);
        let text = format!("{} ({}@{}) {} {real}", at(5), at(2), at(3), at(6));
        vec![self.reply(self.asked.who > 0, text)]
    }

    /// An error. A server that does not know PING's answer is none we could wait for, so the fence falls with it.
    fn on_refusal(&mut self, line: &Received) -> Vec<Effect> {
        let mut effects = vec![Shown::problem(joined(line))];
        let is_ping_unknown = line.verb == "421" && line.param(1) == Some("PING");
        if self.phase == Phase::Fenced && is_ping_unknown {
            effects.push(self.quit());
        }
        effects
    }

    fn reply(&self, is_asked: bool, text: String) -> Effect {
        if is_asked || self.asked.anything { Shown::answer(text) } else { Shown::info(text) }
    }
}

/// What the server is, its features and how many it has; who set a topic and when; the frame of the message of the day.
fn is_chatter(code: &str) -> bool {
    const CHATTER: [&str; 16] = [
        "002", "003", "004", "005", "250", "251", "252", "253", "254", "255", "265", "266", "333", "375",
        "376", "422",
    ];
    CHATTER.contains(&code)
}

/// Errors are 400 to 599; beyond, the name of a numeric tells it from a reply (710: somebody knocks).
fn is_refusal(code: &str) -> bool {
    let known = code.parse().ok().and_then(Numeric::from_code);
    let is_reply = known.is_some_and(|numeric| numeric.name().starts_with("RPL_"));
    code >= "400" && code != "422" && !is_reply
}

/// What a numeric is about and its text, without the receiver's own nick: `#room: cannot send to channel`.
fn joined(line: &Received) -> String {
    let about = line.params.get(1..line.params.len().saturating_sub(1)).unwrap_or_default().join(" ");
    if about.is_empty() { line.last().to_owned() } else { format!("{about}: {}", line.last()) }
}
