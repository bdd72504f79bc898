//! Rooms: what a delivery and a room cost when there are many, each of four members and each spoken in.

use std::time::Instant;

use anyhow::{Result, ensure};

use super::Growth;
use crate::crowd;
use crate::figure::Figure;
use crate::meter::{self, Meter};
use crate::swarm::{Outgoing, Swarm, Talk, has_word};
use crate::workloads::Stage;

/// Members of each room.
const MEMBERS: usize = 4;
/// All clients; each is in as many rooms as it takes.
const CLIENTS: usize = 1_000;
/// Messages in a run, and how many may be under way.
const MESSAGES: usize = 200_000;
const WINDOW: usize = 1_000;

pub(super) const ROOMS: Growth = Growth {
    name: "rooms",
    about: "rooms of 4, 1,000 clients, a message to one room after the other, 1,000 under way",
    x: "rooms",
    sizes: &[10, 100, 1_000, 10_000, 100_000],
    others_to: 10_000,
    has_floor: true,
    drawn: &["CPU per delivery", "RSS per room"],
    measure,
};

fn measure(stage: &Stage<'_>, rooms: usize) -> Result<Vec<Figure>> {
    let server = stage.start()?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register(&mut swarm, CLIENTS)?;
    let before = meter::resident(server.pid())?;
    // One member of each room after the other, so that nobody has to wait for a long queue of joins.
    for member in 0..MEMBERS {
        crowd::join(&mut swarm, (0..rooms).map(|room| (client(room, member), name(room))))?;
    }
    let after = meter::resident(server.pid())?;
    let mut talk = Talkers { rooms, sent: 0, received: 0, next: vec![0; rooms * MEMBERS] };
    let meter = Meter::start(server.pid())?;
    swarm.run(&mut talk)?;
    let spent = meter.stop()?;
    crowd::settle(&mut swarm, &mut talk)?;
    ensure!(talk.is_done(), "a message was repeated");
    Ok(vec![
        Figure::new("CPU per delivery", "µs", spent.server_s * 1e6 / (MESSAGES * (MEMBERS - 1)) as f64),
        Figure::new("RSS per room", "bytes", (after - before) / rooms as f64),
    ])
}

/// Who sits where: members of a room are a quarter of all clients apart, so that rooms overlap in ever new ways.
fn client(room: usize, member: usize) -> usize {
    (room * 7 + room / CLIENTS + member * CLIENTS / MEMBERS) % CLIENTS
}

fn name(room: usize) -> String {
    format!("#r{room}")
}

/// The first member of each room speaks in turn; the others have to hear it in order.
#[derive(Debug)]
struct Talkers {
    rooms: usize,
    sent: usize,
    received: usize,
    /// By room and member: how many messages were heard.
    next: Vec<u32>,
}

impl Talk for Talkers {
    fn hear(&mut self, client_number: usize, line: &[u8], _: Instant, _: &mut Outgoing) -> Result<()> {
        if !has_word(line, b"PRIVMSG") {
            return Ok(());
        }
        let text = String::from_utf8_lossy(line);
        let mut words = text.split_whitespace().skip(2);
        let room: usize =
            words.next().and_then(|name| name.strip_prefix("#r")?.parse().ok()).unwrap_or(usize::MAX);
        let turn: u32 =
            words.next().and_then(|text| text.strip_prefix(':')?.parse().ok()).unwrap_or(u32::MAX);
        let member = (1..MEMBERS).find(|member| room < self.rooms && client(room, *member) == client_number);
        let next = member.and_then(|member| self.next.get_mut(room * MEMBERS + member));
        ensure!(
            next.as_deref() == Some(&turn),
            "client {client_number} got message {turn} of room {room} where {next:?} was due"
        );
        if let Some(next) = next {
            *next += 1;
        }
        self.received += 1;
        Ok(())
    }

    fn speak(&mut self, out: &mut Outgoing) -> Option<Instant> {
        while self.sent < MESSAGES && self.sent - self.received / (MEMBERS - 1) < WINDOW {
            let (room, turn) = (self.sent % self.rooms, self.sent / self.rooms);
            out.line(
                client(room, 0),
                &format!(
                    "PRIVMSG {} :{turn} the quick brown fox jumps over the lazy dog and rests",
                    name(room)
                ),
            );
            self.sent += 1;
        }
        None
    }

    fn is_done(&self) -> bool {
        self.received == MESSAGES * (MEMBERS - 1)
    }

    fn lacks(&self) -> String {
        format!(
            "{} of {} deliveries lack",
            MESSAGES * (MEMBERS - 1) - self.received,
            MESSAGES * (MEMBERS - 1)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{CLIENTS, MEMBERS, client};

    #[test]
    fn nobody_sits_twice_in_a_room_and_everybody_sits_somewhere() {
        let mut seen = vec![false; CLIENTS];
        for room in 0..5_000 {
            let members: Vec<_> = (0..MEMBERS).map(|member| client(room, member)).collect();
            members.iter().for_each(|member| seen[*member] = true);
            assert!((1..MEMBERS).all(|at| !members[..at].contains(&members[at])), "room {room}: {members:?}");
        }
        assert!(seen.iter().all(|seen| *seen));
    }
}
