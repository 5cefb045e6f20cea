//! The growth of a step's time as a picture: a panel for each of batch, width and length, both axes logarithmic, beside each
//! measured line the one its arithmetic would give.

use std::fmt::Write;

use super::growth::Series;

/// The panels, in order.
const PANELS: [&str; 3] = ["batch", "width", "length"];
/// Networks and their colours: Okabe and Ito's, told apart by those who see few colours.
const COLOURS: [(&str, &str); 4] =
    [("mlp", "#0072b2"), ("cnn", "#d55e00"), ("lstm", "#009e73"), ("transformer", "#cc79a7")];
/// A panel's place: width and height of its square, and what lies around it.
const SIDE: [f64; 2] = [250.0, 260.0];
const LEFT: f64 = 52.0;
const TOP: f64 = 34.0;
const BELOW: f64 = 120.0;

/// The scale of a panel: doublings along x, decades of milliseconds along y.
struct Scale {
    left: f64,
    doublings: f64,
    decades: [i32; 2],
}

impl Scale {
    fn x(&self, doublings: f64) -> f64 {
        self.left + SIDE[0] * doublings / self.doublings
    }

    fn y(&self, ms: f64) -> f64 {
        let [low, high] = self.decades.map(f64::from);
        TOP + SIDE[1] * (1.0 - (ms.log10() - low) / (high - low))
    }
}

/// The picture, as SVG. Series without two points that can be drawn are left out.
pub fn plot(all: &[Series]) -> String {
    let all: Vec<&Series> = all.iter().filter(|series| drawn(series)).collect();
    let times = || all.iter().flat_map(|series| &series.points).map(|point| point.ms.log10());
    let low = times().fold(f64::INFINITY, f64::min).floor();
    let high = times().fold(f64::NEG_INFINITY, f64::max).ceil();
    let decades = if low < high { [low as i32, high as i32] } else { [-1, 1] };
    let longest = all.iter().map(|series| series.points.len() - 1).max().unwrap_or(1);
    let step = LEFT + SIDE[0] + 18.0;
    let (width, height) = (step * PANELS.len() as f64, TOP + SIDE[1] + BELOW);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Milliseconds a training step when the batch, the width and the length are doubled</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (at, axis) in PANELS.into_iter().enumerate() {
        let scale = Scale { left: LEFT + step * at as f64, doublings: longest as f64, decades };
        let own: Vec<&Series> = all.iter().copied().filter(|series| series.axis == axis).collect();
        panel(&mut svg, &scale, axis, &own);
    }
    svg.push_str("</svg>\n");
    svg
}

fn drawn(series: &Series) -> bool {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    series.points.len() > 1 && series.points.iter().all(|point| positive(point.ms) && positive(point.flop))
}

fn panel(svg: &mut String, scale: &Scale, axis: &str, all: &[&Series]) {
    let (right, bottom) = (scale.left + SIDE[0], TOP + SIDE[1]);
    let [low, high] = scale.decades;
    text(svg, (scale.left + SIDE[0] / 2.0, TOP - 12.0), "middle", &format!("{axis} doubled"));
    for decade in low..=high {
        let y = scale.y(10f64.powi(decade));
        line(svg, (scale.left, y), (right, y));
        text(svg, (scale.left - 6.0, y + 4.0), "end", &format!("{}", 10f64.powi(decade)));
    }
    for doubling in 0..=scale.doublings as i32 {
        let x = scale.x(f64::from(doubling));
        line(svg, (x, TOP), (x, bottom));
        text(svg, (x, bottom + 16.0), "middle", &format!("×{}", 1 << doubling));
    }
    if scale.left == LEFT {
        text(svg, (scale.left - 46.0, TOP - 12.0), "start", "ms");
    }
    for (row, series) in all.iter().enumerate() {
        let colour =
            COLOURS.iter().find(|(model, _)| *model == series.model).map_or("#000", |(_, colour)| colour);
        curve(svg, scale, series, colour);
        let y = bottom + 40.0 + 18.0 * row as f64;
        let ends = [series.points[0].size, series.points[series.points.len() - 1].size];
        let _ = writeln!(
            svg,
            "<path d=\"M{:.0} {y:.0}h24\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            scale.left
        );
        text(
            svg,
            (scale.left + 32.0, y + 4.0),
            "start",
            &format!("{}, {} to {}", series.model, ends[0], ends[1]),
        );
    }
    let y = bottom + 40.0 + 18.0 * all.len() as f64;
    if !all.is_empty() {
        let x = scale.left;
        let _ = writeln!(svg, "<path d=\"M{x:.0} {y:.0}h24\" stroke=\"#333\" stroke-dasharray=\"4 4\"/>");
        text(svg, (scale.left + 32.0, y + 4.0), "start", "as the arithmetic grows");
    }
}

