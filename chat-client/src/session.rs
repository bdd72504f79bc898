//! The conversation with the server as a state machine: lines and keystrokes in, effects out. Must never do I/O,
//! read a clock or wait.

mod incoming;
mod numerics;
mod registration;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::commands;
use crate::effect::{Effect, Ending, Shown};
use crate::names::{is_room, is_target, same};
use crate::received::Received;
use crate::split::{pieces, room_for_text};

/// How many nicks are remembered for completion; what is beyond is not offered.
const NICKS_MAX: usize = 4096;
/// The token of the PING that fences the end of the input.
const FENCE: &str = "chat-client-fence";
/// The token of the PINGs that pace a script.
const PACE: &str = "chat-client-pace";
/// Bytes that a script may be ahead of the server's last answer.
const WINDOW: usize = 4096;

/// What the user decided before connecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The nick to ask for.
    pub(crate) nick: String,
    /// The nick to ask for when the server does not accept `nick`; `None` if the user insists on it.
    pub(crate) spare_nick: Option<String>,
    /// The nick of the desk.
    pub(crate) desk: String,
    /// The first conversation, if not the desk.
    pub(crate) to: Option<String>,
    /// The server's password.
    pub(crate) password: Option<String>,
    /// Whether to ask the server for times (IRCv3 server-time).
    pub(crate) wants_time: bool,
    /// Whether leaving waits until the server has answered everything so far.
    pub(crate) waits_for_answers: bool,
    /// Whether a lost connection is made again.
    pub(crate) reconnects: bool,
}

/// Where the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No connection.
    Offline,
    /// Connected, not yet welcomed; how many nicks were in use so far.
    Registering { collisions: u32 },
    /// Welcomed.
    Ready,
    /// Waiting for the answer to the last PING before QUIT.
    Fenced,
    /// QUIT is sent.
    Quitting,
}

/// Replies that the user asked for, so that the same numerics are told apart from those a JOIN brings unasked.
#[derive(Debug, Default)]
struct Asked {
    names: u32,
    topic: u32,
    who: u32,
    /// A `/raw` line can ask for anything, so from then on every reply counts as asked for.
    anything: bool,
}

/// One user's session; outlives the connections it is made of.
#[derive(Debug)]
pub(crate) struct Session {
    settings: Settings,
    nick: String,
    phase: Phase,
    /// The conversation that typed text goes to.
    here: String,
    /// The rooms this user is in, to be joined again after a reconnect.
    rooms: BTreeSet<String>,
    /// Nicks seen, for completion.
    nicks: BTreeSet<String>,
    /// Counts the changes of `rooms` and `nicks`, so that nobody has to compare them.
    names_version: u64,
    asked: Asked,
    /// Capabilities of a CAP LS that goes on in the next line.
    offered: String,
    was_welcomed: bool,
    /// Bytes sent for the user since the server last showed that it keeps up.
    unanswered: usize,
    /// A PING is under way that shows whether the server keeps up.
    is_pacing: bool,
    /// The user wants to leave as soon as everything is answered.
    is_leaving: bool,
    farewell: String,
}

impl Session {
    /// A session that has no connection yet.
    pub(crate) fn new(settings: Settings) -> Self {
        let here = settings.to.clone().unwrap_or_else(|| settings.desk.clone());
        let rooms = Some(here.clone()).filter(|here| is_room(here)).into_iter().collect();
        Self {
            nick: settings.nick.clone(),
            phase: Phase::Offline,
            rooms,
            nicks: BTreeSet::from([settings.desk.clone()]),
            here,
            names_version: 1,
            asked: Asked::default(),
            offered: String::new(),
            was_welcomed: false,
            unanswered: 0,
            is_pacing: false,
            is_leaving: false,
            farewell: String::new(),
            settings,
        }
    }

    /// The prompt: the current conversation.
    pub(crate) fn prompt(&self) -> String {
        format!("{}> ", self.here)
    }

    /// Nicks seen and rooms joined, for completion.
    pub(crate) fn known_names(&self) -> impl Iterator<Item = &String> {
        self.rooms.iter().chain(&self.nicks)
    }

