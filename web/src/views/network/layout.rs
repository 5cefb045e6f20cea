//! Where each unit stands: columns of equal width, units in the middle of their column, what does not fit as a mosaic.

use crate::numbers::within;

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width and height.
    pub side: f64,
}

impl Rect {
    /// Whether the point lies within, or at most `margin` outside.
    pub fn holds(&self, (x, y): (f64, f64), margin: f64) -> bool {
        x >= self.x - margin
            && x <= self.x + self.side + margin
            && y >= self.y - margin
            && y <= self.y + self.side + margin
    }

    /// The middle's height.
    pub fn middle(&self) -> f64 {
        self.y + self.side / 2.0
    }
}

/// One column: the chosen features, a hidden layer, or the output.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Column {
    /// Every unit's place. The first `singles` stand alone, the rest within the mosaic.
    pub units: Vec<Rect>,
    /// How many are drawn singly, with links and bias.
    pub singles: usize,
    /// What shows the rest.
    pub mosaic: Option<Mosaic>,
}

/// Small maps side by side.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mosaic {
    /// Upper left corner; its side is one map's.
    pub cell: Rect,
    /// Maps in a row.
    pub across: usize,
    /// Rows, the last perhaps not full.
    pub down: usize,
}

impl Mosaic {
    /// Its width and height in CSS pixels.
    pub fn size(&self) -> (f64, f64) {
        (self.cell.side * self.across as f64, self.cell.side * self.down as f64)
    }
}

/// The whole network on a canvas.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Layout {
    /// CSS pixels across.
    pub width: f64,
    /// CSS pixels down.
    pub height: f64,
    /// A unit's width and height.
    pub side: f64,
    /// Inputs first, output last.
    pub columns: Vec<Column>,
}

/// The gap between units, as a share of a unit.
const GAP: f64 = 0.24;
/// Space above and below.
const EDGE: f64 = 6.0;

/// Lays out columns of this many units. Units are as large as the tallest column allows, but not so small that their
/// maps say nothing: rather than that, the tallest columns are condensed.
pub fn layout(width: f64, height: f64, counts: &[usize]) -> Layout {
    let (room, column) = ((height - 2.0 * EDGE).max(1.0), width / counts.len().max(1) as f64);
    let largest = (height / 12.5).clamp(38.0, 110.0).min(column * 0.46).min(room).max(1.0);
    let smallest = (height / 9.0).clamp(12.0, 26.0).min(largest);
    let fits = |count: usize| room / (count as f64 * (1.0 + GAP) - GAP);
    let single = |count: usize| fits(count) >= smallest;
    let condensed = counts.iter().any(|&n| !single(n));
    let shrunk = counts.iter().filter(|&&n| single(n)).map(|&n| fits(n)).fold(largest, f64::min);
    let side = if condensed { shrunk.min(largest * 0.8).max(smallest) } else { shrunk };
    let place = |(i, &count): (usize, &usize)| {
        let middle = (i as f64 + 0.5) * column;
        if single(count) {
            stack(middle, height, side, count)
        } else {
            condense(middle, column, height, side, count)
        }
    };
    Layout { width, height, side, columns: counts.iter().enumerate().map(place).collect() }
}

/// A column in which every unit stands alone.
fn stack(middle: f64, height: f64, side: f64, count: usize) -> Column {
    let step = side * (1.0 + GAP);
    let top = (height - (count as f64 * step - side * GAP)) / 2.0;
    let unit = |i: usize| Rect { x: middle - side / 2.0, y: top + i as f64 * step, side };
    Column { units: (0..count).map(unit).collect(), singles: count, mosaic: None }
}

/// A column whose first units stand alone and whose others share a square below them.
fn condense(middle: f64, column: f64, height: f64, side: f64, count: usize) -> Column {
    let (room, step) = (height - 2.0 * EDGE, side * (1.0 + GAP));
    // A line of text, "+52", stands under the square.
    let label = if room > 160.0 { 14.0 } else { 0.0 };
    let square = (side * 2.6).min(column * 0.7).min(room - label - step).max(side * 0.8);
    let singles = within(((room - label - square) / step).floor() as usize, 1, count.saturating_sub(1));
    let rest = count.saturating_sub(singles);
    let across = (rest as f64).sqrt().ceil().max(1.0) as usize;
    let (down, cell) = (rest.div_ceil(across), square / across as f64);
    let mut whole = stack(middle, height - cell * down as f64 - label - side * GAP, side, singles);
    let top = whole.units.last().map_or(EDGE, |u| u.y + step);
    let first = Rect { x: middle - square / 2.0, y: top, side: cell };
    whole.units.extend((0..rest).map(|i| Rect {
        x: first.x + (i % across) as f64 * cell,
        y: first.y + (i / across) as f64 * cell,
        side: cell,
    }));
    whole.mosaic = Some(Mosaic { cell: first, across, down });
    whole
}

