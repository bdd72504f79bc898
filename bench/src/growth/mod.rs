//! How cost grows, as a table: the same work at several sizes, for one server or for all. Prints tables and draws curves; sets
//! no goals.

mod clients;
mod members;
mod rooms;
mod stored;
mod storm;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::figure::{Figure, show, spread};
use crate::load::Load;
use crate::plot::Plot;
use crate::servers::Server;
use crate::tell;
use crate::workloads::Stage;

/// One thing that grows.
#[derive(Debug)]
pub(crate) struct Growth {
    /// What `--only` looks for, and the name of its pictures.
    pub(crate) name: &'static str,
    /// What is done at each size.
    about: &'static str,
    /// What the size counts.
    x: &'static str,
    /// The sizes, and how large it may be for servers other than chatd; 0 if it is for chatd alone.
    sizes: &'static [usize],
    others_to: usize,
    /// Whether the floor can do it, which tells nobody who quits.
    has_floor: bool,
    /// The figures that are drawn.
    drawn: &'static [&'static str],
    /// Does it once at a size.
    measure: fn(&Stage<'_>, usize) -> Result<Vec<Figure>>,
}

/// All of them, in the order in which they run.
pub(crate) const GROWTHS: &[Growth] =
    &[members::MEMBERS, rooms::ROOMS, clients::CLIENTS, storm::STORM, stored::STORED];

impl Growth {
    fn is_for(&self, server: &Server, size: usize) -> bool {
        let is_floor = server.name.starts_with("floor");
        server.is_chatd || (size <= self.others_to && (self.has_floor || !is_floor))
    }
}

/// Values by figure, server and size.
type Values = BTreeMap<(&'static str, &'static str), BTreeMap<usize, Vec<f64>>>;

/// Measures all of `growths`, prints their tables to `out`, and draws their curves into `plots` if it is given.
pub(crate) fn run(
    growths: &[&Growth],
    servers: &[&'static Server],
    chatd: &Path,
    repeats: usize,
    plots: Option<&Path>,
    out: &mut impl Write,
) -> Result<()> {
    let (load, filled) = (Load::full(), OnceCell::new());
    for growth in growths {
        let mut values = Values::new();
        let mut units = BTreeMap::new();
        for repeat in 1..=repeats {
            for size in growth.sizes {
                for server in servers.iter().filter(|server| growth.is_for(server, *size)) {
                    tell(format_args!(
                        "repeat {repeat} of {repeats}: {} {size}: {}",
                        growth.name, server.name
                    ));
                    let stage = Stage { server, chatd, load: &load, filled: &filled };
                    let figures = (growth.measure)(&stage, *size).with_context(|| {
                        format!("{} {size} on {}, repeat {repeat}", growth.name, server.name)
                    })?;
                    for figure in figures {
                        units.insert(figure.name, figure.unit);
                        let of_size = values.entry((figure.name, server.name)).or_default();
                        of_size.entry(*size).or_default().push(figure.value);
                    }
                }
            }
        }
        table(growth, &values, &units, repeats, out)?;
        if let Some(directory) = plots {
            draw(growth, &values, &units, directory)?;
        }
    }
    Ok(())
}

/// A row for each size, a column for each figure of each server.
fn table(
    growth: &Growth,
    values: &Values,
    units: &BTreeMap<&str, &str>,
    repeats: usize,
    out: &mut impl Write,
) -> Result<()> {
    writeln!(out, "{}: {} (medians of {repeats})", growth.name, growth.about)?;
    let heads: Vec<String> = values
        .keys()
        .map(|(figure, server)| format!("{server}: {figure}, {}", units.get(figure).unwrap_or(&"")))
        .collect();
    for (number, head) in heads.iter().enumerate() {
        writeln!(out, "  [{}] {head}", number + 1)?;
    }
    write!(out, "{:>10}", growth.x)?;
    (1..=heads.len()).try_for_each(|number| write!(out, "{:>12}", format!("[{number}]")))?;
    writeln!(out)?;
    for size in growth.sizes {
        write!(out, "{size:>10}")?;
        for of_size in values.values() {
            let cell = of_size.get(size).map_or_else(|| "–".to_owned(), |values| show(spread(values).1));
            write!(out, "{cell:>12}")?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    Ok(out.flush()?)
}

fn draw(growth: &Growth, values: &Values, units: &BTreeMap<&str, &str>, directory: &Path) -> Result<()> {
    fs::create_dir_all(directory)?;
    for figure in growth.drawn {
        let of_figure = values.iter().filter(|((name, _), _)| name == figure);
        let series = of_figure
            .map(|((_, server), sizes)| {
                let points = sizes.iter().map(|(size, values)| (*size as f64, spread(values).1));
                ((*server).to_owned(), points.filter(|point| point.1 > 0.0).collect())
            })
            .collect();
        let y = format!("{figure}, {}", units.get(figure).unwrap_or(&""));
        let plot = Plot { title: growth.about, x: growth.x, y: &y, series };
        let file = format!("{}-{}.svg", growth.name, figure.to_lowercase().replace(' ', "-"));
        fs::write(directory.join(&file), plot.to_svg()).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(())
}
