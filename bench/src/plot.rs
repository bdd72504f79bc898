//! Curves as SVG: both axes logarithmic, one line for each series, its name at its end. Knows nothing of what it draws.

use std::fmt::Write as _;

/// A picture of some curves.
#[derive(Clone, Debug)]
pub(crate) struct Plot<'a> {
    /// What it shows.
    pub(crate) title: &'a str,
    /// What grows, with its unit.
    pub(crate) x: &'a str,
    /// What it costs, with its unit.
    pub(crate) y: &'a str,
    /// Name and points of each curve; points are positive and in the order of x.
    pub(crate) series: Vec<(String, Vec<(f64, f64)>)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;

/// Told apart also by those who do not see red and green alike (Okabe and Ito's colours).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];

/// One axis: the logarithms of its ends, and where on the page these are.
#[derive(Clone, Copy, Debug)]
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis that holds all values, from a power of ten, its double or its fivefold to another.
    fn of(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (low, high) = values
            .filter(|value| *value > 0.0)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self { low: 0.0, high: 1.0, from, to };
        }
        let (low, high) = (below(low), above(high));
        Self { low: low.log10(), high: if high > low { high } else { low * 10.0 }.log10(), from, to }
    }

    fn place(&self, value: f64) -> f64 {
        self.from
            + (value.max(f64::MIN_POSITIVE).log10() - self.low) / (self.high - self.low)
                * (self.to - self.from)
    }

    /// The values at which the axis has a line: powers of ten, or their halves and fifths too if there are few.
    fn marks(&self) -> Vec<f64> {
        let steps: &[f64] = if self.high - self.low < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let powers = self.low.floor() as i32..=self.high.ceil() as i32;
        let marks = powers.flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
        let slack = 1e-9;
        marks.filter(|mark| (self.low - slack..=self.high + slack).contains(&mark.log10())).collect()
    }
}

/// The greatest of 1, 2 and 5 times a power of ten that is not above the value.
fn below(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0]
        .into_iter()
        .map(|step| step * power)
        .find(|mark| *mark <= value * 1.000_001)
        .unwrap_or(power)
}

/// The least of 1, 2, 5 and 10 times a power of ten that is not below the value.
fn above(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|step| step * power)
        .find(|mark| *mark >= value * 0.999_999)
        .unwrap_or(power * 10.0)
}

/// A number with few digits: `0.05`, `20`, `1k`, `10M`.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{}M", value / 1e6),
        value if value >= 1e3 => format!("{}k", value / 1e3),
        value if value >= 1.0 => format!("{value:.0}"),
        value => format!("{value}"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Plot<'_> {
    /// The picture.
    pub(crate) fn to_svg(&self) -> String {
        let points = || self.series.iter().flat_map(|(_, points)| points);
        let x = Axis::of(points().map(|point| point.0), LEFT, WIDTH - RIGHT);
        let y = Axis::of(points().map(|point| point.1), HEIGHT - BOTTOM, TOP);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
        );
        self.frame(&mut svg, x, y);
        for (index, (name, points)) in self.series.iter().enumerate() {
            curve(&mut svg, COLOURS[index % COLOURS.len()], name, points, x, y);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn frame(&self, svg: &mut String, x: Axis, y: Axis) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for mark in x.marks() {
            let at = x.place(mark);
            line(svg, (at, TOP), (at, bottom));
            text(svg, (at, bottom + 16.0), "middle", &short(mark));
        }
        for mark in y.marks() {
            let at = y.place(mark);
            line(svg, (LEFT, at), (right, at));
            text(svg, (LEFT - 6.0, at + 4.0), "end", &short(mark));
        }
        text(svg, (LEFT, TOP - 22.0), "start", self.title);
        text(svg, (LEFT, TOP - 7.0), "start", self.y);
        text(svg, (f64::midpoint(LEFT, right), bottom + 36.0), "middle", self.x);
    }
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"#ddd\"/>",
        from.0, from.1, to.0, to.1
    );
}

fn text(svg: &mut String, at: (f64, f64), anchor: &str, words: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
        at.0,
        at.1,
        escaped(words)
    );
}

fn curve(svg: &mut String, colour: &str, name: &str, points: &[(f64, f64)], x: Axis, y: Axis) {
    let places: Vec<(f64, f64)> = points.iter().map(|point| (x.place(point.0), y.place(point.1))).collect();
    let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
        path.join(" ")
    );
    for (x, y) in &places {
        let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
    }
    if let Some((x, y)) = places.last() {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{}</text>",
            x + 8.0,
            y + 4.0,
            escaped(name)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{Plot, above, below, short};

    #[test]
    fn an_axis_ends_at_round_values() {
        for (value, low, high) in
            [(1.0, 1.0, 1.0), (3.0, 2.0, 5.0), (0.07, 0.05, 0.1), (999.0, 500.0, 1000.0)]
        {
            assert!(
                (below(value) / low - 1.0).abs() < 1e-9 && (above(value) / high - 1.0).abs() < 1e-9,
                "{value}"
            );
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.05, 20.0, 1e3, 1e7].map(short), ["0.05", "20", "1k", "10M"]);
    }

    #[test]
    fn a_plot_has_each_point_within_its_frame_and_each_name() {
        let series =
            vec![("a<b".to_owned(), vec![(1.0, 5.0), (10.0, 0.5)]), ("one".to_owned(), vec![(3.0, 3.0)])];
        let svg = Plot { title: "t", x: "x", y: "y", series }.to_svg();
        assert_eq!(svg.matches("<circle").count(), 3);
        assert!(svg.contains("a&lt;b") && svg.contains(">one<") && !svg.contains("NaN"));
    }
}
