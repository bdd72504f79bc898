//! A connect storm: many clients connect and register, a bounded number at once.

use anyhow::Result;

use super::Stage;
use crate::crowd;
use crate::figure::{self, Figure};
use crate::load::Load;
use crate::meter::Meter;
use crate::swarm::Swarm;

pub(super) fn about(load: &Load) -> String {
    format!("{} clients connect and register, no more at once than the listener lets wait", load.storm)
}

pub(super) fn measure(stage: &Stage<'_>) -> Result<Vec<Figure>> {
    let server = stage.start()?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    // The first brings code into memory that no other client brings again.
    crowd::register(&mut swarm, 1)?;
    let meter = Meter::start(server.pid())?;
    crowd::register(&mut swarm, stage.load.storm)?;
    let spent = meter.stop()?;
    crowd::settle(&mut swarm, &mut crowd::Silent)?;
    let count = stage.load.storm as f64;
    let mut figures = vec![
        Figure::new("CPU per client", "ms", spent.server_s * 1e3 / count),
        Figure::beside("clients", "/s", count / spent.elapsed_s),
    ];
    figures.extend(figure::load(&spent));
    Ok(figures)
}
