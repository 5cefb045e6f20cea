//! Where each column and each map stands: as large as the room allows, "+n more" where it does not hold them all.

use super::plan::{Column, Form};

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// Whether a point lies in it.
    pub fn holds(&self, x: f64, y: f64) -> bool {
        (self.x..self.x + self.w).contains(&x) && (self.y..self.y + self.h).contains(&y)
    }
}

/// The pictures of one stack, in rows.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Tiles {
    /// The first one.
    pub first: Rect,
    /// Pictures in a row.
    pub across: usize,
    /// How many are shown.
    pub shown: usize,
    /// How many are not; their sign stands in the last place.
    pub rest: usize,
    /// Between two.
    pub gap: f64,
}

impl Tiles {
    /// Where picture `i` stands; the one after the last shown is the sign of those that are not.
    pub fn tile(&self, i: usize) -> Rect {
        let (row, column) = (i / self.across.max(1), i % self.across.max(1));
        Rect {
            x: self.first.x + column as f64 * (self.first.w + self.gap),
            y: self.first.y + row as f64 * (self.first.h + self.gap),
            ..self.first
        }
    }

    /// The picture at a point.
    pub fn at(&self, x: f64, y: f64) -> Option<usize> {
        (0..self.shown).find(|&i| self.tile(i).holds(x, y))
    }
}

/// Where a column stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Place {
    /// Name, pictures and foot.
    pub whole: Rect,
    /// The top of each stack's pictures is its `first`.
    pub stacks: Vec<Tiles>,
}

/// All places.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Layout {
    /// How wide it all is: the room, or more where not even the least fits.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// A place a column.
    pub places: Vec<Place>,
}

/// The measures of names and spaces, in CSS pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Measures {
    /// Above a column's pictures.
    pub head: f64,
    /// Below them.
    pub foot: f64,
    /// The least width of a column with a name.
    pub least: f64,
    /// Between columns, for the arrow.
    pub arrow: f64,
    /// To the right of the answer's cells, for names and shares.
    pub names: f64,
}

const GAP: f64 = 3.0;
/// The largest picture, the smallest that is still read, the smallest at all.
const SIDES: [f64; 3] = [104.0, 22.0, 2.0];
/// The largest cell of a unit.
const CELL: f64 = 18.0;
/// The width of a bar.
const BAR: f64 = 9.0;

struct Fit {
    width: f64,
    stacks: Vec<Block>,
}

/// A stack before it has its place.
struct Block {
    tiles: Tiles,
    /// Height of all its pictures.
    tall: f64,
    /// Room for names beside them.
    names: f64,
}

/// Places columns from left to right in a room; `open` shows one column alone, with all it has.
pub fn layout(
    columns: &[Column],
    (width, height): (f64, f64),
    measures: Measures,
    open: Option<usize>,
) -> Layout {
    let most = columns.iter().flat_map(|c| &c.stacks).filter(|s| s.form == Form::Maps).map(|s| s.shape[1]);
    let most = most.max().unwrap_or(1).max(1) as f64;
    let room = (height - measures.head - measures.foot).max(24.0);
    let seen = |i: usize| open.is_none_or(|open| open == i);
    let try_all = |side: f64, cap: usize| -> (f64, Vec<Fit>) {
        let fits: Vec<Fit> = columns.iter().map(|c| fit(c, room, measures, (side, cap), most)).collect();
        let shown = fits.iter().enumerate().filter(|(i, _)| seen(*i));
        let sum: f64 = shown.clone().map(|(_, f)| f.width).sum();
        (sum + measures.arrow * shown.count().saturating_sub(1) as f64, fits)
    };
    let steps = |from: f64, to: f64| {
        let n = 24;
        (0..=n).map(move |i| from * (to / from).powf(f64::from(i) / f64::from(n)))
    };
    let widely = steps(SIDES[0], SIDES[1]).map(|side| (side, usize::MAX));
    let few = (2..=8).rev().map(|cap| (SIDES[1], cap)).filter(|_| open.is_none());
    // Where not even that fits the field is wider than the room, and large enough to be read. One column alone holds
    // all it has, however small.
    let small = steps(SIDES[1], SIDES[2]).map(|side| (side, usize::MAX)).filter(|_| open.is_some());
    let wider = [(32.0, 3)].into_iter().filter(|_| open.is_none());
    let mut chosen = None;
    for (side, cap) in widely.chain(few).chain(small).chain(wider) {
        let (sum, fits) = try_all(side, cap);
        let fit = sum <= width;
        chosen = Some((sum, fits));
        if fit {
            break;
        }
    }
    let (sum, fits) = chosen.unwrap_or((0.0, vec![]));
    // What is left goes between the columns, but not so much that they fall apart.
    let count = (0..columns.len()).filter(|&i| seen(i)).count();
    let spare = ((width - sum).max(0.0) / count.max(1) as f64).min(measures.arrow * 2.0);
    let mut x = ((width - sum - spare * count.saturating_sub(1) as f64) / 2.0).max(0.0);
    let mut places = vec![];
    for (i, fit) in fits.into_iter().enumerate() {
        if !seen(i) {
            places.push(Place::default());
            continue;
        }
        let (place, width) = stand(fit, x, height, measures);
        x += width + measures.arrow + spare;
        places.push(place);
    }
    Layout { width: width.max(sum), height, places }
}

