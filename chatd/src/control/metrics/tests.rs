//! The table keeps Prometheus' conventions, and what is written about it elsewhere agrees with it: docs/metrics.md, the dashboard,
//! the alerts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::table::{Kind, METRICS, Metric};

const MANUAL: &str = include_str!("../../../../docs/metrics.md");
const DASHBOARD: &str = include_str!("../../../../packaging/grafana/chatd.json");
const ALERTS: &str = include_str!("../../../../packaging/prometheus/alerts.yml");

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

/// The metrics that a query in PromQL asks for; none that the table has not.
fn asked(query: &str) -> BTreeSet<&'static str> {
    let words = query.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let ours = words.filter(|word| word.starts_with("chatd_") || word.starts_with("process_"));
    ours.map(|word| find(word).unwrap_or_else(|| panic!("there is no metric {word}: {query}"))).collect()
}

/// The metric to which a name in a query belongs: histograms write three.
fn find(word: &str) -> Option<&'static str> {
    let is_written = |metric: &Metric| match metric.kind {
        Kind::Histogram => {
            ["_bucket", "_sum", "_count"].iter().any(|end| word.strip_suffix(end) == Some(metric.name))
        }
        Kind::Counter | Kind::Gauge => word == metric.name,
    };
    all().find(|metric| is_written(metric)).map(|metric| metric.name)
}

/// Every value that stands under this key, however deep.
fn under<'v>(value: &'v serde_json::Value, key: &str, found: &mut Vec<&'v serde_json::Value>) {
    match value {
        serde_json::Value::Object(fields) => {
            found.extend(fields.get(key));
            fields.values().for_each(|value| under(value, key, found));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| under(value, key, found)),
        _ => {}
    }
}

#[test]
fn the_dashboard_asks_for_every_metric_and_for_no_other() {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let mut queries = Vec::new();
    under(&dashboard, "expr", &mut queries);
    let queries = queries.into_iter().map(|query| query.as_str().unwrap());
    let asked: BTreeSet<_> = queries.flat_map(asked).collect();
    let missing: Vec<_> = all().map(|metric| metric.name).filter(|name| !asked.contains(name)).collect();
    assert!(missing.is_empty(), "packaging/grafana/chatd.json shows nothing of {missing:?}");
}

#[test]
fn the_dashboard_has_each_panel_once_and_takes_any_source_of_data() {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
    let mut sources = Vec::new();
    under(&dashboard, "datasource", &mut sources);
    assert!(sources.iter().all(|source| source["uid"] == "${datasource}"), "{sources:?}");
    let rows = panels.iter().filter(|panel| panel["type"] == "row").map(|row| row["title"].as_str().unwrap());
    let families = ["At a glance", "Clients", "Messages", "Queues", "Storage", "Process"];
    assert_eq!(rows.collect::<Vec<_>>(), families);
}

#[derive(Deserialize)]
struct Alerts {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    alert: String,
    expr: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

#[test]
fn alerts_ask_for_metrics_that_exist_and_say_what_to_do() {
    let alerts: Alerts = serde_saphyr::from_str(ALERTS).unwrap();
    let rules: Vec<_> = alerts.groups.iter().flat_map(|group| &group.rules).collect();
    assert!(rules.len() >= 5);
    for Rule { alert, expr, labels, annotations } in rules {
        assert!(!asked(expr).is_empty() || expr.starts_with("up{"), "{alert}: {expr}");
        assert!(["critical", "warning", "info"].contains(&labels["severity"].as_str()), "{alert}");
        for annotation in ["summary", "description"] {
            assert!(!annotations[annotation].is_empty(), "{alert}");
        }
        assert!(annotations["summary"].contains("$labels.instance"), "{alert}");
    }
}

#[test]
#[should_panic(expected = "there is no metric chatd_owner_turn_seconds_total")]
fn a_query_for_a_metric_that_does_not_exist_is_caught() {
    asked("rate(chatd_owner_turn_seconds_bucket[5m]) + rate(chatd_owner_turn_seconds_total[5m])");
}
