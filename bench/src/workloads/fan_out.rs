//! Fan-out: a few senders keep a window of messages under way in one big room, so that the server is never idle.

use std::time::Instant;

use anyhow::{Context as _, Result};

use super::Stage;
use crate::crowd;
use crate::figure::{self, Figure};
use crate::ledger::Ledger;
use crate::load::Load;
use crate::mark;
use crate::meter::Meter;
use crate::servers::Wish;
use crate::swarm::{Outgoing, Swarm, Talk};

pub(super) fn about(load: &Load) -> String {
    format!(
        "{} members, {} senders with {} messages of 64 bytes each, window {}: the next goes when all members have one",
        load.members, load.senders, load.fan_out_messages, load.window
    )
}

pub(crate) fn measure(stage: &Stage<'_>, wish: Wish) -> Result<Vec<Figure>> {
    let load = stage.load;
    let server = stage.start_with(wish)?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register(&mut swarm, load.members)?;
    crowd::join(&mut swarm, (0..load.members).map(|member| (member, "#room".to_owned())))?;
    let mut talk = FanOut::new("#room", load.members, load.senders, load.fan_out_messages, load.window);
    let meter = Meter::start(server.pid())?;
    swarm.run(&mut talk)?;
    let spent = meter.stop()?;
    crowd::settle(&mut swarm, &mut talk).context("after the last message")?;
    let deliveries = (load.senders * load.fan_out_messages * (load.members - 1)) as f64;
    let mut figures = vec![
        Figure::new("CPU per 1M deliveries", "s", spent.server_s * 1e6 / deliveries),
        Figure::beside("deliveries", "/s", deliveries / spent.elapsed_s),
    ];
    figures.extend(figure::load(&spent));
    Ok(figures)
}

/// Closed loop: each sender has at most a window of messages that somebody lacks. Clients behind the readers may be in the
/// room; what they get is of no interest.
#[derive(Debug)]
pub(super) struct FanOut {
    room: &'static str,
    readers: usize,
    /// How many times a text has its filling.
    filling: usize,
    ledger: Ledger,
    /// By sender: messages still to be sent, and how many may go now.
    left: Vec<usize>,
    credit: Vec<usize>,
    /// If times are taken: when each message was sent, by sender, and how long each delivery took.
    times: Option<Times>,
}

#[derive(Debug)]
struct Times {
    sent: Vec<Vec<Instant>>,
    seconds: Vec<f32>,
}

impl FanOut {
    pub(super) fn new(
        room: &'static str,
        readers: usize,
        senders: usize,
        messages: usize,
        window: usize,
    ) -> Self {
        Self {
            room,
            readers,
            filling: 1,
            ledger: Ledger::new(readers, senders),
            left: vec![messages; senders],
            credit: vec![window; senders],
            times: None,
        }
    }

    /// Takes times from now on.
    pub(super) fn timed(mut self) -> Self {
        self.times = Some(Times { sent: vec![Vec::new(); self.left.len()], seconds: Vec::new() });
        self
    }

    /// Makes texts longer from now on.
    pub(super) fn filled(self, filling: usize) -> Self {
        Self { filling, ..self }
    }

    /// How long deliveries took, in seconds.
    pub(super) fn into_seconds(self) -> Vec<f32> {
        self.times.map(|times| times.seconds).unwrap_or_default()
    }
}

impl Talk for FanOut {
    fn hear(&mut self, client: usize, line: &[u8], at: Instant, _: &mut Outgoing) -> Result<()> {
        if client >= self.readers {
            return Ok(());
        }
        let Some(mark) = mark::read(line) else { return Ok(()) };
        if self.ledger.receive(client, mark)? {
            self.credit[mark.sender as usize] += 1;
        }
        if let Some(times) = &mut self.times {
            let sent = times.sent[mark.sender as usize][mark.number as usize];
            times.seconds.push(at.saturating_duration_since(sent).as_secs_f32());
        }
        Ok(())
    }

    fn speak(&mut self, out: &mut Outgoing) -> Option<Instant> {
        let now = self.times.is_some().then(Instant::now);
        for sender in 0..self.left.len() {
            for _ in 0..self.credit[sender].min(self.left[sender]) {
                mark::write_long(out.to(sender), self.room, self.ledger.send(sender), self.filling);
                self.credit[sender] -= 1;
                self.left[sender] -= 1;
                if let (Some(times), Some(now)) = (&mut self.times, now) {
                    times.sent[sender].push(now);
                }
            }
        }
        None
    }

    fn is_done(&self) -> bool {
        self.left.iter().all(|left| *left == 0) && self.ledger.is_settled()
    }

    fn lacks(&self) -> String {
        self.ledger.lacks()
    }
}
