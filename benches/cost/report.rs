//! Figures of all repeats, printed once at the end: as a table for people or as JSON, an object a line.

use std::borrow::Cow;
use std::io::{self, Write};

use anyhow::Result;
use serde_json::json;

use crate::load::Load;

/// One measured value.
#[derive(Debug)]
pub(crate) struct Figure {
    name: Cow<'static, str>,
    unit: &'static str,
    value: f64,
}

impl Figure {
    /// A figure with a fixed name.
    pub(crate) fn new(name: &'static str, unit: &'static str, value: f64) -> Self {
        Self { name: name.into(), unit, value }
    }

    /// A figure whose name depends on the load.
    pub(crate) fn labelled(name: String, unit: &'static str, value: f64) -> Self {
        Self { name: name.into(), unit, value }
    }
}

/// One row: a figure over all repeats.
#[derive(Debug)]
struct Row {
    case: &'static str,
    name: Cow<'static, str>,
    unit: &'static str,
    values: Vec<f64>,
}

/// All rows, in the order in which they were first measured.
#[derive(Debug)]
pub(crate) struct Report {
    rows: Vec<Row>,
    is_pinned: bool,
}

impl Report {
    /// An empty report.
    pub(crate) fn new(is_pinned: bool) -> Self {
        Self { rows: Vec::new(), is_pinned }
    }

    /// Adds the figures of one repeat.
    pub(crate) fn add(&mut self, case: &'static str, figures: Vec<Figure>) {
        for Figure { name, unit, value } in figures {
            match self.rows.iter_mut().find(|row| row.case == case && row.name == name) {
                Some(row) => row.values.push(value),
                None => self.rows.push(Row { case, name, unit, values: vec![value] }),
            }
        }
    }

    /// Prints; a reader who has seen enough may close the pipe.
    pub(crate) fn print(&self, load: &Load, repeats: usize, as_json: bool) -> Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let written =
            if as_json { self.json(&mut out, repeats) } else { self.table(&mut out, load, repeats) };
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn placement(&self) -> &'static str {
        if self.is_pinned {
            "daemon on CPU 0, generator on CPU 1 (taskset)"
        } else {
            "not pinned: no taskset, or less than two CPUs; daemon and generator may disturb each other"
        }
    }

    fn json(&self, out: &mut impl Write, repeats: usize) -> io::Result<()> {
        writeln!(out, "{}", json!({ "placement": self.placement(), "repeats": repeats }))?;
        for row in &self.rows {
            let (least, median, most) = spread(&row.values);
            let object = json!({
                "case": row.case, "figure": row.name, "unit": row.unit,
                "median": median, "min": least, "max": most, "values": row.values,
            });
            writeln!(out, "{object}")?;
        }
        Ok(())
    }

    fn table(&self, out: &mut impl Write, load: &Load, repeats: usize) -> io::Result<()> {
        writeln!(out, "chatd on loopback, {}; medians of {repeats} (least – most)", self.placement())?;
        writeln!(out, "every line checked at every reader: once, in order, one order for all")?;
        writeln!(out, "where `CPU of others` is not near 0, the other figures of that case are disturbed\n")?;
        let mut case = "";
        for row in &self.rows {
            if row.case != case {
                case = row.case;
                writeln!(out, "{case}{}", explain(case, load))?;
            }
            let (least, median, most) = spread(&row.values);
            let range = format!("{} – {}", show(least), show(most));
            writeln!(out, "  {:<38} {:>11} {:<6} {range:>23}", row.name, show(median), row.unit)?;
        }
        Ok(())
    }
}

/// What a case does, in numbers.
fn explain(case: &str, load: &Load) -> String {
    match case {
        "one sender" => format!(
            ": {} listeners, the next of {} lines when all have the last, history off",
            load.listeners, load.sender_messages
        ),
        "ping-pong" => format!(": {} pairs, {} rounds each, history off", load.pairs, load.rounds),
        "clients" => format!(": {} connect and register, 64 at once; then idle", load.few_clients),
        "desk" => format!(
            ": {} clients, {} messages each, every one waits for its receipt, every-second",
            load.desk_clients, load.desk_messages
        ),
        _ => format!(
            ": {} members, {} senders, window {}, {} messages of 64 bytes each",
            load.members, load.senders, load.window, load.fan_out_messages
        ),
    }
}

/// Least, median, most; there is at least one value.
fn spread(values: &[f64]) -> (f64, f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median = if sorted.len().is_multiple_of(2) {
        sorted[middle - 1].midpoint(sorted[middle])
    } else {
        sorted[middle]
    };
    (sorted[0], median, sorted[sorted.len() - 1])
}

/// Three significant digits are what such a measurement is good for; whole numbers stay whole.
fn show(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}
