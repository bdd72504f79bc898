//! Clients: what connecting and an idle client cost when there are many.

use anyhow::Result;

use super::Growth;
use crate::crowd;
use crate::figure::Figure;
use crate::meter::{self, Meter};
use crate::swarm::Swarm;
use crate::workloads::Stage;

pub(super) const CLIENTS: Growth = Growth {
    name: "clients",
    about: "clients that register and are idle",
    x: "clients",
    sizes: &[1_000, 2_000, 5_000, 10_000, 19_000],
    others_to: 19_000,
    has_floor: true,
    drawn: &["RSS per client", "CPU to connect and register"],
    measure,
};

fn measure(stage: &Stage<'_>, clients: usize) -> Result<Vec<Figure>> {
    let server = stage.start()?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register(&mut swarm, 1)?;
    let before = meter::resident(server.pid())?;
    let meter = Meter::start(server.pid())?;
    crowd::register(&mut swarm, clients)?;
    let spent = meter.stop()?;
    crowd::settle(&mut swarm, &mut crowd::Silent)?;
    let after = meter::resident(server.pid())?;
    Ok(vec![
        Figure::new("RSS per client", "bytes", (after - before) / clients as f64),
        Figure::new("CPU to connect and register", "ms", spent.server_s * 1e3 / clients as f64),
    ])
}
