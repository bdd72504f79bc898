//! Messages to the desk: each is stored before its receipt is sent. First as many as go, then at fixed moments.

use std::collections::VecDeque;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use super::Stage;
use crate::crowd;
use crate::figure::{self, Figure};
use crate::load::Load;
use crate::mark::{self, Mark};
use crate::meter::Meter;
use crate::pace::Pace;
use crate::servers::{History, Wish};
use crate::swarm::{Outgoing, Swarm, Talk, has_word};

pub(super) fn about(load: &Load) -> String {
    format!(
        "{} clients with {} messages each, window {}, then {} messages/s in all for {} s, open loop",
        load.desk_clients, load.desk_messages, load.window, load.desk_rate, load.paced_seconds
    )
}

pub(super) fn measure(stage: &Stage<'_>, sync: &'static str) -> Result<Vec<Figure>> {
    let load = stage.load;
    let server = stage.start_with(Wish::history(History::On(sync)))?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register(&mut swarm, load.desk_clients)?;
    crowd::settle(&mut swarm, &mut crowd::Silent)?;
    let mut flood = Desk::new(
        load.desk_clients,
        Source::Window { left: vec![load.desk_messages; load.desk_clients], window: load.window },
    );
    let meter = Meter::start(server.pid())?;
    swarm.run(&mut flood)?;
    let spent = meter.stop()?;
    crowd::settle(&mut swarm, &mut flood).context("after the last message")?;
    let messages = (load.desk_clients * load.desk_messages) as f64;
    let pace = Pace::new(load.desk_rate, load.desk_rate * load.paced_seconds);
    let mut paced = Desk::new(load.desk_clients, Source::Paced(pace));
    swarm.run(&mut paced)?;
    crowd::settle(&mut swarm, &mut paced).context("after the last message")?;
    let mut figures = vec![
        Figure::new("stored messages", "/s", messages / spent.elapsed_s),
        Figure::new("CPU per stored message", "µs", spent.server_s * 1e6 / messages),
    ];
    figures.extend(figure::percentiles(["paced receipt p50", "paced receipt p99"], &mut paced.seconds));
    if let Source::Paced(pace) = paced.source {
        figures.push(pace.lateness());
    }
    figures.extend(figure::load(&spent));
    Ok(figures)
}

/// What decides when a message is sent.
#[derive(Debug)]
enum Source {
    /// Messages that each client has left, and how many of a client may lack their receipt.
    Window { left: Vec<usize>, window: usize },
    /// Clients take turns.
    Paced(Pace),
}

#[derive(Debug)]
struct Desk {
    source: Source,
    /// When the messages without receipt were sent, or should have been, by client.
    waiting: Vec<VecDeque<Instant>>,
    /// The number of each client's latest receipt.
    latest: Vec<u64>,
    asked: usize,
    lacking: usize,
    seconds: Vec<f32>,
}

impl Desk {
    fn new(clients: usize, source: Source) -> Self {
        Self {
            source,
            waiting: vec![VecDeque::new(); clients],
            latest: vec![0; clients],
            asked: 0,
            lacking: 0,
            seconds: Vec::new(),
        }
    }

    fn ask(&mut self, client: usize, moment: Instant, out: &mut Outgoing) {
        let mark = Mark { sender: client as u32, number: (self.asked % 1_000_000) as u32 };
        mark::write(out.to(client), "desk", mark);
        self.waiting[client].push_back(moment);
        self.asked += 1;
        self.lacking += 1;
    }
}

impl Talk for Desk {
    fn hear(&mut self, client: usize, line: &[u8], at: Instant, _: &mut Outgoing) -> Result<()> {
        let Some(number) = receipt(line) else { return Ok(()) };
        let asked = self.waiting[client].pop_front();
        let asked = asked.with_context(|| format!("client {client} got a receipt for nothing: {number}"))?;
        let latest = std::mem::replace(&mut self.latest[client], number);
        ensure!(number > latest, "client {client} got the receipt {number} behind {latest}");
        self.lacking -= 1;
        self.seconds.push(at.saturating_duration_since(asked).as_secs_f32());
        Ok(())
    }

    fn speak(&mut self, out: &mut Outgoing) -> Option<Instant> {
        let now = Instant::now();
        let clients = self.waiting.len();
        let due: Vec<_> = match &mut self.source {
            Source::Window { left, window } => {
                let mut due = Vec::new();
                for (client, left) in left.iter_mut().enumerate() {
                    let count = (*left).min(*window - self.waiting[client].len());
                    *left -= count;
                    due.extend(std::iter::repeat_n((client, now), count));
                }
                due
            }
            Source::Paced(pace) => {
                let mut due = Vec::new();
                while let Some(index) = pace.due() {
                    due.push((index % clients, pace.moment(index)));
                }
                due
            }
        };
        due.into_iter().for_each(|(client, moment)| self.ask(client, moment, out));
        match &self.source {
            Source::Window { .. } => None,
            Source::Paced(pace) => pace.next_moment(),
        }
    }

    fn is_done(&self) -> bool {
        let is_all = match &self.source {
            Source::Window { left, .. } => left.iter().all(|left| *left == 0),
            Source::Paced(pace) => pace.is_over(),
        };
        is_all && self.lacking == 0
    }

    fn lacks(&self) -> String {
        format!("{} of {} messages to the desk lack their receipt", self.lacking, self.asked)
    }
}

/// The number of the message that the desk has stored.
fn receipt(line: &[u8]) -> Option<u64> {
    if !line.starts_with(b":desk!") || !has_word(line, b"NOTICE") {
        return None;
    }
    let text = line.trim_ascii_end().rsplit(|byte| *byte == b':').next()?;
    std::str::from_utf8(text.strip_prefix(b"stored ")?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::receipt;

    #[test]
    fn only_a_receipt_of_the_desk_is_one() {
        assert_eq!(
            receipt(b":desk!desk@chatd.localhost NOTICE c1 :stored 17179869185\r"),
            Some(17_179_869_185)
        );
        assert_eq!(receipt(b":desk!desk@chatd.localhost NOTICE c1 :Whatever you write here\r"), None);
        assert_eq!(receipt(b":c2!c2@127.0.0.1 NOTICE c1 :stored 17\r"), None);
    }
}
