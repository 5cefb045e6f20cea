//! Decoded images of any size, made into small ones of one size.

use core::ops::RangeInclusive;

use super::part::{check_size, gather_with};
use super::{FileError, Ground, Holding, Parting, Side, Taken};
use crate::SampleSet;

/// Pixels on a side that images can be made.
pub const SIDE: RangeInclusive<usize> = 4..=256;

/// An image as a browser decodes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Decoded {
    /// Its class.
    pub label: String,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue and opacity of every pixel, row by row, 0 to 255.
    pub rgba: Vec<u8>,
}

/// An image of the size the samples have. What lies under its transparent parts is chosen for all images together, when
/// they are [assembled](assemble_small).
#[derive(Clone, PartialEq, Debug)]
pub struct Small {
    /// Its class.
    pub label: String,
    /// The side of the files' own split, if they have one that is kept.
    pub side: Option<Side>,
    /// (channels, side, side), in `[0, 1]`: what its own ink gives to each pixel.
    pub pixels: Vec<f32>,
    /// (side, side), in `[0, 1]`: how much of the ground is seen at each pixel; empty where none is anywhere.
    pub clear: Vec<f32>,
    /// How light its ink is, in `[0, 1]`; none where there is no ink.
    pub ink: Option<f32>,
}

/// Samples of decoded images: classes sorted by name, each image made `side` x `side` with 1 channel (grey) or 3.
///
/// # Errors
/// What [`shrink`] and [`assemble_small`] find.
pub fn assemble(
    images: &[Decoded],
    side: usize,
    channels: usize,
    holding: Holding,
) -> Result<SampleSet, FileError> {
    check(side, channels)?;
    check_size(images.len(), [channels, side, side])?;
    let small: Vec<Small> =
        images.iter().map(|image| shrink(image, side, channels)).collect::<Result<_, _>>()?;
    assemble_small(small, side, channels, holding, &mut Taken::default())
}

/// Samples of images that were made small one by one, so that never two large ones have to be in memory. The files' own
/// split is kept where [`Taken::parting`] says so. What is transparent takes one ground in all images, on which the ink of
/// each is seen; `taken` then says which.
///
/// # Errors
/// One class only; fewer than two images; more than fit; a size or number of channels that cannot be, or that an
/// image does not have.
pub fn assemble_small(
    mut images: Vec<Small>,
    side: usize,
    channels: usize,
    holding: Holding,
    taken: &mut Taken,
) -> Result<SampleSet, FileError> {
    check(side, channels)?;
    holding.check()?;
    let size = channels * side * side;
    if let Some(odd) = images.iter().find(|image| image.pixels.len() != size) {
        let (label, found) = (odd.label.clone(), odd.pixels.len());
        return Err(FileError::Small { label, found, expected: size });
    }
    let ground = ground(&images);
    let light = ground.map_or(1.0, |(_, light)| light);
    taken.ground = ground.map(|(ground, _)| ground);
    let hidden = |image: &Small| !image.clear.is_empty() && contrast(image, light) < GONE;
    taken.blank = images.iter().filter(|image| image.ink.is_none() || hidden(image)).count();
    let said = match taken.parting {
        Parting::Files => {
            images.sort_by_key(|image| image.side);
            Some(images.iter().filter(|image| image.side == Some(Side::Train)).count())
        }
        Parting::Share | Parting::Mixed => None,
    };
    let labels: Vec<String> = images.iter().map(|image| image.label.clone()).collect();
    let write = |sample: usize, out: &mut [f32]| {
        out.copy_from_slice(&images[sample].pixels);
        for plane in out.chunks_exact_mut(side * side) {
            plane.iter_mut().zip(&images[sample].clear).for_each(|(value, clear)| *value += clear * light);
        }
    };
    gather_with([channels, side, side], &labels, said, holding, size, write)
}