    /// Differs whenever [`Self::known_names`] does.
    pub(crate) fn names_version(&self) -> u64 {
        self.names_version
    }

    /// Whether the server has let this user in, now.
    pub(crate) fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    /// Whether the next typed line may come. A script's lines wait for the server; a person is told instead.
    pub(crate) fn accepts_input(&self) -> bool {
        if self.settings.waits_for_answers {
            return self.is_ready() && !self.is_pacing && !self.is_leaving;
        }
        self.was_welcomed && !self.is_quitting()
    }

    /// Whether QUIT is sent and the server has still to close.
    pub(crate) fn is_quitting(&self) -> bool {
        self.phase == Phase::Quitting
    }

    /// A line from the server.
    pub(crate) fn on_line(&mut self, line: &Received) -> Vec<Effect> {
        match line.verb.as_str() {
            "PING" => vec![Effect::Send(format!("PONG :{}", line.last()))],
            "ERROR" => self.on_error(line.last()),
            _ if matches!(self.phase, Phase::Registering { .. }) => self.on_registering(line),
            _ => self.on_welcomed(line),
        }
    }

    /// The server says why it closes. While quitting that is only politeness.
    fn on_error(&mut self, reason: &str) -> Vec<Effect> {
        match self.phase {
            Phase::Quitting => Vec::new(),
            Phase::Registering { .. } => vec![Effect::Leave(Ending::Refused(format!("refused: {reason}")))],
            _ => vec![Effect::Leave(Ending::Lost(format!("the server closed the connection: {reason}")))],
        }
    }

    /// The connection ended without a word, or could not be made again; `why` is for people.
    pub(crate) fn on_closed(&mut self, why: &str) -> Vec<Effect> {
        let phase = std::mem::replace(&mut self.phase, Phase::Offline);
        let may_retry = self.settings.reconnects && self.was_welcomed && !self.is_leaving;
        match phase {
            Phase::Quitting => vec![Effect::Leave(Ending::Left)],
            _ if may_retry => vec![Effect::Reconnect],
            Phase::Offline => vec![Effect::Leave(Ending::Unreachable(why.to_owned()))],
            _ => vec![Effect::Leave(Ending::Lost(format!("connection lost: {why}")))],
        }
    }

    /// Nothing was heard for a while: the answer shows that the server is still there.
    pub(crate) fn on_silence(&self) -> Vec<Effect> {
        if self.is_ready() { vec![Effect::Send("PING :still-there".to_owned())] } else { Vec::new() }
    }

    /// There is nothing more to type.
    pub(crate) fn on_end_of_input(&mut self) -> Vec<Effect> {
        self.leave("")
    }

    /// A typed line.
    pub(crate) fn on_input(&mut self, typed: &str) -> Vec<Effect> {
        let mut effects = self.on_typed(typed);
        self.pace(&mut effects);
        effects
    }

    /// Puts a PING behind every few kilobytes of a script's lines and holds the next ones until it is answered: a
    /// server that reads slowly then slows the script, and neither side's buffers decide what a deadline means.
    fn pace(&mut self, effects: &mut Vec<Effect>) {
        self.unanswered += effects.iter().map(Effect::sent_len).sum::<usize>();
        if self.settings.waits_for_answers && self.is_ready() && self.unanswered >= WINDOW {
            self.unanswered = 0;
            self.is_pacing = true;
            effects.push(Effect::Send(format!("PING :{PACE}")));
        }
    }

    fn on_typed(&mut self, typed: &str) -> Vec<Effect> {
        let line = one_line(typed);
        let word = line.trim();
        if word.is_empty() {
            return Vec::new();
        }
        if word == "exit" {
            return self.leave("");
        }
        match line.strip_prefix('/') {
            Some(rest) if rest.starts_with('/') => self.say_here(rest),
            Some(rest) => commands::run(self, rest),
            None => self.say_here(&line),
        }
    }

