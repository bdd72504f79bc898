//! Members that do not read: the others must get everything, as fast as before, and what waits for the slow must stay within
//! the configured bound.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::Stage;
use super::fan_out::FanOut;
use crate::crowd;
use crate::figure::{self, Figure, percentile};
use crate::load::Load;
use crate::mark;
use crate::meter::{self, Meter};
use crate::servers::{History, Wish};
use crate::swarm::{Outgoing, Swarm, Talk, has_word};

/// What may wait for one client in chatd (`limits.outbox-hard`). The kernel holds up to 4 MB before (`net.ipv4.tcp_wmem`), so
/// that a full run goes beyond the bound and a short one does not.
const OUTBOX: usize = 256 << 10;
/// Texts are long, so that the sockets fill soon: 52 bytes so many times.
const FILLING: usize = 6;
/// What a server may grow by for other reasons: allocators keep what was needed for a moment.
const SLACK: f64 = 8.0 * 1024.0 * 1024.0;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(20);

pub(super) fn about(load: &Load) -> String {
    format!(
        "{} members, of whom {} stop reading; {} senders with {} messages each, window {}; a quarter of that while all read, then all of it while the slow do not",
        load.members, load.slow, load.senders, load.slow_messages, load.window
    )
}

pub(super) fn measure(stage: &Stage<'_>) -> Result<Vec<Figure>> {
    let load = stage.load;
    let server = stage.start_with(Wish { outbox: OUTBOX, ..Wish::history(History::Off) })?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    let healthy = load.members - load.slow;
    crowd::register(&mut swarm, load.members)?;
    crowd::join(&mut swarm, (0..load.members).map(|member| (member, "#room".to_owned())))?;
    let (before, _) = flood(&mut swarm, server.pid(), load, healthy, load.slow_messages / 4)?;
    crowd::settle(&mut swarm, &mut crowd::Silent)?;
    swarm.stop_reading(healthy..load.members)?;
    let resident = meter::resident(server.pid())?;
    let meter = Meter::start(server.pid())?;
    let (beside, most) = flood(&mut swarm, server.pid(), load, healthy, load.slow_messages)?;
    let spent = meter.stop()?;
    let ended = wake(&mut swarm, healthy, load)?;
    let grown = most - resident;
    let bound = (load.slow * OUTBOX) as f64;
    ensure!(
        !stage.server.is_chatd || grown < bound + SLACK,
        "it grew by {grown:.0} bytes for {} members that do not read, more than limits.outbox-hard allows",
        load.slow
    );
    let mib = f64::from(1 << 20);
    let mut figures = vec![
        Figure::new("latency p99, all read", "µs", before),
        Figure::new("latency p99, some do not", "µs", beside),
        Figure::new("RSS growth", "MiB", grown / mib),
        Figure::beside("slow that were ended", "clients", ended as f64),
        Figure::beside("bound of what waits", "MiB", bound / mib),
    ];
    figures.extend(figure::load(&spent));
    Ok(figures)
}

/// Sends everything to the healthy; their 99th percentile in µs, and the most memory that the server had.
fn flood(
    swarm: &mut Swarm,
    process: u32,
    load: &Load,
    healthy: usize,
    messages: usize,
) -> Result<(f64, f64)> {
    let talk = FanOut::new("#room", healthy, load.senders, messages, load.window).timed().filled(FILLING);
    let mut watched = Watched { talk, process, most: meter::resident(process)?, next: Instant::now() };
    swarm.run(&mut watched)?;
    crowd::settle_some(swarm, 0..healthy, &mut watched).context("after the last message")?;
    let most = watched.most.max(meter::resident(process)?);
    let mut seconds = watched.talk.into_seconds();
    seconds.sort_by(f32::total_cmp);
    Ok((percentile(&seconds, 0.99) * 1e6, most))
}

/// The slow read again: each gets everything in order, or was ended behind a part of it. How many were.
fn wake(swarm: &mut Swarm, healthy: usize, load: &Load) -> Result<usize> {
    let slow = (healthy..load.members).map(|_| Some(vec![0; load.senders])).collect();
    let mut waking = Waking { healthy, slow, messages: load.slow_messages, lacking: load.slow, ended: 0 };
    for client in healthy..load.members {
        swarm.out.line(client, "PING :awake");
        swarm.read_again(client)?;
    }
    swarm.run(&mut waking)?;
    Ok(waking.ended)
}

#[derive(Debug)]
struct Waking {
    healthy: usize,
    /// By slow client and sender, the number that is next; nothing once it was ended.
    slow: Vec<Option<Vec<usize>>>,
    messages: usize,
    lacking: usize,
    ended: usize,
}

impl Talk for Waking {
    fn hear(&mut self, client: usize, line: &[u8], _: Instant, _: &mut Outgoing) -> Result<()> {
        let Some(Some(next)) = client.checked_sub(self.healthy).map(|slow| self.slow[slow].as_mut()) else {
            return Ok(());
        };
        if let Some(mark) = mark::read(line) {
            let next = &mut next[mark.sender as usize];
            ensure!(
                *next == mark.number as usize,
                "client {client}, which was slow, got {mark} instead of {next}"
            );
            *next += 1;
        } else if has_word(line, b"PONG") {
            let is_all = next.iter().all(|next| *next == self.messages);
            ensure!(is_all, "client {client}, which was slow and was not ended, got {next:?}");
            self.lacking -= 1;
        }
        Ok(())
    }

    fn ended(&mut self, client: usize) {
        self.slow[client - self.healthy] = None;
        self.ended += 1;
        self.lacking -= 1;
    }

    fn is_done(&self) -> bool {
        self.lacking == 0
    }

    fn lacks(&self) -> String {
        format!("{} clients that were slow have neither everything nor an end", self.lacking)
    }
}

/// A talk beside which the server's memory is looked at.
#[derive(Debug)]
struct Watched {
    talk: FanOut,
    process: u32,
    most: f64,
    next: Instant,
}

impl Talk for Watched {
    fn hear(&mut self, client: usize, line: &[u8], at: Instant, out: &mut Outgoing) -> Result<()> {
        self.talk.hear(client, line, at, out)
    }

    fn speak(&mut self, out: &mut Outgoing) -> Option<Instant> {
        let now = Instant::now();
        if now >= self.next {
            self.next = now + LOOK;
            // It has ended if nothing is told; the connections say so.
            self.most = self.most.max(meter::resident_of(self.process).unwrap_or_default());
        }
        self.talk.speak(out)
    }

    fn is_done(&self) -> bool {
        self.talk.is_done()
    }

    fn lacks(&self) -> String {
        self.talk.lacks()
    }
}