/// Ink nearer to its ground than this is as good as lost.
const SEEN: f32 = 0.2;
/// Ink nearer to its ground than this cannot be seen at all.
const GONE: f32 = 0.04;
/// What may lie under transparent images, and how light each is, in the order of preference. A darker and a lighter grey are
/// there for ink that is light, dark and between, of which every other ground loses some.
const GROUNDS: [(Ground, f32); 5] = [
    (Ground::White, 1.0),
    (Ground::Black, 0.0),
    (Ground::Grey, 0.5),
    (Ground::Grey, 0.25),
    (Ground::Grey, 0.75),
];

/// The ground for all transparent images, and how light it is: the one that loses the ink of the fewest; white as on a
/// page, or black, where grey loses no fewer, whichever of the two shows the ink of every image best. None where nothing is
/// transparent.
fn ground(images: &[Small]) -> Option<(Ground, f32)> {
    if images.iter().all(|image| image.clear.is_empty()) {
        return None;
    }
    let inks = || {
        let clear = images.iter().filter(|image| !image.clear.is_empty());
        clear.filter_map(|image| Some((image, image.ink?)))
    };
    // Of light and dark ink in one drawing the mean says nothing.
    let lost = |light: f32, least: f32| {
        inks().filter(|(image, ink)| (ink - light).abs() < least && contrast(image, light) < least).count()
    };
    let worse = |light: f32| (lost(light, SEEN), lost(light, GONE));
    let nearest = |light: f32| inks().map(|(_, ink)| (ink - light).abs()).fold(1.0, f32::min);
    let mut best = GROUNDS[0];
    for (place, next) in GROUNDS.into_iter().enumerate().skip(1) {
        let order = worse(next.1).cmp(&worse(best.1));
        if order.is_lt() || order.is_eq() && place == 1 && nearest(next.1) > nearest(best.1) {
            best = next;
        }
    }
    Some(best)
}

/// How far the pixel of an image that stands out most is from its ground.
fn contrast(image: &Small, light: f32) -> f32 {
    let area = image.clear.len().max(1);
    let apart = |(place, pixel): (usize, &f32)| {
        let clear = image.clear.get(place % area).copied().unwrap_or(0.0);
        (pixel + clear * light - light).abs()
    };
    image.pixels.iter().enumerate().map(apart).fold(0.0, f32::max)
}

fn check(side: usize, channels: usize) -> Result<(), FileError> {
    match (SIDE.contains(&side), channels) {
        (false, _) => Err(FileError::Side { found: side }),
        (true, 1 | 3) => Ok(()),
        (true, _) => Err(FileError::Channels { found: channels }),
    }
}

/// Fits an image into a square of `side` pixels, by averaging the area that falls on each. Its proportions stay; what
/// it leaves free takes the mean colour of its border. What is transparent stays so. Grey is luma (ITU-R BT.601).
///
/// # Errors
/// Bytes that do not fit the size; a side outside [`SIDE`]; channels other than 1 and 3.
pub fn shrink(image: &Decoded, side: usize, channels: usize) -> Result<Small, FileError> {
    check(side, channels)?;
    let Decoded { label, width, height, rgba } = image;
    let (width, height) = (*width, *height);
    let bytes = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(4));
    if bytes != Some(rgba.len()) || rgba.is_empty() {
        return Err(FileError::Decoded { label: label.clone(), width, height, found: rgba.len() });
    }
    let longer = width.max(height) as f64;
    let part = |length: usize| (libm::round(side as f64 * length as f64 / longer) as usize).clamp(1, side);
    let (columns, rows) = (part(width), part(height));
    let (left, upper) = ((side - columns) / 2, (side - rows) / 2);
    let border = border(image);
    let mut pixels = vec![0.0; channels * side * side];
    let mut clear = vec![0.0; side * side];
    let mut put = |row: usize, column: usize, [red, green, blue, opacity]: [f64; 4]| {
        let values = if channels == 1 { [luma(red, green, blue); 3] } else { [red, green, blue] };
        for (channel, value) in values.into_iter().take(channels).enumerate() {
            pixels[(channel * side + row) * side + column] = value.clamp(0.0, 1.0) as f32;
        }
        clear[row * side + column] = (1.0 - opacity).clamp(0.0, 1.0) as f32;
    };
    let (across, down) = (spans(width, columns), spans(height, rows));
    for row in 0..side {
        for column in 0..side {
            let inside = (row.wrapping_sub(upper), column.wrapping_sub(left));
            let colour = match (down.get(inside.0), across.get(inside.1)) {
                (Some(rows), Some(columns)) => mean(image, rows, columns),
                _ => border,
            };
            put(row, column, colour);
        }
    }
    if clear.iter().all(|&clear| clear < OPAQUE) {
        clear.clear();
    }
    Ok(Small { label: label.clone(), side: None, pixels, clear, ink: ink(image) })
}

