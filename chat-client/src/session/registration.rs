//! From the connection to the welcome: capabilities, password, nick collisions, refusals.

use super::{Phase, Session};
use crate::effect::{Effect, Ending, Shown};
use crate::received::Received;

/// How many nicks are tried (`name_`, `name__` …) before the user has to choose one.
const COLLISIONS_MAX: u32 = 5;
/// The capability that lets a terminal show when something was said.
const TIME: &str = "server-time";

impl Session {
    /// A connection was made: introduces the user. CAP comes first so that a server which knows it waits for CAP
    /// END; one that does not answers with an error that is ignored.
    pub(crate) fn on_connected(&mut self) -> Vec<Effect> {
        self.phase = Phase::Registering { collisions: 0 };
        self.offered.clear();
        self.unanswered = 0;
        self.is_pacing = false;
        let mut lines = Vec::new();
        if self.settings.wants_time {
            lines.push("CAP LS 302".to_owned());
        }
        if let Some(password) = &self.settings.password {
            lines.push(format!("PASS :{password}"));
        }
        lines.push(format!("NICK {}", self.nick));
        lines.push(format!("USER {} 0 * :{}", self.nick, self.nick));
        lines.into_iter().map(Effect::Send).collect()
    }

    pub(super) fn on_registering(&mut self, line: &Received) -> Vec<Effect> {
        match line.verb.as_str() {
            "001" => self.on_welcome(line),
            "CAP" => self.on_cap(line),
            // ERR_ERRONEUSNICKNAME, then the three ways of a nick being taken.
            "432" => self.on_bad_nick(line),
            "433" | "436" | "437" => self.on_collision(line),
            // No permission for this host, wrong password, banned; RFC 2812 §5.2.
            "463" | "464" | "465" => refused(line.last()),
            "NOTICE" => vec![Shown::info(line.last())],
            _ => Vec::new(),
        }
    }

    fn on_welcome(&mut self, line: &Received) -> Vec<Effect> {
        if let Some(nick) = line.param(0) {
            nick.clone_into(&mut self.nick);
        }
        self.phase = Phase::Ready;
        self.was_welcomed = true;
        let mut effects = vec![Shown::info(format!("connected to {} as {}", line.who(), self.nick))];
        effects.extend(self.rooms.iter().map(|room| Effect::Send(format!("JOIN {room}"))));
        if self.is_leaving {
            effects.extend(self.fence());
        }
        effects
    }

    /// CAP LS may come in several lines, all but the last with `*` before the list (IRCv3 capability negotiation).
    fn on_cap(&mut self, line: &Received) -> Vec<Effect> {
        match line.param(1) {
            Some("LS") => {
                self.offered.push(' ');
                self.offered.push_str(line.last());
                if line.param(2) == Some("*") && line.params.len() > 3 { Vec::new() } else { self.request() }
            }
            Some("ACK" | "NAK") => vec![Effect::Send("CAP END".to_owned())],
            _ => Vec::new(),
        }
    }

    fn request(&mut self) -> Vec<Effect> {
        let offered = std::mem::take(&mut self.offered);
        let has_time = offered.split_whitespace().any(|name| name == TIME);
        vec![Effect::Send(if has_time { format!("CAP REQ :{TIME}") } else { "CAP END".to_owned() })]
    }

    fn on_bad_nick(&mut self, line: &Received) -> Vec<Effect> {
        match self.settings.spare_nick.take() {
            Some(spare) => self.try_nick(spare, "is not accepted"),
            None => refused(&format!("the nick {}: {}", self.nick, line.last())),
        }
    }

    fn on_collision(&mut self, line: &Received) -> Vec<Effect> {
        let Phase::Registering { collisions } = &mut self.phase else { return Vec::new() };
        *collisions += 1;
        if *collisions > COLLISIONS_MAX {
            return refused(&format!("the nick {}: {}; choose another with --nick", self.nick, line.last()));
        }
        self.try_nick(format!("{}_", self.nick), "is in use")
    }

    fn try_nick(&mut self, next: String, why: &str) -> Vec<Effect> {
        let told = Shown::note(format!("the nick {} {why}, trying {next}", self.nick));
        self.nick = next;
        vec![told, Effect::Send(format!("NICK {}", self.nick))]
    }
}

fn refused(why: &str) -> Vec<Effect> {
    vec![Effect::Leave(Ending::Refused(format!("refused: {why}")))]
}
