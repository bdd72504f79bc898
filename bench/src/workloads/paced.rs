//! Open loops: rooms in which messages are sent at fixed moments, however slow the answer is. Latency counts from the moment
//! at which a message should have been sent.

use std::time::Instant;

use anyhow::{Context as _, Result};

use super::Stage;
use crate::crowd;
use crate::figure::{self, Figure};
use crate::ledger::Ledger;
use crate::load::Load;
use crate::mark::{self, Mark};
use crate::meter::Meter;
use crate::pace::Pace;
use crate::swarm::{Outgoing, Swarm, Talk};

pub(super) fn about_room(load: &Load) -> String {
    format!(
        "{} members, {} senders, {} messages/s in all for {} s, open loop",
        load.members, load.senders, load.paced_rate, load.paced_seconds
    )
}

pub(super) fn about_small_rooms(load: &Load) -> String {
    format!(
        "{} rooms of {} members, each sends 1 message/s for {} s, spread evenly, open loop",
        load.small_rooms, load.small_members, load.paced_seconds
    )
}

pub(super) fn room(stage: &Stage<'_>) -> Result<Vec<Figure>> {
    let load = stage.load;
    let rooms = Rooms { rooms: 1, members: load.members, senders: load.senders };
    measure(stage, rooms, load.paced_rate)
}

pub(super) fn small_rooms(stage: &Stage<'_>) -> Result<Vec<Figure>> {
    let load = stage.load;
    let rooms = Rooms { rooms: load.small_rooms, members: load.small_members, senders: load.small_members };
    measure(stage, rooms, load.small_rooms * load.small_members)
}

/// Equal rooms. Client `c` is number `c / rooms` in room `c % rooms`, so that the first clients are the senders.
#[derive(Clone, Copy, Debug)]
struct Rooms {
    rooms: usize,
    members: usize,
    senders: usize,
}

impl Rooms {
    fn name(self, client: usize) -> String {
        format!("#room{}", client % self.rooms)
    }
}

fn measure(stage: &Stage<'_>, rooms: Rooms, rate: usize) -> Result<Vec<Figure>> {
    let server = stage.start()?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    let clients = rooms.rooms * rooms.members;
    crowd::register(&mut swarm, clients)?;
    crowd::join(&mut swarm, (0..clients).map(|client| (client, rooms.name(client))))?;
    let messages = rate * stage.load.paced_seconds;
    let meter = Meter::start(server.pid())?;
    let mut talk = Paced {
        rooms,
        ledgers: (0..rooms.rooms).map(|_| Ledger::new(rooms.members, rooms.senders)).collect(),
        names: (0..rooms.rooms).map(|room| rooms.name(room)).collect(),
        pace: Pace::new(rate, messages),
        seconds: Vec::with_capacity(messages * (rooms.members - 1)),
    };
    swarm.run(&mut talk)?;
    let spent = meter.stop()?;
    crowd::settle(&mut swarm, &mut talk).context("after the last message")?;
    let deliveries = (messages * (rooms.members - 1)) as f64;
    let mut figures = vec![Figure::new("CPU per delivery", "µs", spent.server_s * 1e6 / deliveries)];
    figures.extend(figure::percentiles(["latency p50", "latency p99"], &mut talk.seconds));
    figures.push(talk.pace.lateness());
    figures.extend(figure::load(&spent));
    Ok(figures)
}

/// Senders take turns: message `k` is number `k / senders` of sender `k % senders`.
#[derive(Debug)]
struct Paced {
    rooms: Rooms,
    ledgers: Vec<Ledger>,
    names: Vec<String>,
    pace: Pace,
    seconds: Vec<f32>,
}

impl Paced {
    /// When a message should have been sent.
    fn moment(&self, room: usize, mark: Mark) -> Instant {
        let sender = mark.sender as usize * self.rooms.rooms + room;
        self.pace.moment(mark.number as usize * self.rooms.senders * self.rooms.rooms + sender)
    }
}

impl Talk for Paced {
    fn hear(&mut self, client: usize, line: &[u8], at: Instant, _: &mut Outgoing) -> Result<()> {
        let Some(mark) = mark::read(line) else { return Ok(()) };
        let room = client % self.rooms.rooms;
        self.ledgers[room]
            .receive(client / self.rooms.rooms, mark)
            .with_context(|| self.names[room].clone())?;
        self.seconds.push(at.saturating_duration_since(self.moment(room, mark)).as_secs_f32());
        Ok(())
    }

    fn speak(&mut self, out: &mut Outgoing) -> Option<Instant> {
        let Rooms { rooms, senders, .. } = self.rooms;
        while let Some(index) = self.pace.due() {
            let client = index % (senders * rooms);
            let room = client % rooms;
            mark::write(out.to(client), &self.names[room], self.ledgers[room].send(client / rooms));
        }
        self.pace.next_moment()
    }

    fn is_done(&self) -> bool {
        self.pace.is_over() && self.ledgers.iter().all(Ledger::is_settled)
    }

    fn lacks(&self) -> String {
        let room = self.ledgers.iter().position(|ledger| !ledger.is_settled()).unwrap_or_default();
        format!("in {}, {}", self.names[room], self.ledgers[room].lacks())
    }
}