/// A column's pictures at this size.
fn fit(column: &Column, room: f64, measures: Measures, (side, cap): (f64, usize), most: f64) -> Fit {
    let count = column.stacks.len().max(1) as f64;
    let room = (room - label(column.stacks.len(), measures) - (count - 1.0) * (measures.foot + GAP)) / count;
    let mut stacks = vec![];
    let mut width: f64 = 0.0;
    let mut named = true;
    for stack in &column.stacks {
        let n = stack.tiles();
        let ratio = stack.shape[2] as f64 / stack.shape[1].max(1) as f64;
        let tall = match stack.form {
            // Smaller maps are drawn smaller, though not by as much as they are.
            Form::Maps => (side * (stack.shape[1] as f64 / most).powf(0.3)).max(side * 0.45),
            Form::Picture => side.clamp(64.0, SIDES[0]),
            Form::Cells | Form::Answer => cell(n, room),
            Form::Bar => room.min(220.0),
        };
        let tall = tall.min(room);
        let wide = match stack.form {
            Form::Bar => BAR,
            Form::Maps | Form::Picture => tall * ratio.clamp(0.25, 4.0),
            Form::Cells | Form::Answer => tall,
        };
        let rows = (((room + GAP) / (tall + GAP)) as usize).max(1);
        let across = n.div_ceil(rows).min(cap).max(1);
        let holds = rows * across;
        let shown = if n <= holds { n } else { holds - 1 };
        let across = across.min(n.max(1));
        let rows_used = (shown + usize::from(shown < n)).div_ceil(across);
        // Rows of equal length where there is a choice.
        let across = if shown == n { n.div_ceil(rows_used.max(1)) } else { across };
        let names = if stack.form == Form::Answer { measures.names } else { 0.0 };
        width = width.max(across as f64 * (wide + GAP) - GAP + names);
        named &= stack.form != Form::Bar;
        let first = Rect { x: 0.0, y: 0.0, w: wide, h: tall };
        let tiles = Tiles { first, across, shown, rest: n - shown, gap: GAP };
        stacks.push(Block { tiles, tall: rows_used as f64 * (tall + GAP) - GAP, names });
    }
    if named {
        width = width.max(measures.least);
    }
    Fit { width, stacks }
}

/// Room for a branch's name over the first of several stacks.
fn label(stacks: usize, measures: Measures) -> f64 {
    if stacks > 1 { measures.foot } else { 0.0 }
}

/// The side of a unit's cell, so that a layer of so many is at most four cells wide.
fn cell(n: usize, room: f64) -> f64 {
    let rows = n.div_ceil(4) as f64;
    let one = (room + GAP) / n as f64 - GAP;
    if one >= 9.0 { one.min(CELL) } else { ((room + GAP) / rows - GAP).clamp(5.0, 9.0) }
}

