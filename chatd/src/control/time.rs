//! Moments as the API writes them: RFC 3339 in UTC with milliseconds, always of the same length.

use jiff::Timestamp;

use crate::domain::id::Time;

/// `2025-01-31T12:03:44.017Z`. A moment beyond the calendar is written as 1970.
#[must_use]
pub fn rfc3339(at: Time) -> String {
    let moment = i64::try_from(at.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    format!("{:.3}", moment.unwrap_or_default())
}

/// Reads an RFC 3339 time; moments before 1970 become 1970.
pub(super) fn parse(text: &str) -> Option<Time> {
    let moment: Timestamp = text.parse().ok()?;
    Some(Time(u64::try_from(moment.as_millisecond()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::{parse, rfc3339};
    use crate::domain::id::Time;

    #[test]
    fn times_always_have_milliseconds() {
        assert_eq!(rfc3339(Time(1_738_325_024_000)), "2025-01-31T12:03:44.000Z");
        assert_eq!(rfc3339(Time(1_738_325_024_017)), "2025-01-31T12:03:44.017Z");
        assert_eq!(rfc3339(Time(u64::MAX)), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn times_of_any_zone_are_read() {
        assert_eq!(parse("2025-01-31T13:03:44.017+01:00"), Some(Time(1_738_325_024_017)));
        assert_eq!(parse("1960-01-01T00:00:00Z"), Some(Time(0)));
        assert_eq!(parse("yesterday"), None);
    }
}
