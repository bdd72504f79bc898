//! What was measured, for programs: the machine, and every figure with all its repeats. Measures nothing.

use serde_json::json;

use crate::figure::spread;
use crate::load::Load;
use crate::machine::Run;
use crate::report::Report;
use crate::workloads::Workload;

/// One JSON object: `machine`, `servers` by name, and `figures`, a record for each workload, server and figure.
pub(crate) fn render(run: &Run, report: &Report, workloads: &[&Workload], load: &Load) -> String {
    let about: serde_json::Map<_, _> =
        workloads.iter().map(|one| (one.name.to_owned(), (one.about)(load).into())).collect();
    let servers: serde_json::Map<_, _> =
        run.servers.iter().map(|(name, version)| ((*name).to_owned(), version.clone().into())).collect();
    let figures: Vec<_> = report
        .series
        .iter()
        .map(|series| {
            let (least, median, most) = spread(&series.values);
            json!({
                "workload": series.workload,
                "server": series.server,
                "figure": series.figure.name,
                "unit": series.figure.unit,
                "is_compared": series.figure.is_compared,
                "median": median,
                "min": least,
                "max": most,
                "values": series.values,
            })
        })
        .collect();
    let run = json!({
        "machine": {
            "cpu": run.cpu,
            "cpus": run.cpus,
            "memory_mib": run.memory_mib,
            "kernel": run.kernel,
            "placement": run.placement(),
        },
        "repeats": run.repeats,
        "servers": servers,
        "workloads": about,
        "figures": figures,
    });
    format!("{run:#}\n")
}
