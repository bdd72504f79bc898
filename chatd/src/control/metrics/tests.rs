//! The table keeps Prometheus' conventions, and what is written about it elsewhere agrees with it: docs/metrics.md, the dashboard,
//! the alerts.

use std::collections::BTreeSet;

use super::table::{Kind, METRICS, Metric};

const MANUAL: &str = include_str!("../../../../docs/metrics.md");

fn all() -> impl Iterator<Item = &'static Metric> {
    METRICS.into_iter().flatten()
}

/// <https://prometheus.io/docs/practices/naming/>, and what `promtool check metrics` looks for.
#[test]
fn names_keep_the_conventions() {
    let mut names = BTreeSet::new();
    for Metric { name, kind, labels, help, .. } in all() {
        assert!(names.insert(*name), "{name} is there once");
        assert!(name.starts_with("chatd_") || name.starts_with("process_"), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
        for suffix in ["_count", "_sum", "_bucket"] {
            assert!(!name.ends_with(suffix), "{name}: that is what histograms write");
        }
        let words: Vec<_> = name.split('_').collect();
        for bad in ["ms", "us", "milliseconds", "minutes", "kib", "kilobytes", kind.name()] {
            assert!(!words.contains(&bad), "{name}: base units, and no kind in the name");
        }
        assert!(
            !help.is_empty() && !help.ends_with('.') && !help.contains(['\n', '|', '\\']),
            "{name}: {help}"
        );
        assert!(labels.iter().all(|label| *label != "le" && !words.contains(label)), "{name}: {labels:?}");
    }
}

fn row(metric: &Metric) -> String {
    let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
    let labels = if labels.is_empty() { "–".to_owned() } else { labels.join(", ") };
    format!("| `{}` | {} | {} | {} |", metric.name, metric.kind.name(), labels, metric.help)
}

#[test]
fn the_manual_has_every_metric_as_the_table_has_it() {
    let written: Vec<_> = MANUAL.lines().filter(|line| line.starts_with("| `")).collect();
    let wanted: Vec<_> = all().map(row).collect();
    let missing: Vec<_> = wanted.iter().filter(|row| !written.contains(&row.as_str())).collect();
    assert!(missing.is_empty(), "docs/metrics.md lacks these rows:\n{missing:#?}");
    let names = |row: &&&str| row.starts_with("| `chatd_") || row.starts_with("| `process_");
    let stale: Vec<_> =
        written.iter().filter(names).filter(|row| !wanted.iter().any(|one| one == **row)).collect();
    assert!(stale.is_empty(), "docs/metrics.md has rows that the table has not:\n{stale:#?}");
}
