//! Durations and sizes as people write them: "90s", "64KiB". Whole numbers only, so that what is written back is
//! what was read.

use std::time::Duration;

use super::problem::{Wrong, nearest};

/// Name and milliseconds, smallest first.
const DURATIONS: &[(&str, u64)] =
    &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
/// Name and bytes, smallest first.
const SIZES: &[(&str, u64)] = &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// Reads a duration with a unit of `ms`, `s`, `m`, `h` or `d`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, Wrong> {
    parse(text, DURATIONS, "s").map(Duration::from_millis)
}

/// Reads a size in bytes with a unit of `B`, `KiB`, `MiB` or `GiB`.
pub(super) fn parse_size(text: &str) -> Result<usize, Wrong> {
    let bytes = parse(text, SIZES, "KiB")?;
    usize::try_from(bytes).map_err(|_| too_large(text))
}

/// Writes a duration in the largest unit that keeps it whole; what is below a millisecond is dropped.
pub fn show_duration(duration: Duration) -> String {
    show(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), DURATIONS, "s")
}

/// Writes a size in the largest unit that keeps it whole.
pub fn show_size(bytes: usize) -> String {
    show(bytes as u64, SIZES, "B")
}

fn show(value: u64, units: &[(&str, u64)], unit_of_zero: &str) -> String {
    if value == 0 {
        return format!("0{unit_of_zero}");
    }
    let fits = units.iter().rev().find(|(_, factor)| value.is_multiple_of(*factor));
    fits.map_or_else(|| value.to_string(), |(name, factor)| format!("{}{name}", value / factor))
}

fn parse(text: &str, units: &[(&str, u64)], usual: &str) -> Result<u64, Wrong> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        let wrong = Wrong::new(format!("expected a whole number with a unit, found {text:?}"));
        return Err(wrong.hint(format!("for instance \"30{usual}\"")));
    }
    let unit = unit.trim_start();
    let Some((_, factor)) = units.iter().find(|(name, _)| *name == unit) else {
        return Err(unknown_unit(number, unit, units, usual));
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor)).ok_or_else(|| too_large(text))
}

fn too_large(text: &str) -> Wrong {
    Wrong::new(format!("{text:?} is too large"))
}

fn unknown_unit(number: &str, unit: &str, units: &[(&str, u64)], usual: &str) -> Wrong {
    let names = units.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let known = names.join(", ");
    if unit.is_empty() {
        let wrong = Wrong::new(format!("the unit is missing after {number}; known are {known}"));
        return wrong.hint(format!("write \"{number}{usual}\""));
    }
    let meant = names.iter().find(|name| resembles(unit, name)).copied();
    let meant = meant.or_else(|| nearest(unit, names.iter().copied()));
    let wrong = Wrong::new(format!("unknown unit `{unit}`; known are {known}"));
    wrong.hint(format!("write \"{number}{}\"", meant.unwrap_or(usual)))
}

/// "seconds", "Min" and "kb" have the first letter of what was meant: s, m, KiB.
fn resembles(unit: &str, name: &str) -> bool {
    let first = |text: &str| text.chars().next().map(|letter| letter.to_ascii_lowercase());
    name != "ms" && first(unit) == first(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_and_written_back() {
        for text in ["500ms", "0s", "30s", "5m", "2h", "14d", "90s"] {
            assert_eq!(show_duration(parse_duration(text).unwrap()), text);
        }
        for text in ["0B", "512B", "64KiB", "1MiB", "3GiB", "1025B"] {
            assert_eq!(show_size(parse_size(text).unwrap()), text);
        }
        assert_eq!(parse_duration("2h").unwrap(), Duration::from_secs(7200));
        assert_eq!(parse_size("64KiB").unwrap(), 65_536);
    }

    #[test]
    fn a_blank_before_the_unit_is_allowed() {
        assert_eq!(parse_duration("5 m").unwrap(), Duration::from_secs(300));
    }

    #[test]
    fn a_wrong_unit_names_the_right_one() {
        let hint = |wrong: Wrong| wrong.hint.unwrap();
        assert_eq!(hint(parse_duration("30").unwrap_err()), "write \"30s\"");
        assert_eq!(hint(parse_duration("30seconds").unwrap_err()), "write \"30s\"");
        assert_eq!(hint(parse_duration("5min").unwrap_err()), "write \"5m\"");
        assert_eq!(hint(parse_size("64kb").unwrap_err()), "write \"64KiB\"");
        assert_eq!(hint(parse_size("64k").unwrap_err()), "write \"64KiB\"");
        assert_eq!(hint(parse_size("s").unwrap_err()), "for instance \"30KiB\"");
    }

    #[test]
    fn the_largest_size_is_read_and_one_beyond_is_refused() {
        assert_eq!(parse_size("17179869183GiB").unwrap(), 17_179_869_183 << 30);
        assert!(parse_size("17179869184GiB").is_err());
        assert!(parse_duration("99999999999999999999s").is_err());
        assert!(parse_duration("-5s").is_err());
        assert!(parse_duration("1.5s").is_err());
    }
}
