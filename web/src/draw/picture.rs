//! A sample that is a picture, as pixels.

use web_sys::HtmlCanvasElement;

use super::colour::{Rgb, mix};
use super::raster::Raster;
use super::theme::{Theme, theme};

/// How a picture's numbers are to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Three channels: red, green, blue.
    Colour,
    /// One channel on an empty ground: strokes in the theme's ink on its paper.
    Ink,
    /// One channel that fills the picture, or the mean of several: black to white.
    Grey,
}

/// A border with less of the whole range than this is an empty ground.
const EMPTY: f32 = 0.25;

/// (channels, rows, columns) of a shape that is a picture's.
pub fn image_shape(shape: &[usize]) -> Option<[usize; 3]> {
    <[usize; 3]>::try_from(shape).ok().filter(|s| s.iter().all(|&n| n > 0))
}

/// The numbers that are drawn darkest and brightest: 0 and 1 where all are between them.
pub fn range(values: &[f32]) -> (f32, f32) {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = finite.fold((0.0f32, 1.0f32), |(low, high), v| (low.min(v), high.max(v)));
    (low, high)
}

/// How this picture is to be read.
pub fn style(values: &[f32], [channels, rows, columns]: [usize; 3]) -> Style {
    if channels == 3 {
        return Style::Colour;
    }
    let (low, high) = range(values);
    let edge =
        |row: usize, column: usize| row == 0 || column == 0 || row + 1 == rows || column + 1 == columns;
    let border: Vec<f32> = (0..rows * columns)
        .filter(|i| edge(i / columns, i % columns))
        .filter_map(|i| values.get(i).map(|v| (v - low) / (high - low)))
        .collect();
    let mean = border.iter().sum::<f32>() / border.len().max(1) as f32;
    if channels == 1 && mean < EMPTY { Style::Ink } else { Style::Grey }
}

/// Paints (channels, rows, columns) on as many pixels, 4 bytes each; NaN is red.
pub fn paint_picture(pixels: &mut [u8], values: &[f32], shape: [usize; 3], theme: &Theme) {
    paint_as(pixels, values, shape, style(values, shape), theme);
}

/// As [`paint_picture`], read as it is told.
pub fn paint_as(pixels: &mut [u8], values: &[f32], shape: [usize; 3], style: Style, theme: &Theme) {
    let [channels, rows, columns] = shape;
    let (area, (low, high)) = (rows * columns, range(values));
    let share = |channel: usize, at: usize| {
        values.get(channel * area + at).map_or(f32::NAN, |v| (v - low) / (high - low))
    };
    for (at, pixel) in pixels.chunks_exact_mut(4).take(area).enumerate() {
        let [r, g, b]: Rgb = match style {
            Style::Colour => std::array::from_fn(|channel| byte(share(channel, at))),
            Style::Ink => mix(theme.panel, theme.ink, share(0, at)),
            Style::Grey => [byte((0..channels).map(|c| share(c, at)).sum::<f32>() / channels as f32); 3],
        };
        let lost = share(0, at).is_nan();
        pixel.copy_from_slice(&if lost { [0xb9, 0x33, 0x33, 255] } else { [r, g, b, 255] });
    }
}

fn byte(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// Draws a picture on a canvas, which gets a pixel for each of the picture's; styles say how large it is seen.
pub fn draw_picture(canvas: &HtmlCanvasElement, values: &[f32], shape: [usize; 3]) {
    let Some(mut raster) = Raster::on(canvas.clone()) else { return };
    raster.resize(shape[2], shape[1]);
    paint_picture(raster.pixels(), values, shape, &theme());
    raster.show();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_on_an_empty_ground_are_ink_and_full_pictures_are_not() {
        let mut strokes = vec![0.0; 25];
        strokes[12] = 1.0;
        assert_eq!(style(&strokes, [1, 5, 5]), Style::Ink);
        assert_eq!(style(&[0.6; 25], [1, 5, 5]), Style::Grey);
        assert_eq!(style(&[0.0; 75], [3, 5, 5]), Style::Colour);
        assert_eq!(style(&[0.0; 50], [2, 5, 5]), Style::Grey);
    }

    #[test]
    fn numbers_beyond_0_and_1_widen_the_range() {
        assert_eq!(range(&[0.2, 0.7]), (0.0, 1.0));
        assert_eq!(range(&[-2.0, 0.7, f32::NAN]), (-2.0, 1.0));
    }

    #[test]
    fn only_three_axes_are_a_picture() {
        assert_eq!(image_shape(&[3, 8, 8]), Some([3, 8, 8]));
        assert_eq!(image_shape(&[8, 8]), None);
        assert_eq!(image_shape(&[3, 0, 8]), None);
    }
}
