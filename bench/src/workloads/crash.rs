//! A crash: chatd is killed while a busy room speaks, and starts again. Whatever anybody was shown has to be in the history, in
//! the order in which it was said.

use std::time::Instant;

use anyhow::{Result, ensure};

use super::Stage;
use super::fan_out::FanOut;
use super::restart::history;
use crate::crowd;
use crate::figure::Figure;
use crate::load::Load;
use crate::mark::{self, Mark};
use crate::servers::{self, History, Home, Running, Wish};
use crate::swarm::{Outgoing, Swarm, Talk};

/// Members of the room, and how many of them speak.
const MEMBERS: usize = 50;
const SENDERS: usize = 4;
/// Messages of each sender that may be under way.
const WINDOW: usize = 32;
/// After so many messages that somebody has seen, the end comes. One answer holds more.
const UNTIL: usize = 4_000;
/// Messages in one answer of the control API at most.
const ANSWER: usize = 10_000;

pub(super) fn about(_: &Load) -> String {
    format!(
        "kill -9 after {UNTIL} messages in a room of {MEMBERS}; all that any member was shown must be in the history"
    )
}

pub(super) fn measure(stage: &Stage<'_>, workers: usize) -> Result<Vec<Figure>> {
    let home = servers::empty_home()?;
    let wish = Wish { workers, ..Wish::history(History::On("every-second")) };
    let (server, _) = stage.server.start_at(stage.chatd, wish, Home::Lent(home.path().into()))?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register(&mut swarm, MEMBERS)?;
    crowd::join(&mut swarm, (0..MEMBERS).map(|member| (member, "#kept".to_owned())))?;
    swarm.may_end_from(0);
    let mut talk = Doomed {
        talk: FanOut::new("#kept", MEMBERS, SENDERS, UNTIL * 2, WINDOW),
        server: Some(server),
        shown: [0; SENDERS],
        living: MEMBERS,
    };
    swarm.run(&mut talk)?;
    let shown = talk.shown;
    let (server, _) = stage.server.start_at(stage.chatd, wish, Home::Lent(home.path().into()))?;
    let kept = marks(&history(&server.control(), "kept", ANSWER)?);
    let mut next = [0; SENDERS];
    for mark in &kept {
        let next = &mut next[mark.sender as usize];
        ensure!(*next == mark.number, "history has {mark:?} where message {next} of that sender was due");
        *next += 1;
    }
    for (sender, (shown, kept)) in shown.iter().zip(next).enumerate() {
        ensure!(
            *shown <= kept,
            "{shown} messages of sender {sender} were shown, and {kept} are in the history"
        );
    }
    let shown: u32 = shown.iter().sum();
    Ok(vec![
        Figure::beside("shown before the end", "messages", f64::from(shown)),
        Figure::beside("of these in the history", "messages", f64::from(shown)),
        Figure::beside(
            "in the history and not shown yet",
            "messages",
            (kept.len() as f64) - f64::from(shown),
        ),
    ])
}

/// The marks in an answer, in order.
fn marks(answer: &str) -> Vec<Mark> {
    // The mark is the end of a text, which is a string of JSON.
    answer
        .split('"')
        .filter(|string| string.starts_with("the quick"))
        .filter_map(|string| mark::read(string.as_bytes()))
        .collect()
}

/// A room whose server is killed.
struct Doomed {
    talk: FanOut,
    /// Until it is killed.
    server: Option<Running>,
    /// By sender: how many of its messages somebody was shown. Nobody is shown one before those that came before it.
    shown: [u32; SENDERS],
    /// Clients whose connection has not ended.
    living: usize,
}

impl Talk for Doomed {
    fn hear(&mut self, client: usize, line: &[u8], at: Instant, out: &mut Outgoing) -> Result<()> {
        self.talk.hear(client, line, at, out)?;
        if let Some(mark) = mark::read(line) {
            let shown = &mut self.shown[mark.sender as usize];
            *shown = (*shown).max(mark.number + 1);
        }
        if self.shown.iter().sum::<u32>() as usize >= UNTIL {
            // Dropping it kills it.
            self.server = None;
        }
        Ok(())
    }

    fn speak(&mut self, out: &mut Outgoing) -> Option<Instant> {
        if self.server.is_some() { self.talk.speak(out) } else { None }
    }

    fn ended(&mut self, _: usize) {
        self.living -= 1;
    }

    fn is_done(&self) -> bool {
        self.living == 0
    }

    fn lacks(&self) -> String {
        format!("{} clients of a killed server have not noticed", self.living)
    }
}

#[cfg(test)]
mod tests {
    use super::marks;
    use crate::mark::{Mark, write};

    #[test]
    fn marks_are_found_in_an_answer_in_their_order() {
        let mut line = Vec::new();
        write(&mut line, "#kept", Mark { sender: 2, number: 7 });
        let text = String::from_utf8(line).unwrap();
        let text = text.trim_end().split_once(':').unwrap().1;
        let answer = format!(
            r#"{{"entries":[{{"text":"{text}"}},{{"from":"x","text":"no mark"}},{{"text":"{text}"}}]}}"#
        );
        assert_eq!(marks(&answer), [Mark { sender: 2, number: 7 }; 2]);
    }
}