impl Layout {
    /// The unit at a point, as column and place in it.
    pub fn unit_at(&self, point: (f64, f64)) -> Option<(usize, usize)> {
        let column = self.column_at(point.0)?;
        let unit = self.columns[column].units.iter().position(|r| r.holds(point, 0.0))?;
        Some((column, unit))
    }

    /// The single unit whose bias is drawn near a point.
    pub fn bias_at(&self, point: (f64, f64)) -> Option<(usize, usize)> {
        let reach = (self.bias_radius() + 3.0).max(7.0);
        let column = self.column_at(point.0).filter(|&c| c > 0)?;
        let place = &self.columns[column];
        let near = |r: &Rect| {
            let (x, y) = self.bias(r);
            (point.0 - x).hypot(point.1 - y) <= reach
        };
        Some((column, place.units[..place.singles].iter().position(near)?))
    }

    /// The middle of a unit's bias dot: its lower left corner.
    pub fn bias(&self, unit: &Rect) -> (f64, f64) {
        (unit.x + 0.5, unit.y + unit.side - 0.5)
    }

    /// The bias dot's radius.
    pub fn bias_radius(&self) -> f64 {
        (self.side * 0.11).clamp(2.5, 7.0)
    }

    fn column_at(&self, x: f64) -> Option<usize> {
        let column = (x / self.width * self.columns.len() as f64).floor();
        (column >= 0.0 && (column as usize) < self.columns.len()).then_some(column as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: f64, height: f64, counts: &[usize]) -> Layout {
        let l = layout(width, height, counts);
        for (column, &count) in l.columns.iter().zip(counts) {
            assert_eq!(column.units.len(), count, "{counts:?}: a unit has no place");
            for (i, a) in column.units.iter().enumerate() {
                assert!(
                    a.y >= -0.01 && a.y + a.side <= height + 0.01,
                    "{counts:?} at {height}: unit {i} at {a:?}"
                );
                assert!(
                    a.x >= -0.01 && a.x + a.side <= width + 0.01,
                    "{counts:?} at {width}: unit {i} at {a:?}"
                );
                assert!(
                    column.units[..i].iter().all(|b| {
                        let apart = (a.x - b.x).abs().max((a.y - b.y).abs());
                        apart >= a.side.min(b.side) - 0.01
                    }),
                    "{counts:?}: unit {i} covers another"
                );
            }
        }
        l
    }

    #[test]
    fn units_keep_apart_and_inside_at_every_size() {
        for (width, height) in [(720.0, 500.0), (480.0, 120.0), (390.0, 300.0), (3000.0, 1700.0)] {
            check(width, height, &[2, 6, 5, 3, 1]);
            check(width, height, &[9, 64, 64, 64, 64, 64, 64, 64, 64, 16]);
            check(width, height, &[1, 1]);
            check(width, height, &[9, 20, 4]);
        }
    }

    #[test]
    fn a_wide_layer_is_condensed_and_a_small_one_is_not() {
        let l = check(720.0, 500.0, &[2, 64, 4, 1]);
        assert!(l.columns[1].mosaic.is_some() && l.columns[1].singles >= 6, "{:?}", l.columns[1].singles);
        assert!(l.columns[2].mosaic.is_none());
        assert!(check(720.0, 500.0, &[2, 12, 12, 6, 1]).columns.iter().all(|c| c.mosaic.is_none()));
    }

    #[test]
    fn every_unit_is_found_where_it_stands() {
        let l = check(720.0, 500.0, &[2, 64, 4, 1]);
        for (c, column) in l.columns.iter().enumerate() {
            for (u, r) in column.units.iter().enumerate() {
                let middle = (r.x + r.side / 2.0, r.middle());
                assert_eq!(l.unit_at(middle), Some((c, u)));
            }
        }
        assert_eq!(l.unit_at((1.0, 1.0)), None);
        assert_eq!(l.unit_at((-5.0, 200.0)), None);
    }

    #[test]
    fn features_have_no_bias() {
        let l = check(720.0, 500.0, &[2, 4, 1]);
        assert_eq!(l.bias_at(l.bias(&l.columns[0].units[0])), None);
        assert_eq!(l.bias_at(l.bias(&l.columns[2].units[0])), Some((2, 0)));
    }
}
