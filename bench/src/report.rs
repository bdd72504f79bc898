//! What was measured, over all repeats: as a table for people. Measures nothing.

use std::io::{self, Write};

use crate::figure::{Figure, show, spread};
use crate::load::Load;
use crate::machine::Run;
use crate::workloads::Workload;

/// What figures are compared with.
const YARDSTICKS: [&str; 2] = ["inspircd", "floor"];
/// Columns of a figure's name and of a server.
const NAME: usize = 30;
const CELL: usize = 26;

/// One figure of one workload on one server.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) workload: &'static str,
    pub(crate) server: &'static str,
    pub(crate) figure: Figure,
    /// By repeat.
    pub(crate) values: Vec<f64>,
}

/// All figures, in the order in which they were first measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) series: Vec<Series>,
}

impl Report {
    /// Adds what one repeat of a workload gave.
    pub(crate) fn add(&mut self, workload: &'static str, server: &'static str, figures: Vec<Figure>) {
        for figure in figures {
            let value = figure.value;
            match self.series.iter_mut().find(|one| one.is(workload, server, figure.name)) {
                Some(series) => series.values.push(value),
                None => self.series.push(Series { workload, server, figure, values: vec![value] }),
            }
        }
    }

    /// The median of a figure, if it was measured.
    fn median(&self, workload: &str, server: &str, figure: &str) -> Option<f64> {
        let series = self.series.iter().find(|one| one.is(workload, server, figure))?;
        Some(spread(&series.values).1)
    }

    /// Prints the table.
    pub(crate) fn table(
        &self,
        out: &mut impl Write,
        run: &Run,
        workloads: &[&Workload],
        load: &Load,
    ) -> io::Result<()> {
        let servers: Vec<_> = run.servers.iter().map(|(server, _)| *server).collect();
        run.heading(out)?;
        write!(out, "\n{:NAME$}", "")?;
        servers.iter().try_for_each(|server| write!(out, "  {server:<CELL$}"))?;
        writeln!(out)?;
        for workload in workloads {
            if !self.series.iter().any(|one| one.workload == workload.name) {
                continue;
            }
            writeln!(out, "\n{}: {}", workload.name, (workload.about)(load))?;
            let mut seen = Vec::new();
            for series in self.series.iter().filter(|one| one.workload == workload.name) {
                if !seen.contains(&series.figure.name) {
                    seen.push(series.figure.name);
                    self.row(out, workload, &series.figure, &servers)?;
                }
            }
        }
        Ok(())
    }

    /// A figure: medians and ratios of all servers, and below how far apart the repeats were.
    fn row(
        &self,
        out: &mut impl Write,
        workload: &Workload,
        figure: &Figure,
        servers: &[&'static str],
    ) -> io::Result<()> {
        let name = format!("  {}, {}", figure.name, figure.unit);
        write!(out, "{name:<NAME$}")?;
        let find = |server: &str| self.series.iter().find(|one| one.is(workload.name, server, figure.name));
        for server in servers {
            let cell = find(server).map_or("–".to_owned(), |series| self.cell(workload, series));
            write!(out, "  {cell:<CELL$}")?;
        }
        writeln!(out)?;
        if !figure.is_compared
            || servers.iter().all(|server| find(server).is_none_or(|one| one.values.len() < 2))
        {
            return Ok(());
        }
        write!(out, "{:NAME$}", "")?;
        for server in servers {
            let cell = find(server).map_or(String::new(), |series| {
                let (least, _, most) = spread(&series.values);
                format!("{} .. {}", show(least), show(most))
            });
            write!(out, "  {cell:<CELL$}")?;
        }
        writeln!(out)
    }

    fn cell(&self, workload: &Workload, series: &Series) -> String {
        let (_, median, _) = spread(&series.values);
        let mut cell = show(median);
        if series.figure.is_compared {
            for yardstick in YARDSTICKS.iter().filter(|yardstick| **yardstick != series.server) {
                let other = workload.compared_with.unwrap_or(workload.name);
                if let Some(other) =
                    self.median(other, yardstick, series.figure.name).filter(|other| *other > 0.0)
                {
                    let letter = &yardstick[..1].to_uppercase();
                    cell.push_str(&format!("  {:.2}×{letter}", median / other));
                }
            }
        }
        cell
    }
}

impl Series {
    fn is(&self, workload: &str, server: &str, figure: &str) -> bool {
        self.workload == workload && self.server == server && self.figure.name == figure
    }
}
