//! The storm: everybody joins one room at once, and then everybody's connection is lost at once. One who stays has to see each
//! come and go, once.

use std::time::Instant;

use anyhow::{Result, ensure};

use super::Growth;
use crate::crowd;
use crate::figure::Figure;
use crate::meter::{self, Meter};
use crate::swarm::{Outgoing, Swarm, Talk, has_word};
use crate::workloads::Stage;

pub(super) const STORM: Growth = Growth {
    name: "storm",
    about: "all join one room at once, then all connections are lost at once",
    x: "members",
    sizes: &[300, 1_000, 3_000, 10_000],
    others_to: 3_000,
    has_floor: false,
    drawn: &["CPU to join", "CPU to quit"],
    measure,
};

fn measure(stage: &Stage<'_>, members: usize) -> Result<Vec<Figure>> {
    let server = stage.start()?;
    let mut witness_swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register_as(&mut witness_swarm, "witness")?;
    crowd::join(&mut witness_swarm, std::iter::once((0, "#storm".to_owned())))?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register(&mut swarm, members)?;
    let before = meter::resident(server.pid())?;
    let meter = Meter::start(server.pid())?;
    crowd::join(&mut swarm, (0..members).map(|member| (member, "#storm".to_owned())))?;
    let joined = meter.stop()?;
    let mut witness = Witness { wanted: members, come: 0, gone: 0, word: b"JOIN" };
    witness_swarm.run(&mut witness)?;
    let meter = Meter::start(server.pid())?;
    drop(swarm);
    witness.word = b"QUIT";
    witness_swarm.run(&mut witness)?;
    crowd::settle(&mut witness_swarm, &mut witness)?;
    let quit = meter.stop()?;
    ensure!(witness.come == members && witness.gone == members, "somebody was seen twice: {witness:?}");
    Ok(vec![
        Figure::new("CPU to join", "s", joined.server_s),
        Figure::new("time to join", "s", joined.elapsed_s),
        Figure::new("CPU to quit", "s", quit.server_s),
        Figure::new("time to quit", "s", quit.elapsed_s),
        Figure::new("most memory", "MB", (meter::most_resident(server.pid())? - before) / 1e6),
    ])
}

/// Sees who comes and who goes.
#[derive(Debug)]
struct Witness {
    wanted: usize,
    come: usize,
    gone: usize,
    /// What it waits for now.
    word: &'static [u8],
}

impl Witness {
    fn count(&self) -> usize {
        if self.word == b"JOIN" { self.come } else { self.gone }
    }
}

impl Talk for Witness {
    fn hear(&mut self, _: usize, line: &[u8], _: Instant, _: &mut Outgoing) -> Result<()> {
        self.come += usize::from(has_word(line, b"JOIN"));
        self.gone += usize::from(has_word(line, b"QUIT"));
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.count() >= self.wanted
    }

    fn lacks(&self) -> String {
        format!(
            "{} of {} were not seen ({})",
            self.wanted - self.count(),
            self.wanted,
            String::from_utf8_lossy(self.word)
        )
    }
}
