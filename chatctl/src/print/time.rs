//! Times, durations and sizes, as people write and read them.
//!
//! Owns parsing of what is typed and rounding of what is shown; it must never look at the clock except for
//! times that are typed relative to now.

use std::time::Duration;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, Zoned};

/// Where history is to begin, as the daemon takes it: an RFC 3339 time or a sequence number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) String);

/// `45s`, `3m`, `2h`, `5d`: the greatest unit that fits, rounded down.
pub(crate) fn duration(ms: u64) -> String {
    match ms / 1000 {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3_600 => format!("{}m", seconds / 60),
        seconds @ 3_600..86_400 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// `512B`, `64.0KiB`, `1.5MiB`.
pub(crate) fn bytes(bytes: u64) -> String {
    let units = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match units.iter().find(|(_, unit)| bytes >= *unit) {
        // One digit after the point is exact enough, and a float holds that of any memory.
        Some((name, unit)) => format!("{:.1}{name}", bytes as f64 / *unit as f64),
        None => format!("{bytes}B"),
    }
}

/// `1 client`, `12 clients`.
pub(crate) fn clients(count: u64) -> String {
    format!("{count} client{}", if count == 1 { "" } else { "s" })
}

/// How long before `now` the RFC 3339 time `at` was; what cannot be read is shown as it is.
pub(crate) fn ago(at: &str, now: &Zoned) -> String {
    let Ok(at_time) = at.parse::<Timestamp>() else { return at.into() };
    let ms = now.timestamp().duration_since(at_time).as_millis();
    duration(u64::try_from(ms).unwrap_or(0))
}

/// `12:03:44` on the clock of `now` if it was on that day, else with the date before it.
pub(crate) fn stamp(at: &str, now: &Zoned) -> String {
    let Ok(at_time) = at.parse::<Timestamp>() else { return at.into() };
    let local = at_time.to_zoned(now.time_zone().clone());
    let format = if local.date() == now.date() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
    local.strftime(format).to_string()
}

/// Date, time and how long ago.
pub(crate) fn stamp_and_ago(at: &str, now: &Zoned) -> String {
    format!("{} ({} ago)", stamp(at, now), ago(at, now))
}

/// Reads `10s`, `1m 30s`, `250ms`; not zero, not negative.
pub(crate) fn parse_duration(typed: &str) -> Result<Duration, String> {
    let parsed = typed.parse::<SignedDuration>().ok().filter(SignedDuration::is_positive);
    let parsed = parsed.and_then(|length| Duration::try_from(length).ok());
    parsed.ok_or_else(|| "expected a duration such as 500ms, 10s, 5m or 1h30m".into())
}

/// Reads `10m` (ago), a sequence number, an RFC 3339 time or a local time.
pub(crate) fn parse_since(typed: &str) -> Result<Since, String> {
    since(typed, &Zoned::now())
}

fn since(typed: &str, now: &Zoned) -> Result<Since, String> {
    if typed.parse::<u64>().is_ok() {
        return Ok(Since(typed.into()));
    }
    let moment =
        typed.parse::<Timestamp>().ok().or_else(|| time_of_day(typed, now)).or_else(|| ago_typed(typed, now));
    let moment = moment.or_else(|| local(typed, now));
    let moment = moment.ok_or("expected a duration such as 10m, a time such as 18:00, 2025-01-31T12:00:00Z, \"2025-01-31 12:00\" or 2025-01-31, or a sequence number")?;
    Ok(Since(format!("{moment:.3}")))
}

fn ago_typed(typed: &str, now: &Zoned) -> Option<Timestamp> {
    let span = typed.parse::<Span>().ok().filter(|span| span.is_positive())?;
    Some(now.checked_sub(span).ok()?.timestamp())
}

fn local(typed: &str, now: &Zoned) -> Option<Timestamp> {
    let zone: TimeZone = now.time_zone().clone();
    Some(typed.parse::<DateTime>().ok()?.to_zoned(zone).ok()?.timestamp())
}

/// `18:00`: the last time that the clock showed it.
fn time_of_day(typed: &str, now: &Zoned) -> Option<Timestamp> {
    // A duration may be written with colons as well, and a date may stand before a time.
    let is_time = typed.contains(':') && typed.chars().all(|letter| letter.is_ascii_digit() || letter == ':');
    let time = typed.parse::<Time>().ok().filter(|_| is_time)?;
    let at = |date: jiff::civil::Date| date.to_datetime(time).to_zoned(now.time_zone().clone()).ok();
    let today = at(now.date())?;
    let last = if today > *now { at(now.date().yesterday().ok()?)? } else { today };
    Some(last.timestamp())
}

#[cfg(test)]
mod tests {
    use super::{Since, ago, bytes, duration, parse_duration, since, stamp};
    use jiff::Zoned;
    use std::time::Duration;

    fn noon() -> Zoned {
        "2025-01-31T12:00:00+01:00[+01:00]".parse().unwrap()
    }

    #[test]
    fn a_duration_is_shown_in_the_greatest_unit_that_fits() {
        let cases = [(0, "0s"), (59_999, "59s"), (60_000, "1m"), (3_599_999, "59m"), (3_600_000, "1h")];
        let more = [(86_399_999, "23h"), (86_400_000, "1d"), (864_000_000, "10d")];
        for (ms, shown) in cases.into_iter().chain(more) {
            assert_eq!(duration(ms), shown);
        }
    }

    #[test]
    fn a_size_is_shown_in_the_greatest_unit_that_fits() {
        for (size, shown) in
            [(0, "0B"), (1023, "1023B"), (1024, "1.0KiB"), (1_572_864, "1.5MiB"), (1 << 30, "1.0GiB")]
        {
            assert_eq!(bytes(size), shown);
        }
    }

    #[test]
    fn a_time_of_today_has_no_date_and_is_on_the_users_clock() {
        assert_eq!(stamp("2025-01-31T11:03:44.017Z", &noon()), "12:03:44");
        assert_eq!(stamp("2025-01-30T22:59:59.999Z", &noon()), "2025-01-30 23:59:59");
        assert_eq!(stamp("2025-01-30T23:00:00.000Z", &noon()), "00:00:00");
    }

    #[test]
    fn what_is_no_time_is_shown_as_it_is_and_the_future_is_now() {
        assert_eq!(stamp("soon", &noon()), "soon");
        assert_eq!(ago("soon", &noon()), "soon");
        assert_eq!(ago("2025-01-31T11:00:01.000Z", &noon()), "0s");
        assert_eq!(ago("2025-01-31T09:00:00.000Z", &noon()), "2h");
    }

    #[test]
    fn since_takes_durations_times_and_numbers() {
        let cases = [
            ("10m", "2025-01-31T10:50:00.000Z"),
            ("1d", "2025-01-30T11:00:00.000Z"),
            ("2025-01-31T09:00:00.5Z", "2025-01-31T09:00:00.500Z"),
            ("2025-01-31T09:00:00+01:00", "2025-01-31T08:00:00.000Z"),
            ("2025-01-31 09:00", "2025-01-31T08:00:00.000Z"),
            ("2025-01-31", "2025-01-30T23:00:00.000Z"),
            ("1200", "1200"),
            ("11:59", "2025-01-31T10:59:00.000Z"),
            ("12:00:00", "2025-01-31T11:00:00.000Z"),
            ("12:01", "2025-01-30T11:01:00.000Z"),
        ];
        for (typed, sent) in cases {
            assert_eq!(since(typed, &noon()), Ok(Since(sent.into())), "{typed}");
        }
        for typed in ["", "-10m", "yesterday-ish", "25:00"] {
            assert!(since(typed, &noon()).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_deadline_is_positive() {
        assert_eq!(parse_duration("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("1ms"), Ok(Duration::from_millis(1)));
        for typed in ["0s", "-1s", "10", "fast"] {
            assert!(parse_duration(typed).is_err(), "{typed}");
        }
    }
}
