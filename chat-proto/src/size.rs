//! Sizes as people read them. Owns the words only; it must never round what a program reads.

/// The units, each 1024 times the one before.
const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];

/// `17 B`, `1.5 KiB`, `63.9 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut size, mut units) = (bytes as f64 / 1024.0, UNITS.iter());
    let mut unit = units.next();
    // What would be written as 1024.0 is one of the next unit.
    while size >= 1023.95
        && let Some(next) = units.next()
    {
        size /= 1024.0;
        unit = Some(next);
    }
    format!("{size:.1} {}", unit.unwrap_or(&"KiB"))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_has_the_largest_unit_that_leaves_it_above_one() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            ((1 << 20) - 1, "1.0 MiB"),
            (67_000_000, "63.9 MiB"),
            (3 << 40, "3.0 TiB"),
            (1 << 60, "1048576.0 TiB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }
}
