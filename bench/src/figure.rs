//! Measured values and what is made of many: percentiles, medians, spreads. Prints nothing.

use crate::meter::Spent;

/// One measured value.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// What it is.
    pub(crate) name: &'static str,
    /// In what.
    pub(crate) unit: &'static str,
    /// How much.
    pub(crate) value: f64,
    /// Whether it is compared with other servers; otherwise it tells how far the compared ones can be trusted.
    pub(crate) is_compared: bool,
}

impl Figure {
    /// A figure that is compared.
    pub(crate) fn new(name: &'static str, unit: &'static str, value: f64) -> Self {
        Self { name, unit, value, is_compared: true }
    }

    /// A figure that goes with others.
    pub(crate) fn beside(name: &'static str, unit: &'static str, value: f64) -> Self {
        Self { name, unit, value, is_compared: false }
    }
}

/// Whether the server or the generator was the one that could not do more, and whether anybody disturbed them.
pub(crate) fn load(spent: &Spent) -> [Figure; 5] {
    let share = |seconds: f64| seconds / spent.elapsed_s * 100.0;
    [
        Figure::beside("server's CPU", "%", share(spent.server_s)),
        Figure::beside("generator's CPU", "%", share(spent.generator_s)),
        Figure::beside("others' CPU", "%", share(spent.others_s)),
        Figure::beside("stolen by the host", "%", share(spent.stolen_s)),
        Figure::beside("elapsed", "s", spent.elapsed_s),
    ]
}

/// The median and the 99th percentile of times in seconds, in µs.
pub(crate) fn percentiles(names: [&'static str; 2], seconds: &mut [f32]) -> [Figure; 2] {
    seconds.sort_by(f32::total_cmp);
    [(names[0], 0.5), (names[1], 0.99)]
        .map(|(name, share)| Figure::new(name, "µs", percentile(seconds, share) * 1e6))
}

/// The least value that this share of all is not above; 0 if there is none.
pub(crate) fn percentile(sorted: &[f32], share: f64) -> f64 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    f64::from(sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default())
}

/// Least, median, most; there is at least one value.
pub(crate) fn spread(values: &[f64]) -> (f64, f64, f64) {
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
pub(crate) fn show(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        size if size >= 0.1 || size == 0.0 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{percentile, spread};

    #[test]
    fn a_percentile_is_the_least_value_that_enough_are_not_above() {
        let hundred: Vec<f32> = (1..=100_u8).map(f32::from).collect();
        assert_eq!([0.5, 0.99, 1.0].map(|share| percentile(&hundred, share)), [50.0, 99.0, 100.0]);
        assert_eq!(
            [percentile(&[7.0], 0.5), percentile(&[7.0], 0.99), percentile(&[], 0.5)],
            [7.0, 7.0, 0.0]
        );
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(spread(&[3.0, 1.0, 2.0]), (1.0, 2.0, 3.0));
        assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]), (1.0, 2.5, 4.0));
        assert_eq!(spread(&[5.0]), (5.0, 5.0, 5.0));
    }
}