/// The measured line, and a dashed one that grows as the arithmetic does and meets it at the last size, where what a step takes
/// besides weighs least.
fn curve(svg: &mut String, scale: &Scale, series: &Series, colour: &str) {
    let last = series.points[series.points.len() - 1];
    let path = |ms: &dyn Fn(usize) -> f64| {
        let places =
            (0..series.points.len()).map(|i| format!("{:.1} {:.1}", scale.x(i as f64), scale.y(ms(i))));
        format!("M{}", places.collect::<Vec<_>>().join("L"))
    };
    let low = 10f64.powi(scale.decades[0]);
    let reckoned = path(&|i| (series.points[i].flop / last.flop * last.ms).max(low));
    let measured = path(&|i| series.points[i].ms);
    let _ =
        writeln!(svg, "<path d=\"{reckoned}\" fill=\"none\" stroke=\"{colour}\" stroke-dasharray=\"4 4\"/>");
    let _ = writeln!(svg, "<path d=\"{measured}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
    for (i, point) in series.points.iter().enumerate() {
        let (x, y) = (scale.x(i as f64), scale.y(point.ms));
        let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
    }
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64)) {
    let _ =
        writeln!(svg, "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#ddd\"/>", from.0, from.1, to.0, to.1);
}

/// Words at a place; `anchor` is which end of them stands there. None of them holds a sign that XML would take for its own.
fn text(svg: &mut String, at: (f64, f64), anchor: &str, words: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" fill=\"#333\">{words}</text>",
        at.0, at.1
    );
}

#[cfg(test)]
mod tests {
    use super::super::growth::Point;
    use super::*;

    fn series(ms: [f64; 3]) -> Series {
        let point = |i: usize| Point { size: (4 << i) as f64, ms: ms[i], flop: 1e6 * (1 << i) as f64 };
        Series { model: "lstm".into(), axis: "length".into(), points: vec![point(0), point(1), point(2)] }
    }

    #[test]
    fn both_axes_are_logarithmic_and_the_arithmetic_meets_the_last_point() {
        let svg = plot(&[series([1.0, 10.0, 100.0])]);
        let places = |stroke: &str| -> Vec<f64> {
            let path =
                svg.lines().find(|line| line.contains("fill=\"none\"") && line.contains(stroke)).unwrap();
            let d = path.split('"').nth(1).unwrap();
            d.split(['M', 'L', ' ']).filter_map(|number| number.parse().ok()).collect()
        };
        let measured = places("stroke-width");
        let [x, y] = [0, 1].map(|i| [measured[i], measured[i + 2], measured[i + 4]]);
        assert!((x[1] - x[0] - (x[2] - x[1])).abs() < 0.2 && x[1] > x[0], "doublings are even: {x:?}");
        assert!((y[1] - y[0] - (y[2] - y[1])).abs() < 0.2 && y[1] < y[0], "decades are even, upwards: {y:?}");
        let reckoned = places("stroke-dasharray");
        assert_eq!(reckoned[4..], measured[4..], "both end at the same point");
        assert!(reckoned[1] < measured[1], "arithmetic that grows less lies above before it");
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let svg = plot(&[series([1.0, f64::NAN, 2.0])]);
        assert!(!svg.contains("NaN") && !svg.contains("circle"), "{svg}");
        assert_eq!(plot(&[]).matches("doubled</text>").count(), 3);
    }
}
