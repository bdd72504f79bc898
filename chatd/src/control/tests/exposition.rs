//! Prometheus' text format read as strictly as it is defined: every rule of it is an assertion.

use std::collections::{BTreeMap, BTreeSet};

/// One sample: its name, its labels in order, its value.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: f64,
}

/// One metric with all that is said of it.
#[derive(Debug, Default)]
pub(super) struct Family {
    pub(super) kind: String,
    pub(super) samples: Vec<Sample>,
}

/// All metrics of a text.
#[derive(Debug)]
pub(super) struct Exposition(pub(super) BTreeMap<String, Family>);

impl Exposition {
    /// Reads a text; fails at the first line that breaks a rule.
    pub(super) fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line has its end");
        let mut families = BTreeMap::<String, Family>::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let (name, help) = after(line, "# HELP ");
            assert!(!help.is_empty() && !families.contains_key(name), "{line}");
            let (typed, kind) = after(lines.next().unwrap_or_default(), "# TYPE ");
            assert_eq!(typed, name, "HELP and TYPE belong together");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{name} {kind}");
            let mut family = Family { kind: kind.to_owned(), samples: Vec::new() };
            while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
                family.samples.push(sample(line));
            }
            check(name, &family);
            families.insert(name.to_owned(), family);
        }
        Self(families)
    }

    /// The value of the sample with exactly these labels.
    #[track_caller]
    pub(super) fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let families = self.0.values().flat_map(|family| &family.samples);
        let has = |sample: &&Sample| {
            let own = sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            sample.name == name && own.eq(labels.iter().copied())
        };
        families.into_iter().find(has).unwrap_or_else(|| panic!("no {name} {labels:?}")).value
    }
}

fn after<'t>(line: &'t str, start: &str) -> (&'t str, &'t str) {
    let rest = line.strip_prefix(start).unwrap_or_else(|| panic!("expected {start:?} in {line:?}"));
    rest.split_once(' ').unwrap_or_else(|| panic!("a word is missing in {line:?}"))
}

fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    text.starts_with(is_letter) && text.chars().all(|letter| is_letter(letter) || letter.is_ascii_digit())
}

fn sample(line: &str) -> Sample {
    let (name, labels, value) = match line.split_once('{') {
        Some((name, rest)) => {
            let (labels, value) =
                rest.rsplit_once("} ").unwrap_or_else(|| panic!("no end of labels: {line}"));
            (name, labels, value)
        }
        None => {
            let (name, value) = line.split_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
            (name, "", value)
        }
    };
    assert!(is_name(name), "{line}");
    let value =
        if value == "+Inf" { f64::INFINITY } else { value.parse().unwrap_or_else(|_| panic!("{line}")) };
    Sample { name: name.to_owned(), labels: labels_of(labels, line), value }
}

/// `a="b",c="d"`: values of ours need no escape, so that none is a rule of its own.
fn labels_of(text: &str, line: &str) -> Vec<(String, String)> {
    let label = |label: &str| {
        let (name, value) = label.split_once('=').unwrap_or_else(|| panic!("{line}"));
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let value = value.unwrap_or_else(|| panic!("a value without quotes: {line}"));
        assert!(is_name(name) && !value.is_empty() && !value.contains(['"', '\\']), "{line}");
        (name.to_owned(), value.to_owned())
    };
    text.split(',').filter(|label| !label.is_empty()).map(label).collect()
}

fn check(name: &str, family: &Family) {
    assert!(is_name(name) && !family.samples.is_empty(), "{name} has samples");
    let series: BTreeSet<_> = family.samples.iter().map(|one| (&one.name, &one.labels)).collect();
    assert_eq!(series.len(), family.samples.len(), "{name}: each series is there once");
    assert!(family.samples.iter().all(|one| !one.value.is_nan()), "{name}");
    match family.kind.as_str() {
        "histogram" => check_histogram(name, family),
        kind => {
            assert!(family.samples.iter().all(|one| one.name == name), "{name}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{name}");
            assert!(kind == "gauge" || family.samples.iter().all(|one| one.value >= 0.0), "{name}");
        }
    }
}

/// Buckets rise in bound and in count up to `+Inf`, which counts all; behind them the sum and the count.
fn check_histogram(name: &str, family: &Family) {
    let of = |suffix: &str| {
        let wanted = format!("{name}{suffix}");
        family.samples.iter().filter(move |one| one.name == wanted).collect::<Vec<_>>()
    };
    let (buckets, sums, counts) = (of("_bucket"), of("_sum"), of("_count"));
    assert_eq!((sums.len(), counts.len()), (1, 1), "{name}");
    assert_eq!(buckets.len() + 2, family.samples.len(), "{name} has nothing else");
    let bound = |one: &Sample| {
        let (label, bound) = one.labels.last().expect("a bucket has a bound");
        assert_eq!(label, "le", "{name}");
        if bound == "+Inf" { f64::INFINITY } else { bound.parse::<f64>().expect("a bound is a number") }
    };
    for pair in buckets.windows(2) {
        assert!(bound(pair[0]) < bound(pair[1]) && pair[0].value <= pair[1].value, "{name}: {pair:?}");
    }
    let last = buckets.last().expect("there are buckets");
    assert_eq!((bound(last), last.value), (f64::INFINITY, counts[0].value), "{name}");
}

#[test]
fn what_breaks_a_rule_is_caught() {
    let good = "# HELP a_total x\n# TYPE a_total counter\na_total{b=\"c\"} 1\na_total{b=\"d\"} 2\n";
    assert_eq!(Exposition::read(good).value("a_total", &[("b", "d")]), 2.0);
    for (from, to) in [
        ("# HELP a_total x\n", ""),
        ("# TYPE a_total counter\n", ""),
        ("counter", "count"),
        ("counter", "gauge"),
        ("TYPE a_total", "TYPE b_total"),
        ("b=\"d\"", "b=\"c\""),
        ("b=\"d\"", "b=d"),
        ("b=\"d\"", "1=\"d\""),
        (" 2\n", " -2\n"),
        (" 2\n", " two\n"),
        (" 2\n", "\n"),
        (" 2\n", " 2"),
        (" 2\n", " 2\n\n"),
    ] {
        let bad = good.replace(from, to);
        assert!(std::panic::catch_unwind(|| Exposition::read(&bad)).is_err(), "{bad}");
    }
    let buckets = |last: u64| {
        format!(
            "# HELP h x\n# TYPE h histogram\nh_bucket{{le=\"1\"}} 2\nh_bucket{{le=\"+Inf\"}} {last}\nh_sum 3\nh_count 3\n"
        )
    };
    assert_eq!(Exposition::read(&buckets(3)).value("h_count", &[]), 3.0);
    for last in [1, 2, 4] {
        assert!(std::panic::catch_unwind(|| Exposition::read(&buckets(last))).is_err(), "{last}");
    }
}