/// Puts a column in its place, in the middle of the height.
fn stand(fit: Fit, x: f64, height: f64, measures: Measures) -> (Place, f64) {
    let between = measures.foot + GAP;
    let gaps = between * fit.stacks.len().saturating_sub(1) as f64;
    let high = fit.stacks.iter().map(|s| s.tall).sum::<f64>() + gaps;
    let head = measures.head + label(fit.stacks.len(), measures);
    let top = ((height - head - measures.foot - high) / 2.0).max(0.0);
    let mut y = top + head;
    let mut stacks = vec![];
    for Block { mut tiles, tall, names } in fit.stacks {
        let columns = tiles.across.max(1) as f64 * (tiles.first.w + GAP) - GAP;
        tiles.first.x = x + (fit.width - columns - names) / 2.0;
        tiles.first.y = y;
        y += tall + between;
        stacks.push(tiles);
    }
    let whole = Rect { x, y: top, w: fit.width, h: head + high + measures.foot };
    (Place { whole, stacks }, fit.width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inside::stacks::plan::Stack;

    const MEASURES: Measures = Measures { head: 34.0, foot: 14.0, least: 50.0, arrow: 14.0, names: 40.0 };

    fn column(form: Form, shapes: &[[usize; 3]]) -> Column {
        let stack = |shape: &[usize; 3]| Stack {
            path: String::new(),
            branch: String::new(),
            title: String::new(),
            form,
            shape: *shape,
            offset: 0,
            rule: None,
            source: None,
        };
        let stacks = shapes.iter().map(stack).collect();
        Column { name: "Conv".into(), more: String::new(), shape: String::new(), parameters: 0, stacks }
    }

    fn shapes() -> Vec<Column> {
        vec![
            column(Form::Picture, &[[3, 32, 32]]),
            column(Form::Maps, &[[12, 32, 32]]),
            column(Form::Maps, &[[12, 16, 16]]),
            column(Form::Maps, &[[24, 16, 16]]),
            column(Form::Maps, &[[24, 8, 8], [24, 8, 8]]),
            column(Form::Bar, &[[1536, 1, 1]]),
            column(Form::Cells, &[[4, 1, 1]]),
            column(Form::Answer, &[[4, 1, 1]]),
        ]
    }

    fn rects(layout: &Layout) -> Vec<Rect> {
        let tiles = layout.places.iter().flat_map(|p| &p.stacks);
        tiles.flat_map(|t| (0..t.shown + usize::from(t.rest > 0)).map(|i| t.tile(i))).collect()
    }

    #[test]
    fn nothing_overlaps_and_nothing_leaves_the_room() {
        for size in [(676.0, 420.0), (1100.0, 800.0), (360.0, 300.0), (228.0, 240.0)] {
            let layout = layout(&shapes(), size, MEASURES, None);
            let all = rects(&layout);
            for (i, a) in all.iter().enumerate() {
                assert!(
                    a.x >= 0.0 && a.x + a.w <= layout.width + 0.01,
                    "{size:?}: {a:?} beyond {}",
                    layout.width
                );
                assert!(a.y >= 0.0 && a.y + a.h <= size.1 + 0.01, "{size:?}: {a:?}");
                for b in &all[..i] {
                    let apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
                    assert!(apart, "{size:?}: {a:?} lies on {b:?}");
                }
            }
        }
    }

    #[test]
    fn a_wide_room_holds_all_and_a_narrow_one_says_how_many_are_left() {
        let wide = layout(&shapes(), (1100.0, 800.0), MEASURES, None);
        assert!(wide.places.iter().flat_map(|p| &p.stacks).all(|t| t.rest == 0));
        let narrow = layout(&shapes(), (420.0, 240.0), MEASURES, None);
        let maps = &narrow.places[3].stacks[0];
        assert!(maps.rest > 0 && maps.shown + maps.rest == 24, "{maps:?}");
    }

    #[test]
    fn one_layer_alone_shows_all_it_has() {
        let columns = [column(Form::Picture, &[[3, 32, 32]]), column(Form::Maps, &[[512, 8, 8]])];
        let both = layout(&columns, (400.0, 300.0), MEASURES, None);
        assert!(both.places[1].stacks[0].rest > 0);
        let alone = layout(&columns, (400.0, 300.0), MEASURES, Some(1));
        assert_eq!(alone.places[1].stacks[0].rest, 0);
        assert!(alone.places[0].stacks.is_empty());
        assert!(alone.width <= 400.0);
    }

    #[test]
    fn a_point_finds_its_picture() {
        let layout = layout(&shapes(), (676.0, 420.0), MEASURES, None);
        let tiles = &layout.places[1].stacks[0];
        let seventh = tiles.tile(7);
        assert_eq!(tiles.at(seventh.x + 1.0, seventh.y + seventh.h - 1.0), Some(7));
        assert_eq!(tiles.at(seventh.x - 1.0, seventh.y), None, "between two there is none");
    }
}
