//! Which unit the pointer or the keyboard is at.

use super::layout::Layout;
use super::plan::{Form, Plan, Stack};
use super::window::Unit;
use crate::words::fill;

/// A unit of a stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct At {
    /// Which column.
    pub column: usize,
    /// Which stack of it.
    pub stack: usize,
    /// Which unit.
    pub unit: Unit,
}

/// What lies under a point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hit {
    /// A unit.
    Unit(At),
    /// The sign of what is not shown, of this column.
    More(usize),
}

/// What lies at a point of the field.
pub fn hit(plan: &Plan, layout: &Layout, x: f64, y: f64) -> Option<Hit> {
    for (column, place) in layout.places.iter().enumerate() {
        for (stack, tiles) in place.stacks.iter().enumerate() {
            let Some(of) = plan.columns.get(column).and_then(|c| c.stacks.get(stack)) else { continue };
            if tiles.rest > 0 && tiles.tile(tiles.shown).holds(x, y) {
                return Some(Hit::More(column));
            }
            let Some(map) = tiles.at(x, y).filter(|_| of.form != Form::Bar) else { continue };
            let tile = tiles.tile(map);
            let [_, rows, columns] = of.shape;
            let cell = |share: f64, n: usize| ((share * n as f64) as usize).min(n.saturating_sub(1));
            let (row, across) = (cell((y - tile.y) / tile.h, rows), cell((x - tile.x) / tile.w, columns));
            return Some(Hit::Unit(At { column, stack, unit: Unit { map, row, column: across } }));
        }
    }
    None
}

/// The stack a unit belongs to.
pub fn stack<'a>(plan: &'a Plan, at: &At) -> Option<&'a Stack> {
    plan.columns.get(at.column)?.stacks.get(at.stack)
}

/// Its number in the stack's values.
pub fn index(stack: &Stack, unit: Unit) -> usize {
    let map = if stack.form == Form::Picture { 0 } else { unit.map };
    (map * stack.shape[1] + unit.row) * stack.shape[2] + unit.column
}

/// Where a key leads from a unit: arrows to the next in its map and over its edge to the next map, Page Up and Page Down
/// to the map before and after, Home and End to the layer before and after.
pub fn moved(plan: &Plan, layout: &Layout, from: Option<At>, key: &str) -> Option<At> {
    let stops: Vec<(usize, usize, usize)> = layout
        .places
        .iter()
        .enumerate()
        .flat_map(|(c, place)| place.stacks.iter().enumerate().map(move |(s, t)| (c, s, t.shown)))
        .filter(|&(c, s, shown)| {
            let form = plan.columns.get(c).and_then(|c| c.stacks.get(s)).map(|s| s.form);
            shown > 0 && form.is_some_and(|f| f != Form::Bar)
        })
        .collect();
    let place = from.and_then(|at| stops.iter().position(|&(c, s, _)| (c, s) == (at.column, at.stack)));
    let (Some(at), Some(place)) = (from, place) else {
        // The first map of the first layer.
        let &(column, stack, _) = stops.get(1).or(stops.first())?;
        let shape = plan.columns.get(column)?.stacks.get(stack)?.shape;
        return Some(At { column, stack, unit: Unit { map: 0, row: shape[1] / 2, column: shape[2] / 2 } });
    };
    let [_, rows, columns] = stack(plan, &at)?.shape;
    let Unit { map, row, column } = at.unit;
    let shown = stops[place].2;
    let to = |map: usize, row: usize, column: usize| Some(At { unit: Unit { map, row, column }, ..at });
    let layer = |place: usize| {
        let &(column, stack, shown) = stops.get(place)?;
        let [_, r, c] = plan.columns.get(column)?.stacks.get(stack)?.shape;
        // The same part of the picture.
        let unit = Unit {
            map: map.min(shown - 1),
            row: row * r / rows.max(1),
            column: at.unit.column * c / columns.max(1),
        };
        Some(At { column, stack, unit })
    };
    match key {
        "ArrowLeft" if column > 0 => to(map, row, column - 1),
        "ArrowLeft" | "Home" => layer(place.checked_sub(1)?),
        "ArrowRight" if column + 1 < columns => to(map, row, column + 1),
        "ArrowRight" | "End" => layer(place + 1),
        "ArrowUp" if row > 0 => to(map, row - 1, column),
        "ArrowUp" if map > 0 => to(map - 1, rows - 1, column),
        "ArrowDown" if row + 1 < rows => to(map, row + 1, column),
        "ArrowDown" if map + 1 < shown => to(map + 1, 0, column),
        "PageUp" => to(map.checked_sub(1)?, row, column),
        "PageDown" if map + 1 < shown => to(map + 1, row, column),
        _ => None,
    }
}