    /// Leaves: at once where nothing can be waiting for an answer, else behind a PING.
    pub(crate) fn leave(&mut self, farewell: &str) -> Vec<Effect> {
        self.is_leaving = true;
        let farewell = pieces(farewell, room_for_text("QUIT :".len()))[0];
        farewell.clone_into(&mut self.farewell);
        match self.phase {
            Phase::Ready if self.settings.waits_for_answers => self.fence(),
            Phase::Ready => vec![self.quit()],
            Phase::Registering { .. } if self.settings.waits_for_answers => Vec::new(),
            Phase::Offline if self.settings.waits_for_answers && !self.was_welcomed => Vec::new(),
            Phase::Offline | Phase::Registering { .. } => vec![Effect::Leave(Ending::Left)],
            Phase::Fenced | Phase::Quitting => Vec::new(),
        }
    }

    fn fence(&mut self) -> Vec<Effect> {
        self.phase = Phase::Fenced;
        vec![Effect::Send(format!("PING :{FENCE}"))]
    }

    fn quit(&mut self) -> Effect {
        self.phase = Phase::Quitting;
        let farewell = std::mem::take(&mut self.farewell);
        Effect::Send(if farewell.is_empty() { "QUIT".to_owned() } else { format!("QUIT :{farewell}") })
    }

    fn say_here(&mut self, text: &str) -> Vec<Effect> {
        let here = self.here.clone();
        self.say(&here, text)
    }

    /// Sends text to a nick or room, in as many lines as it needs.
    pub(crate) fn say(&mut self, target: &str, text: &str) -> Vec<Effect> {
        self.send_text(target, text, "", "")
    }

    /// Sends `before text after` to a nick or room; every line gets its own `before` and `after`.
    pub(crate) fn send_text(&mut self, target: &str, text: &str, before: &str, after: &str) -> Vec<Effect> {
        if !self.is_ready() {
            return vec![self.not_connected()];
        }
        self.remember(target);
        let head = format!("PRIVMSG {target} :{before}");
        let max = room_for_text(head.len() + after.len());
        let line = |piece| Effect::Send(format!("{head}{piece}{after}"));
        pieces(text, max).into_iter().map(line).collect()
    }

    /// The refusal of everything that needs a connection while there is none.
    pub(crate) fn not_connected(&self) -> Effect {
        Shown::problem("not connected: nothing was sent")
    }

    /// Chooses the conversation that typed text goes to.
    pub(crate) fn choose(&mut self, target: &str) {
        target.clone_into(&mut self.here);
        self.remember(target);
    }

    /// Remembers a nick for completion; one with control characters in it stays away from the line being typed.
    fn remember(&mut self, nick: &str) {
        if !is_room(nick) && is_target(nick) && !self.nicks.contains(nick) && self.nicks.len() < NICKS_MAX {
            self.nicks.insert(nick.to_owned());
            self.names_version += 1;
        }
    }

    /// The current conversation.
    pub(crate) fn here(&self) -> &str {
        &self.here
    }

    /// The nick of the desk.
    pub(crate) fn desk(&self) -> &str {
        &self.settings.desk
    }

    /// The current conversation if it is a room.
    pub(crate) fn room_here(&self) -> Option<String> {
        is_room(&self.here).then(|| self.here.clone())
    }

    /// The user asked for the names in a room.
    pub(crate) fn asked_names(&mut self) {
        self.asked.names += 1;
    }

    /// The user asked for a topic.
    pub(crate) fn asked_topic(&mut self) {
        self.asked.topic += 1;
    }

    /// The user asked who is there.
    pub(crate) fn asked_who(&mut self) {
        self.asked.who += 1;
    }

    /// The user sent a line of their own making.
    pub(crate) fn asked_anything(&mut self) {
        self.asked.anything = true;
    }

    fn is_me(&self, nick: &str) -> bool {
        same(&self.nick, nick)
    }
}

/// What was typed as one line of a protocol that has no way to say CR, LF or NUL.
fn one_line(typed: &str) -> String {
    typed.trim_end_matches(['\r', '\n']).replace(['\r', '\n', '\0'], " ")
}
