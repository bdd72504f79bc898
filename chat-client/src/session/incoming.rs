//! What happens after the welcome: people speak, come, go and change their names.

use super::{FENCE, PACE, Phase, Session};
use crate::effect::{Effect, Ending, Manner, Said, Shown};
use crate::names::{is_room, is_target, same};
use crate::received::Received;

impl Session {
    pub(super) fn on_welcomed(&mut self, line: &Received) -> Vec<Effect> {
        match line.verb.as_str() {
            "PRIVMSG" => self.on_message(line),
            "NOTICE" | "WALLOPS" => vec![said(line, line.last(), Manner::Notice)],
            "JOIN" => self.on_join(line),
            "PART" => self.on_part(line),
            "KICK" => self.on_kick(line),
            "QUIT" => self.on_quit(line),
            "NICK" => self.on_nick(line),
            "TOPIC" => {
                vec![Shown::info(format!("{} set the topic of {}: {}", line.who(), first(line), line.last()))]
            }
            "MODE" => vec![Shown::info(format!("{} set modes: {}", line.who(), line.params.join(" ")))],
            "INVITE" => vec![Shown::note(format!("{} invites you to {}", line.who(), line.last()))],
            "KILL" => self.on_kill(line),
            "PONG" => self.on_pong(line),
            verb if verb.len() == 3 && verb.bytes().all(|b| b.is_ascii_digit()) => self.on_numeric(line),
            _ => Vec::new(),
        }
    }

    fn on_message(&mut self, line: &Received) -> Vec<Effect> {
        self.remember(line.who());
        let Some(inner) = line.last().strip_prefix('\x01') else {
            return vec![said(line, line.last(), Manner::Message)];
        };
        let inner = inner.trim_end_matches('\x01');
        match inner.strip_prefix("ACTION ") {
            Some(action) => vec![said(line, action, Manner::Action)],
            // Client queries are shown and not answered: an answer tells strangers what runs here.
            None => vec![Shown::info(format!("{} asks this client: {inner}", line.who()))],
        }
    }

    fn on_join(&mut self, line: &Received) -> Vec<Effect> {
        self.remember(line.who());
        let room = first(line);
        if self.is_me(line.who()) && is_target(room) {
            self.rooms.insert(room.to_owned());
            self.names_version += 1;
            return vec![Shown::info(format!("you are in {room}"))];
        }
        vec![Shown::info(format!("{} joined {room}", line.who()))]
    }

    fn on_part(&mut self, line: &Received) -> Vec<Effect> {
        let room = first(line);
        if self.is_me(line.who()) {
            self.forget_room(room);
            return vec![Shown::info(format!("you left {room}"))];
        }
        vec![Shown::info(format!("{} left {room}", line.who()))]
    }

    /// The conversation stays chosen even if the room is gone: what is typed next is refused by the server instead
    /// of reaching somebody it was not meant for.
    fn on_kick(&mut self, line: &Received) -> Vec<Effect> {
        let (room, whom) = (first(line), line.param(1).unwrap_or_default());
        let reason = line.param(2).unwrap_or_default();
        if self.is_me(whom) {
            self.forget_room(room);
            return vec![Shown::problem(format!("{} removed you from {room}: {reason}", line.who()))];
        }
        vec![Shown::info(format!("{} removed {whom} from {room}: {reason}", line.who()))]
    }

    fn on_quit(&mut self, line: &Received) -> Vec<Effect> {
        self.forget_nick(line.who());
        vec![Shown::info(format!("{} left: {}", line.who(), line.last()))]
    }

    /// Follows a partner to the new nick, so that the conversation goes on with the same person.
    fn on_nick(&mut self, line: &Received) -> Vec<Effect> {
        let (old, new) = (line.who(), line.last());
        self.forget_nick(old);
        self.remember(new);
        if same(&self.here, old) && !same(old, &self.settings.desk) && is_target(new) {
            new.clone_into(&mut self.here);
        }
        if self.is_me(old) {
            new.clone_into(&mut self.nick);
            return vec![Shown::info(format!("you are now {new}"))];
        }
        vec![Shown::info(format!("{old} is now {new}"))]
    }

    fn on_kill(&mut self, line: &Received) -> Vec<Effect> {
        if !self.is_me(first(line)) {
            return Vec::new();
        }
        vec![Effect::Leave(Ending::Lost(format!("{} ended the connection: {}", line.who(), line.last())))]
    }

    fn on_pong(&mut self, line: &Received) -> Vec<Effect> {
        match line.last() {
            PACE => self.is_pacing = false,
            FENCE if self.phase == Phase::Fenced => return vec![self.quit()],
            _ => {}
        }
        Vec::new()
    }

    fn forget_room(&mut self, room: &str) {
        self.rooms.retain(|known| !same(known, room));
        self.names_version += 1;
    }

    /// Forgets a nick; the desk's stays, because it is there even if nobody is.
    fn forget_nick(&mut self, nick: &str) {
        if !same(nick, &self.settings.desk) && self.nicks.remove(nick) {
            self.names_version += 1;
        }
    }
}

fn first(line: &Received) -> &str {
    line.param(0).unwrap_or_default()
}

/// A line of conversation. The prefix of a status message (`@#room`) is no part of the room's name.
fn said(line: &Received, text: &str, manner: Manner) -> Effect {
    let target = first(line).trim_start_matches(['@', '+', '%', '~']);
    Effect::Show(Shown::Said(Said {
        room: is_room(target).then(|| target.to_owned()),
        who: line.who().to_owned(),
        text: text.to_owned(),
        manner,
        time: line.time.clone(),
    }))
}
