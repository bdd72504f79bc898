//! Direct messages: pairs that answer each other, one message of each pair under way.

use std::time::Instant;

use anyhow::{Context as _, Result};

use super::Stage;
use crate::crowd;
use crate::figure::{self, Figure};
use crate::ledger::Ledger;
use crate::load::Load;
use crate::mark;
use crate::meter::Meter;
use crate::swarm::{Outgoing, Swarm, Talk};

pub(super) fn about(load: &Load) -> String {
    format!("{} pairs, {} rounds of two messages of 64 bytes, one under way in each", load.pairs, load.rounds)
}

pub(super) fn measure(stage: &Stage<'_>) -> Result<Vec<Figure>> {
    let load = stage.load;
    let server = stage.start()?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register(&mut swarm, 2 * load.pairs)?;
    crowd::settle(&mut swarm, &mut crowd::Silent)?;
    let mut talk = PingPong {
        pairs: (0..load.pairs).map(|_| Ledger::new(2, 2)).collect(),
        nicks: (0..2 * load.pairs).map(crowd::nick).collect(),
        sent: vec![Instant::now(); load.pairs],
        messages: 2 * load.rounds,
        playing: load.pairs,
        seconds: Vec::with_capacity(2 * load.rounds * load.pairs),
    };
    let meter = Meter::start(server.pid())?;
    for pair in 0..load.pairs {
        talk.say(pair, 0, &mut swarm.out);
    }
    swarm.run(&mut talk)?;
    let spent = meter.stop()?;
    crowd::settle(&mut swarm, &mut talk).context("after the last message")?;
    let messages = (2 * load.rounds * load.pairs) as f64;
    let mut figures = vec![Figure::new("CPU per message", "µs", spent.server_s * 1e6 / messages)];
    figures.extend(figure::percentiles(["latency p50", "latency p99"], &mut talk.seconds));
    figures.push(Figure::beside("messages", "/s", messages / spent.elapsed_s));
    figures.extend(figure::load(&spent));
    Ok(figures)
}

/// Clients `2 p` and `2 p + 1` are pair `p`.
#[derive(Debug)]
struct PingPong {
    pairs: Vec<Ledger>,
    nicks: Vec<String>,
    /// When the message that is under way was sent, by pair.
    sent: Vec<Instant>,
    /// Messages of a pair.
    messages: usize,
    playing: usize,
    seconds: Vec<f32>,
}

impl PingPong {
    fn say(&mut self, pair: usize, player: usize, out: &mut Outgoing) {
        let mark = self.pairs[pair].send(player);
        mark::write(out.to(2 * pair + player), &self.nicks[2 * pair + 1 - player], mark);
        self.sent[pair] = Instant::now();
    }
}

impl Talk for PingPong {
    fn hear(&mut self, client: usize, line: &[u8], at: Instant, out: &mut Outgoing) -> Result<()> {
        let Some(mark) = mark::read(line) else { return Ok(()) };
        let (pair, player) = (client / 2, client % 2);
        self.pairs[pair].receive(player, mark).with_context(|| format!("pair {pair}"))?;
        self.seconds.push(at.saturating_duration_since(self.sent[pair]).as_secs_f32());
        if self.pairs[pair].sent() < self.messages {
            self.say(pair, player, out);
        } else {
            self.playing -= 1;
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.playing == 0
    }

    fn lacks(&self) -> String {
        let pair = self.pairs.iter().position(|pair| !pair.is_settled()).unwrap_or_default();
        format!("{} pairs have not finished; in pair {pair}, {}", self.playing, self.pairs[pair].lacks())
    }
}
