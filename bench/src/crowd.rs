//! What every workload begins and ends with: clients that register, that join rooms, that wait until the server has dealt
//! with everything. Measures nothing.

use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::swarm::{Outgoing, Swarm, Talk, has_word};

/// Connects and registers `count` clients, called `c` and their number.
pub(crate) fn register(swarm: &mut Swarm, count: usize) -> Result<()> {
    let mut arrivals = Arrivals { first: swarm.len(), welcomed: 0, wanted: 0 };
    while arrivals.wanted < count {
        while arrivals.wanted < count && arrivals.wanted - arrivals.welcomed < swarm.at_once {
            let client = swarm.connect()?;
            let nick = nick(client);
            swarm.out.line(client, &format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}"));
            arrivals.wanted += 1;
        }
        swarm.turn(&mut arrivals)?;
    }
    swarm.run(&mut arrivals)
}

/// Connects and registers one client with a name of its own.
pub(crate) fn register_as(swarm: &mut Swarm, nick: &str) -> Result<usize> {
    let client = swarm.connect()?;
    swarm.out.line(client, &format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}"));
    swarm.run(&mut Arrivals { first: client, welcomed: 0, wanted: 1 })?;
    Ok(client)
}

/// What a client is called.
pub(crate) fn nick(client: usize) -> String {
    format!("c{client}")
}

#[derive(Debug)]
struct Arrivals {
    first: usize,
    welcomed: usize,
    wanted: usize,
}

impl Talk for Arrivals {
    fn hear(&mut self, client: usize, line: &[u8], _: Instant, out: &mut Outgoing) -> Result<()> {
        // The last line of the welcome: the end of the message of the day, or that there is none.
        if client >= self.first && (has_word(line, b"376") || has_word(line, b"422")) {
            self.welcomed += 1;
        }
        if line.starts_with(b"PING ") {
            out.line(client, "PONG :alive");
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.welcomed == self.wanted
    }

    fn lacks(&self) -> String {
        format!("{} of {} clients were not welcomed", self.wanted - self.welcomed, self.wanted)
    }
}

/// All of `clients` join a room each, and have seen that everybody has.
pub(crate) fn join(swarm: &mut Swarm, rooms: impl Iterator<Item = (usize, String)>) -> Result<()> {
    let mut answers = Answers { word: b"366", lacking: 0 };
    for (client, room) in rooms {
        swarm.out.line(client, &format!("JOIN {room}"));
        answers.lacking += 1;
    }
    swarm.run(&mut answers)?;
    settle(swarm, &mut Silent)
}

/// Waits until the server has dealt with everything of every client; what else comes goes to `talk`, so that a repeated last
/// line is seen.
pub(crate) fn settle(swarm: &mut Swarm, talk: &mut impl Talk) -> Result<()> {
    let all = 0..swarm.len();
    settle_some(swarm, all, talk)
}

/// Like [`settle`], for these clients.
pub(crate) fn settle_some(
    swarm: &mut Swarm,
    clients: impl Iterator<Item = usize>,
    talk: &mut impl Talk,
) -> Result<()> {
    let mut fence = Fence { answers: Answers { word: b"PONG", lacking: 0 }, talk };
    for client in clients {
        swarm.out.line(client, "PING :fence");
        fence.answers.lacking += 1;
    }
    swarm.run(&mut fence)
}

/// Waits for one line with a word from each client.
#[derive(Debug)]
struct Answers {
    word: &'static [u8],
    lacking: usize,
}

impl Talk for Answers {
    fn hear(&mut self, _: usize, line: &[u8], _: Instant, _: &mut Outgoing) -> Result<()> {
        if has_word(line, self.word) {
            let word = || format!("one answer {} too many", String::from_utf8_lossy(self.word));
            self.lacking = self.lacking.checked_sub(1).with_context(word)?;
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.lacking == 0
    }

    fn lacks(&self) -> String {
        format!("{} answers {} lack", self.lacking, String::from_utf8_lossy(self.word))
    }
}

/// Says nothing and takes everything.
#[derive(Debug)]
pub(crate) struct Silent;

impl Talk for Silent {
    fn hear(&mut self, _: usize, _: &[u8], _: Instant, _: &mut Outgoing) -> Result<()> {
        Ok(())
    }

    fn is_done(&self) -> bool {
        true
    }

    fn lacks(&self) -> String {
        String::new()
    }
}

#[derive(Debug)]
struct Fence<'t, T> {
    answers: Answers,
    talk: &'t mut T,
}

impl<T: Talk> Talk for Fence<'_, T> {
    fn hear(&mut self, client: usize, line: &[u8], at: Instant, out: &mut Outgoing) -> Result<()> {
        self.answers.hear(client, line, at, out)?;
        self.talk.hear(client, line, at, out)
    }

    fn is_done(&self) -> bool {
        self.answers.is_done()
    }

    fn lacks(&self) -> String {
        self.answers.lacks()
    }
}
