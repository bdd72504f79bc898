//! Members that do not read: the others must get everything, as fast as before, and what waits for the slow must stay within
//! the configured bound.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::Stage;
use super::fan_out::FanOut;
use crate::crowd;
use crate::figure::{self, Figure, percentile};
use crate::load::Load;
use crate::meter::{self, Meter};
use crate::servers::{History, Wish};
use crate::swarm::{Outgoing, Swarm, Talk};

/// What may wait for one client, as it is configured by default (`limits.outbox-hard`).
const OUTBOX: usize = 1 << 20;
/// What a server may grow by for other reasons: allocators keep what was needed for a moment.
const SLACK: f64 = 8.0 * 1024.0 * 1024.0;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(20);

pub(super) fn about(load: &Load) -> String {
    format!(
        "{} members, of whom {} stop reading; {} senders with {} messages each, window {}; first all read, then the slow do not",
        load.members, load.slow, load.senders, load.slow_messages, load.window
    )
}

pub(super) fn measure(stage: &Stage<'_>) -> Result<Vec<Figure>> {
    let load = stage.load;
    let server = stage.start_with(Wish { outbox: OUTBOX, ..Wish::history(History::Off) })?;
    let mut swarm = Swarm::new(server.address())?;
    let healthy = load.members - load.slow;
    crowd::register(&mut swarm, load.members)?;
    crowd::join(&mut swarm, (0..load.members).map(|member| (member, "#room".to_owned())))?;
    let (before, _) = flood(&mut swarm, server.pid(), load, healthy)?;
    crowd::settle(&mut swarm, &mut crowd::Silent)?;
    for slow in healthy..load.members {
        swarm.stop_reading(slow)?;
    }
    let resident = meter::resident(server.pid())?;
    let meter = Meter::start(server.pid())?;
    let (beside, most) = flood(&mut swarm, server.pid(), load, healthy)?;
    let spent = meter.stop()?;
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
        Figure::beside("bound of what waits", "MiB", bound / mib),
    ];
    figures.extend(figure::load(&spent));
    Ok(figures)
}

/// Sends everything to the healthy; their 99th percentile in µs, and the most memory that the server had.
fn flood(swarm: &mut Swarm, process: u32, load: &Load, healthy: usize) -> Result<(f64, f64)> {
    let talk = FanOut::new("#room", healthy, load.senders, load.slow_messages, load.window).timed();
    let mut watched = Watched { talk, process, most: meter::resident(process)?, next: Instant::now() };
    swarm.run(&mut watched)?;
    crowd::settle_some(swarm, 0..healthy, &mut watched).context("after the last message")?;
    let most = watched.most.max(meter::resident(process)?);
    let mut seconds = watched.talk.into_seconds();
    seconds.sort_by(f32::total_cmp);
    Ok((percentile(&seconds, 0.99) * 1e6, most))
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
