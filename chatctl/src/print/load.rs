//! How busy the daemon is, in a line each.
//!
//! Owns the words for clients, rates and commits, the same in `status` and in `top`.

use chat_proto::control::{Commits, DialectCount, Rates};

use super::time::bytes;

/// `3 (2 registered): irc 2, lines 1`.
pub(crate) fn clients(all: u64, registered: u64, dialects: &[DialectCount]) -> String {
    let one = |one: &DialectCount| format!("{} {}", one.dialect.as_str(), one.registered + one.unregistered);
    let dialects = dialects.iter().map(one).collect::<Vec<_>>().join(", ");
    let colon = if dialects.is_empty() { "" } else { ": " };
    format!("{all} ({registered} registered){colon}{dialects}")
}

/// `in 0.5/s, delivered 12/s, 80B/s read, 1.2KiB/s written`.
pub(crate) fn rates(rates: &Rates) -> String {
    // A rate in whole bytes is exact enough.
    let bytes_per_s = |of: f64| bytes(of as u64);
    format!(
        "in {}/s, delivered {}/s, {}/s read, {}/s written",
        rate(rates.messages_per_s),
        rate(rates.deliveries_per_s),
        bytes_per_s(rates.bytes_in_per_s),
        bytes_per_s(rates.bytes_out_per_s)
    )
}

/// `5 of 12 records, last 0.2 ms, slowest 3.5 ms`.
pub(crate) fn commits(commits: &Commits) -> String {
    let Commits { groups, records, last_ms, slowest_ms } = commits;
    format!("{groups} of {records} records, last {last_ms:.1} ms, slowest {slowest_ms:.1} ms")
}

/// `0.3`, `12`, `8500`: so many each second, with a digit after the point where that says something.
pub(crate) fn rate(per_s: f64) -> String {
    if per_s < 9.95 { format!("{per_s:.1}") } else { format!("{per_s:.0}") }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rates_are_as_exact_as_they_have_to_be() {
        for (per_s, shown) in [(0.0, "0.0"), (0.25, "0.2"), (9.94, "9.9"), (9.96, "10"), (8500.4, "8500")] {
            assert_eq!(rate(per_s), shown);
        }
    }
}
