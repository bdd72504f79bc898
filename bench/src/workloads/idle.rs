//! Clients that register and then say nothing: how much memory of the server each of them holds.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::Stage;
use crate::crowd;
use crate::figure::Figure;
use crate::load::Load;
use crate::meter;
use crate::swarm::Swarm;

/// How long the server is left alone before its memory is looked at.
const QUIET: Duration = Duration::from_secs(1);

pub(super) fn about(load: &Load) -> String {
    format!("{} clients register and are silent; growth of the server's RSS since the first", load.idle)
}

pub(super) fn measure(stage: &Stage<'_>) -> Result<Vec<Figure>> {
    let server = stage.start()?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register(&mut swarm, 1)?;
    rest(&mut swarm)?;
    let empty = meter::resident(server.pid())?;
    crowd::register(&mut swarm, stage.load.idle)?;
    rest(&mut swarm)?;
    let full = meter::resident(server.pid())?;
    Ok(vec![
        Figure::new("RSS per client", "bytes", (full - empty) / stage.load.idle as f64),
        Figure::beside("RSS with one client", "KiB", empty / 1024.0),
    ])
}

/// Waits until everything is dealt with, and a little longer.
fn rest(swarm: &mut Swarm) -> Result<()> {
    crowd::settle(swarm, &mut crowd::Silent)?;
    let begin = Instant::now();
    while begin.elapsed() < QUIET {
        swarm.turn(&mut crowd::Silent)?;
    }
    Ok(())
}
