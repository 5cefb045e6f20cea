//! Points as text.

use super::grid::{is_missing, number};
use crate::Point;
use crate::kind::is_class;

/// Writes points as text that [`parse_csv`](crate::parse_csv) reads back exactly, with a heading that keeps labels from being
/// misread. The points must be finite. Classes are written as their `names` where each has one of its own that is read as a
/// name; reading may then number them otherwise, by first appearance.
pub fn to_csv(points: &[Point], names: &[String]) -> String {
    let classes = points.iter().all(|point| is_class(point.label));
    let highest = points.iter().map(|point| point.label as u32).max().unwrap_or(0);
    let no_gaps = || (0..=highest).all(|class| points.iter().any(|point| point.label as u32 == class));
    let distinct = || (1..names.len()).all(|i| !names[..i].contains(&names[i]));
    let named = classes && names.len() > highest as usize && names.iter().all(|n| is_name(n)) && distinct();
    let heading = match classes {
        true if named || no_gaps() => "label",
        true => "class",
        false => "value",
    };
    let mut text = format!("x,y,{heading}\n");
    for Point { x, y, label } in points {
        let label = if named { format!("\"{}\"", names[*label as usize]) } else { label.to_string() };
        text.push_str(&format!("{x},{y},{label}\n"));
    }
    text
}

/// Whether a class's name is read back as it is: a fraction would make the labels numbers to predict.
fn is_name(name: &str) -> bool {
    let whole = |v: f64| v.is_finite() && libm::trunc(v) == v && (v + 0.0).to_string() == name;
    let odd = is_missing(name) || name.trim() != name || name.contains(['"', '\n', '\r']);
    !odd && number(name, false).is_none_or(whole)
}