/// A unit's name: "Conv 3×3, map 2, row 5, column 7".
pub fn name(plan: &Plan, at: &At) -> String {
    let Some((column, stack)) = plan.columns.get(at.column).zip(stack(plan, at)) else {
        return String::new();
    };
    // Within a layer it is the layer at the end of its branch.
    let title = if stack.title.is_empty() { column.title() } else { stack.title.clone() };
    let Unit { map, row, column } = at.unit;
    let number = |n: usize| (n + 1).to_string();
    let (map, row, across) = (number(map), number(row), number(column));
    let words = [("layer", title.as_str()), ("map", &map), ("row", &row), ("column", &across)];
    match stack.form {
        Form::Maps => fill("stacks.unit", &words),
        Form::Picture => fill("stacks.pixel", &words),
        Form::Answer => {
            let class = plan.classes.get(at.unit.map).cloned().unwrap_or(map);
            fill("stacks.class", &[("class", &class)])
        }
        Form::Cells | Form::Bar => fill("stacks.cell", &words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inside::stacks::layout::{Measures, layout};
    use crate::inside::stacks::plan::Column;

    fn scene() -> (Plan, Layout) {
        let stack = |form, shape| Stack {
            path: String::new(),
            branch: String::new(),
            title: String::new(),
            form,
            shape,
            offset: 0,
            rule: None,
            source: None,
        };
        let column = |form, shape| Column {
            name: "Conv".into(),
            more: String::new(),
            shape: String::new(),
            parameters: 0,
            stacks: vec![stack(form, shape)],
        };
        let columns = vec![
            column(Form::Picture, [1, 8, 8]),
            column(Form::Maps, [3, 8, 8]),
            column(Form::Bar, [192, 1, 1]),
            column(Form::Cells, [4, 1, 1]),
        ];
        let plan = Plan { columns, classes: vec![] };
        let measures = Measures { head: 34.0, foot: 14.0, least: 50.0, arrow: 14.0, names: 40.0 };
        let layout = layout(&plan.columns, (500.0, 400.0), measures, None);
        (plan, layout)
    }

    fn at(column: usize, map: usize, row: usize, across: usize) -> At {
        At { column, stack: 0, unit: Unit { map, row, column: across } }
    }

    #[test]
    fn a_point_hits_the_unit_under_it() {
        let (plan, layout) = scene();
        let tile = layout.places[1].stacks[0].tile(2);
        let (x, y) = (tile.x + tile.w * 0.99, tile.y + tile.h * 0.3);
        assert_eq!(hit(&plan, &layout, x, y), Some(Hit::Unit(at(1, 2, 2, 7))));
        assert_eq!(hit(&plan, &layout, 1.0, 1.0), None);
    }

    #[test]
    fn keys_walk_over_edges_and_past_bars() {
        let (plan, layout) = scene();
        let go = |from, key| moved(&plan, &layout, from, key);
        assert_eq!(go(None, "ArrowRight"), Some(at(1, 0, 4, 4)), "the first layer is where one begins");
        assert_eq!(go(Some(at(1, 0, 4, 7)), "ArrowRight"), Some(at(3, 0, 0, 0)), "a bar has no units");
        assert_eq!(go(Some(at(1, 0, 7, 3)), "ArrowDown"), Some(at(1, 1, 0, 3)));
        assert_eq!(go(Some(at(1, 2, 7, 3)), "ArrowDown"), None);
        assert_eq!(go(Some(at(1, 1, 2, 3)), "PageUp"), Some(at(1, 0, 2, 3)));
        assert_eq!(go(Some(at(1, 1, 2, 3)), "Home"), Some(at(0, 0, 2, 3)), "the same part of the picture");
        assert_eq!(go(Some(at(0, 0, 2, 0)), "ArrowLeft"), None);
    }
}
