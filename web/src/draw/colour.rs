//! Colours as numbers: the diverging scale, and one colour for each class.

use minibatch_session::data::MAX_CLASSES;

/// Red, green and blue, 0 to 255.
pub type Rgb = [u8; 3];

/// Steps on each side of zero; finer than the eye and small enough to stay in cache.
const STEPS: usize = 255;
/// How far the ends lean towards full colour: points drawn in full colour still stand out on them.
const REACH: f32 = 0.92;

/// The diverging scale from -1 (negative) through 0 to 1 (positive), as a table.
#[derive(Clone, PartialEq, Debug)]
pub struct Scale {
    table: Vec<Rgb>,
}

impl Scale {
    /// The scale between these three colours.
    pub fn new(negative: Rgb, zero: Rgb, positive: Rgb) -> Self {
        let entry = |i: usize| {
            let v = (i as f32 - STEPS as f32) / STEPS as f32;
            mix(zero, if v < 0.0 { negative } else { positive }, v.abs() * REACH)
        };
        Self { table: (0..=2 * STEPS).map(entry).collect() }
    }

    /// The colour of a value; beyond -1 and 1 it is the end's. None for NaN, which has no place on the scale.
    pub fn at(&self, value: f32) -> Option<Rgb> {
        if value.is_nan() {
            return None;
        }
        let place = (value.clamp(-1.0, 1.0) + 1.0) * STEPS as f32 + 0.5;
        Some(self.table[place as usize])
    }
}

/// The colour `share` (0 to 1) of the way from `a` to `b`.
pub fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    let t = share.clamp(0.0, 1.0);
    std::array::from_fn(|i| (f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * t).round() as u8)
}

/// Reads `#rgb` or `#rrggbb`, spaces around it allowed.
pub fn parse_hex(text: &str) -> Option<Rgb> {
    let digits = text.trim().strip_prefix('#')?;
    let wide: String = match digits.len() {
        3 => digits.chars().flat_map(|c| [c, c]).collect(),
        6 => digits.into(),
        _ => return None,
    };
    let byte = |i: usize| u8::from_str_radix(wide.get(i..i + 2)?, 16).ok();
    Some([byte(0)?, byte(2)?, byte(4)?])
}

/// The colour as CSS writes it, with this opacity.
pub fn css([r, g, b]: Rgb, opacity: f64) -> String {
    if opacity >= 1.0 { format!("rgb({r} {g} {b})") } else { format!("rgb({r} {g} {b} / {opacity:.3})") }
}

/// One colour a class. The first two are the ends of the diverging scale; the next five keep Okabe and Ito's spacing in
/// lightness and hue ("Color Universal Design", 2008), so that they stay apart for colour-blind eyes; the rest vary both.
pub fn classes(negative: Rgb, positive: Rgb) -> Vec<Rgb> {
    const MORE: [Rgb; MAX_CLASSES as usize - 2] = [
        [0x00, 0x9e, 0x73],
        [0xcc, 0x79, 0xa7],
        [0xe3, 0xc9, 0x2f],
        [0x6f, 0xc6, 0xf0],
        [0x8a, 0x3b, 0x12],
        [0x5b, 0x4b, 0xa8],
        [0x9a, 0xa3, 0xad],
        [0xb4, 0x1f, 0x4d],
        [0x5c, 0x7a, 0x1f],
        [0xf2, 0xa3, 0xc7],
        [0x1f, 0x3f, 0x66],
        [0xb8, 0xd9, 0x6b],
        [0xc8, 0x9b, 0x6c],
        [0x2f, 0x4f, 0x45],
    ];
    [negative, positive].into_iter().chain(MORE).collect()
}

/// Several classes' colours in one: their mean weighted by `probability`, paler towards `zero` the less sure it is.
pub fn blend(classes: &[Rgb], probability: &[f32], zero: Rgb) -> Option<Rgb> {
    let (mut sum, mut most, mut mean) = (0.0, 0.0f32, [0.0f32; 3]);
    for (colour, &p) in classes.iter().zip(probability) {
        sum += p;
        most = most.max(p);
        for (m, &c) in mean.iter_mut().zip(colour) {
            *m += p * f32::from(c);
        }
    }
    if !(sum.is_finite() && sum > 0.0) {
        return None;
    }
    let even = 1.0 / probability.len().max(2) as f32;
    let sure = ((most / sum - even) / (1.0 - even)).clamp(0.0, 1.0);
    let hue = mean.map(|m| (m / sum).round() as u8);
    Some(mix(zero, hue, sure.sqrt() * REACH))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: [Rgb; 3] = [[200, 100, 0], [240, 240, 240], [0, 100, 200]];

    fn scale() -> Scale {
        Scale::new(SCALE[0], SCALE[1], SCALE[2])
    }

    #[test]
    fn zero_is_neutral_and_the_ends_hold_beyond_one() {
        assert_eq!(scale().at(0.0), Some(SCALE[1]));
        assert_eq!(scale().at(7.0), scale().at(1.0));
        assert_eq!(scale().at(f32::NEG_INFINITY), scale().at(-1.0));
        assert_ne!(scale().at(-1.0), scale().at(1.0));
    }

    #[test]
    fn nan_has_no_colour() {
        assert_eq!(scale().at(f32::NAN), None);
        assert_eq!(blend(&SCALE, &[f32::NAN, 0.0, 0.0], [0; 3]), None);
    }

    #[test]
    fn hex_is_read_as_css_writes_it() {
        assert_eq!(parse_hex(" #1273b8"), Some([0x12, 0x73, 0xb8]));
        assert_eq!(parse_hex("#fff"), Some([255; 3]));
        assert_eq!(parse_hex("#12345"), None);
        assert_eq!(parse_hex("#ü12345"), None);
        assert_eq!(parse_hex("red"), None);
    }

    #[test]
    fn every_class_has_its_own_colour() {
        let all = classes([232, 128, 26], [18, 115, 184]);
        assert_eq!(all.len(), MAX_CLASSES as usize);
        for (i, a) in all.iter().enumerate() {
            assert!(!all[..i].contains(a), "class {i} repeats {a:?}");
        }
    }

    #[test]
    fn a_sure_class_shows_its_colour_and_an_even_vote_none() {
        let even = blend(&SCALE, &[1.0 / 3.0; 3], [9; 3]).expect("a colour");
        assert!(even.iter().all(|c| c.abs_diff(9) <= 6), "{even:?}");
        let sure = blend(&SCALE, &[0.0, 0.0, 1.0], [9; 3]).expect("a colour");
        assert!(sure[2] > 180 && sure[0] < 10, "{sure:?}");
    }
}