/// Less of the ground than this is not seen: a pixel of 254 in 255 is meant to be opaque.
const OPAQUE: f32 = 0.01;

fn luma(red: f64, green: f64, blue: f64) -> f64 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// How light an image is where it is not transparent.
fn ink(image: &Decoded) -> Option<f32> {
    let (mut sum, mut area) = (0.0, 0.0);
    for pixel in image.rgba.chunks_exact(4) {
        let [red, green, blue, opacity] = [0, 1, 2, 3].map(|channel| f64::from(pixel[channel]) / 255.0);
        sum += opacity * luma(red, green, blue);
        area += opacity;
    }
    // Less than one pixel's worth is nothing to learn from.
    (area >= 0.5).then_some((sum / area) as f32)
}

/// For each of `to` equal parts of a line of `from` pixels: the pixels that fall on it, each with how much of it does.
fn spans(from: usize, to: usize) -> Vec<Vec<(usize, f64)>> {
    let step = from as f64 / to as f64;
    let span = |part: usize| {
        let (start, end) = (part as f64 * step, (part + 1) as f64 * step);
        let last = (libm::ceil(end) as usize).clamp(1, from);
        let overlap =
            move |pixel: usize| (pixel, (end.min(pixel as f64 + 1.0) - start.max(pixel as f64)).max(0.0));
        ((start as usize).min(from - 1)..last).map(overlap).collect()
    };
    (0..to).map(span).collect()
}

fn mean(image: &Decoded, rows: &[(usize, f64)], columns: &[(usize, f64)]) -> [f64; 4] {
    let (mut sum, mut area) = ([0.0; 4], 0.0);
    for &(row, high) in rows {
        for &(column, wide) in columns {
            let colour = colour(image, row, column);
            (0..4).for_each(|channel| sum[channel] += high * wide * colour[channel]);
            area += high * wide;
        }
    }
    sum.map(|channel| channel / area)
}

/// What red, green and blue a pixel gives, 0 to 1, and its opacity. Averages of these lie on any ground as the pixels
/// themselves would.
fn colour(image: &Decoded, row: usize, column: usize) -> [f64; 4] {
    let place = 4 * (row * image.width + column);
    let value = |channel: usize| f64::from(image.rgba[place + channel]) / 255.0;
    let opacity = value(3);
    [opacity * value(0), opacity * value(1), opacity * value(2), opacity]
}

fn border(image: &Decoded) -> [f64; 4] {
    let (last_row, last_column) = (image.height - 1, image.width - 1);
    let sides = (0..image.height).flat_map(|row| [(row, 0), (row, last_column)]);
    let ends = (0..image.width).flat_map(|column| [(0, column), (last_row, column)]);
    let (mut sum, mut count) = ([0.0; 4], 0.0);
    for (row, column) in sides.chain(ends) {
        let colour = colour(image, row, column);
        (0..4).for_each(|channel| sum[channel] += colour[channel]);
        count += 1.0;
    }
    sum.map(|channel| channel / count)
}
