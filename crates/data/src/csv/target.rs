//! Which column is the label: by its heading where that is sure, else by what looks like classes, and where it stands.

use super::columns::Holds;
use super::grid::Grid;
use super::names::{Says, says};

/// The label among the columns at `places`; `plane` is where x and y stand, if headings say so.
pub(super) fn label(
    grid: &Grid,
    all: &[Holds],
    places: &[usize],
    plane: [Option<usize>; 2],
) -> Option<usize> {
    let in_plane = |place: usize| plane[0].is_some() && plane.contains(&Some(place));
    let beside: Vec<usize> = places.iter().copied().filter(|&place| !in_plane(place)).collect();
    // x and y are features, and what stands beside them the label.
    if let (true, [only]) = (plane.iter().all(Option::is_some), &beside[..]) {
        return Some(*only);
    }
    let (first, last) = (beside.first().copied()?, beside.last().copied()?);
    let said = |place: usize| grid.heading.as_ref().and_then(|names| says(&names[place]));
    let surest = beside.iter().filter_map(|&place| Some((said(place)?, place))).min();
    let perhaps = |place: usize| matches!(said(place), Some(Says::Perhaps(_))) && all[place].comes_again();
    // A value's name, or one that may be anything, gives way to what looks like classes at an edge.
    let classes = |place: usize| !all[place].once() && all[place].likeness() + u8::from(perhaps(place)) >= 2;
    let two = |place: usize| classes(place) && all[place].names_or_two();
    match surest {
        None => {}
        Some((Says::Label(_), place)) => return Some(place),
        Some((Says::Value(_), place)) if place != last && classes(last) => return Some(last),
        Some((Says::Predicted(_), place)) => {
            let less = classes(last) && all[place].likeness() < all[last].likeness();
            return Some(if less { last } else { place });
        }
        // Numbers that count something ("rooms") are what a value is learnt from.
        Some((Says::Value(_), place)) => {
            let gives_way = all[place].likeness() < 2 && (two(first) || classes(first) && perhaps(first));
            return Some(if place != first && gives_way { first } else { place });
        }
        Some((Says::Perhaps(_), place)) => {
            let more = place != last && classes(last) && all[last].likeness() >= all[place].likeness();
            match classes(place) {
                _ if more => return Some(last),
                true => return Some(place),
                false if alone(all, &beside).is_none() && !classes(first) => return Some(place),
                false => {}
            }
        }
    }
    let texts: Vec<usize> = beside.iter().copied().filter(|&place| all[place].is_text()).collect();
    // Names that each come once name the rows, if classes stand beside them.
    let named: Vec<usize> = texts.iter().copied().filter(|&place| !all[place].once()).collect();
    match (&texts[..], &named[..]) {
        (_, [only]) => return Some(*only),
        ([only], _) if !beside.iter().any(|&place| classes(place)) => return Some(*only),
        _ => {}
    }
    // A value that is none in the last column is to be named.
    if all[last].texts > 0 && !all[last].is_text() {
        return Some(last);
    }
    Some(match alone(all, &beside) {
        Some(only) => only,
        None if classes(first) && all[first].likeness() > all[last].likeness() => first,
        None => last,
    })
}

/// The one column that looks like classes, where no other looks so at all.
fn alone(all: &[Holds], places: &[usize]) -> Option<usize> {
    let mut some = places.iter().copied().filter(|&place| all[place].likeness() > 0 && !all[place].single);
    let only = some.next()?;
    some.next().is_none().then_some(only)
}
