//! What the samples are drawn on and with: the pad takes both from them, so that a drawing is read as they are.

/// The ground and the ink of pictures, a number for each channel.
#[derive(Clone, PartialEq, Debug)]
pub struct Paper {
    /// What lies around the drawing.
    pub ground: Vec<f32>,
    /// What is drawn with.
    pub ink: Vec<f32>,
}

/// Grounds that differ by more than this, of the whole range, on average are none.
const ALIKE: f32 = 0.15;
/// Ink nearer to the ground than this, of the whole range, is not seen.
const SEEN: f32 = 0.25;

impl Paper {
    /// What there is without samples, or where these have no ground in common: white ink on black, on grey in colours.
    pub fn plain(channels: usize) -> Self {
        let ground = if channels == 3 { 0.5 } else { 0.0 };
        Self { ground: vec![ground; channels], ink: vec![1.0; channels] }
    }

    /// That of pictures of (channels, rows, columns), one after the other.
    pub fn of(pictures: &[f32], [channels, rows, columns]: [usize; 3]) -> Self {
        let (area, size) = (rows * columns, channels * rows * columns);
        let plain = Self::plain(channels);
        if size == 0 || pictures.len() < size || pictures.iter().any(|v| !v.is_finite()) {
            return plain;
        }
        let border: Vec<usize> = (0..area)
            .filter(|at| {
                let (row, column) = (at / columns, at % columns);
                row == 0 || column == 0 || row + 1 == rows || column + 1 == columns
            })
            .collect();
        let grounds: Vec<Vec<f32>> = pictures
            .chunks_exact(size)
            .map(|p| {
                (0..channels).map(|c| median(border.iter().map(|at| p[c * area + at]).collect())).collect()
            })
            .collect();
        let ground: Vec<f32> =
            (0..channels).map(|c| median(grounds.iter().map(|g| g[c]).collect())).collect();
        let (low, high) =
            pictures.iter().fold((0.0f32, 1.0f32), |(low, high), v| (low.min(*v), high.max(*v)));
        let range = high - low;
        let apart =
            |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / range;
        let spread = grounds.iter().map(|g| apart(g, &ground)).sum::<f32>() / grounds.len() as f32;
        if spread > ALIKE {
            return plain;
        }
        // The pixel of each picture that stands out most.
        let inks: Vec<Vec<f32>> = pictures
            .chunks_exact(size)
            .filter_map(|p| {
                let pixel = |at: usize| (0..channels).map(|c| p[c * area + at]).collect::<Vec<_>>();
                (0..area).map(pixel).max_by(|a, b| apart(a, &ground).total_cmp(&apart(b, &ground)))
            })
            .collect();
        let ink: Vec<f32> = (0..channels).map(|c| median(inks.iter().map(|ink| ink[c]).collect())).collect();
        if apart(&ink, &ground) >= SEEN {
            return Self { ground, ink };
        }
        let light = ground.iter().sum::<f32>() / channels as f32 > (low + high) / 2.0;
        Self { ground, ink: vec![if light { low } else { high }; channels] }
    }
}

/// So many places out of so many, evenly: files often have one class after the other.
pub fn spread(all: usize, wanted: usize) -> Vec<u32> {
    let wanted = wanted.min(all);
    (0..wanted).map(|n| ((2 * n + 1) * all / (2 * wanted)) as u32).collect()
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pictures of 8 x 8 with a stroke down the middle, a column further left in each.
    fn strokes(grounds: &[[f32; 3]], ink: [f32; 3], channels: usize) -> Vec<f32> {
        let picture = |(i, ground): (usize, &[f32; 3])| {
            let ground = *ground;
            (0..channels).flat_map(move |c| {
                (0..64).map(move |at| {
                    let inside = (1..7).contains(&(at / 8));
                    if inside && at % 8 == 2 + i % 4 { ink[c] } else { ground[c] }
                })
            })
        };
        grounds.iter().enumerate().flat_map(picture).collect()
    }

    #[test]
    fn the_pad_is_as_the_samples_are() {
        for (ground, ink) in [(1.0, 0.0), (0.0, 1.0), (0.5, 1.0), (0.5, 0.0), (-0.42, 2.8), (0.9, 0.4)] {
            for channels in [1, 3] {
                let pictures = strokes(&[[ground; 3]; 6], [ink; 3], channels);
                let paper = Paper::of(&pictures, [channels, 8, 8]);
                assert_eq!(paper, Paper { ground: vec![ground; channels], ink: vec![ink; channels] });
            }
        }
        let coloured = strokes(&[[1.0, 1.0, 0.9]; 5], [0.8, 0.1, 0.2], 3);
        let paper = Paper::of(&coloured, [3, 8, 8]);
        assert_eq!((paper.ground, paper.ink), (vec![1.0, 1.0, 0.9], vec![0.8, 0.1, 0.2]));
    }

    #[test]
    fn pictures_without_a_common_ground_get_the_plain_pad() {
        let pictures = strokes(&[[0.0; 3], [1.0; 3], [0.2; 3], [0.9; 3]], [0.5; 3], 3);
        assert_eq!(Paper::of(&pictures, [3, 8, 8]), Paper::plain(3));
        assert_eq!(Paper::of(&[], [1, 8, 8]), Paper::plain(1));
        assert_eq!(Paper::of(&[f32::NAN; 64], [1, 8, 8]), Paper::plain(1));
    }

    #[test]
    fn samples_are_taken_evenly_over_the_set() {
        assert_eq!(spread(10, 5), [1, 3, 5, 7, 9]);
        assert_eq!(spread(3, 60), [0, 1, 2]);
        assert_eq!((spread(0, 60), spread(5, 0)), (vec![], vec![]));
        // 60,000 in ten classes, one after the other.
        let classes: Vec<u32> = spread(60_000, 60).iter().map(|place| place / 6000).collect();
        assert!((0..10).all(|class| classes.iter().filter(|c| **c == class).count() == 6), "{classes:?}");
    }

    #[test]
    fn ink_that_would_not_be_seen_is_the_other_end() {
        let paper = Paper::of(&[1.0; 640], [1, 8, 8]);
        assert_eq!((paper.ground, paper.ink), (vec![1.0], vec![0.0]));
    }
}
