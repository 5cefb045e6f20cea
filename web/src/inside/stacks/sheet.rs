//! All maps on one sheet, from which each is stamped: the browser takes one picture a frame rather than one a layer.

use super::plan::{Form, Stack, reach};
use crate::draw::picture::paint_picture;
use crate::draw::theme::Theme;

/// The least width of the sheet, in pixels.
const WIDTH: usize = 512;
/// The most numbers a bar is drawn from; of more, the largest of each part.
const BAR: usize = 160;

/// Where a stack's pictures lie on the sheet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Spot {
    /// The first row.
    pub top: usize,
    /// Pictures in a row.
    pub across: usize,
    /// Pixels of a picture, across and down.
    pub size: (usize, usize),
    /// How many there are.
    pub count: usize,
}

impl Spot {
    /// The left and top pixel of picture `i`.
    pub fn tile(&self, i: usize) -> (usize, usize) {
        (i % self.across.max(1) * self.size.0, self.top + i / self.across.max(1) * self.size.1)
    }
}

/// Places for stacks of so many pictures each, one below the other, and the sheet's width and height.
pub fn pack<'a>(stacks: impl Iterator<Item = (&'a Stack, usize)>) -> (Vec<Spot>, (usize, usize)) {
    let sized: Vec<((usize, usize), usize)> = stacks
        .map(|(stack, count)| match stack.form {
            Form::Bar => ((1, stack.shape[0].min(BAR)), count),
            _ => ((stack.shape[2].max(1), stack.shape[1].max(1)), count),
        })
        .collect();
    let width = sized.iter().map(|(size, _)| size.0).fold(WIDTH, usize::max);
    let (mut spots, mut top) = (vec![], 0);
    for (size, count) in sized {
        let across = (width / size.0).clamp(1, count.max(1));
        spots.push(Spot { top, across, size, count });
        top += count.div_ceil(across) * size.1;
    }
    (spots, (width, top.max(1)))
}

/// Paints a stack's pictures on its spot of a sheet that is `width` pixels wide.
pub fn paint(pixels: &mut [u8], width: usize, spot: Spot, stack: &Stack, values: &[f32], theme: &Theme) {
    let area = spot.size.0 * spot.size.1;
    if stack.form == Form::Picture {
        let mut picture = vec![0; area * 4];
        paint_picture(&mut picture, values, stack.shape, theme);
        for (row, line) in picture.chunks_exact(spot.size.0 * 4).enumerate() {
            let start = (spot.top + row) * width * 4;
            if let Some(place) = pixels.get_mut(start..start + line.len()) {
                place.copy_from_slice(line);
            }
        }
        return;
    }
    // A share of 1 is the whole scale.
    let shares = stack.form == Form::Answer && values.iter().all(|v| (0.0..=1.0).contains(v));
    let size = if shares { 1.0 } else { reach(values) };
    let bar: Vec<f32>;
    let values = if stack.form == Form::Bar {
        bar = thinned(values, area);
        &bar
    } else {
        values
    };
    for (i, tile) in values.chunks_exact(area.max(1)).take(spot.count).enumerate() {
        let (left, top) = spot.tile(i);
        for (row, line) in tile.chunks_exact(spot.size.0).enumerate() {
            let start = ((top + row) * width + left) * 4;
            let Some(place) = pixels.get_mut(start..start + line.len() * 4) else { return };
            for (pixel, value) in place.chunks_exact_mut(4).zip(line) {
                let [r, g, b] = theme.scale.at(value / size).unwrap_or(theme.faint);
                pixel.copy_from_slice(&[r, g, b, 255]);
            }
        }
    }
}

/// So many numbers for all: the largest, either way, of each part.
fn thinned(values: &[f32], count: usize) -> Vec<f32> {
    let strongest =
        |part: &[f32]| part.iter().copied().fold(0.0f32, |m, v| if v.abs() > m.abs() { v } else { m });
    let (n, count) = (values.len(), count.max(1));
    (0..count)
        .map(|i| strongest(&values[i * n / count..((i + 1) * n / count).max(i * n / count + 1).min(n)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(form: Form, shape: [usize; 3]) -> Stack {
        Stack {
            path: String::new(),
            branch: String::new(),
            title: String::new(),
            form,
            shape,
            offset: 0,
            rule: None,
            source: None,
        }
    }

    #[test]
    fn no_picture_lies_on_another() {
        let stacks = [
            (stack(Form::Picture, [3, 32, 32]), 1),
            (stack(Form::Maps, [40, 30, 28]), 33),
            (stack(Form::Bar, [784, 1, 1]), 1),
            (stack(Form::Cells, [10, 1, 1]), 10),
        ];
        let (spots, (width, height)) = pack(stacks.iter().map(|(s, n)| (s, *n)));
        let mut taken = vec![false; width * height];
        for spot in spots {
            for i in 0..spot.count {
                let (left, top) = spot.tile(i);
                for y in top..top + spot.size.1 {
                    for x in left..left + spot.size.0 {
                        assert!(!std::mem::replace(&mut taken[y * width + x], true), "{spot:?}, picture {i}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_bar_keeps_the_strongest_of_each_part() {
        assert_eq!(thinned(&[1.0, -3.0, 0.5, 0.25], 2), [-3.0, 0.5]);
        assert_eq!(thinned(&[1.0, 2.0], 2), [1.0, 2.0]);
        assert_eq!(thinned(&[0.0; 7], 3).len(), 3);
    }
}
