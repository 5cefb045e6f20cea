//! How numbers are spread: norms and histograms.

/// Bars of a histogram.
pub const BARS: usize = 25;

/// Many numbers in a few.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Spread {
    /// The square root of the sum of squares.
    pub norm: f32,
    /// The histogram reaches from minus this to this.
    pub reach: f32,
    /// The share of all numbers in each bar, the most frequent at 1; empty without numbers.
    pub bars: Vec<f32>,
    /// Numbers that are none, or infinite.
    pub lost: usize,
}

impl Spread {
    /// Of these numbers; those that are none are counted apart.
    pub fn of(values: &[f32]) -> Self {
        let sound = || values.iter().copied().filter(|v| v.is_finite());
        let norm = sound().map(|v| f64::from(v).powi(2)).sum::<f64>().sqrt() as f32;
        let reach = sound().fold(0.0f32, |m, v| m.max(v.abs()));
        let lost = values.len() - sound().count();
        if values.len() == lost {
            return Self { lost, ..Self::default() };
        }
        let mut counts = [0u32; BARS];
        for v in sound() {
            let share = if reach > 0.0 { (v / reach + 1.0) / 2.0 } else { 0.5 };
            counts[((share * BARS as f32) as usize).min(BARS - 1)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(1).max(1) as f32;
        Self { norm, reach, bars: counts.iter().map(|n| *n as f32 / most).collect(), lost }
    }

    /// The bars as an outline, 100 wide and 20 high, for SVG.
    pub fn path(&self) -> String {
        if self.bars.is_empty() {
            return String::new();
        }
        let width = 100.0 / BARS as f32;
        let bar = |(i, share): (usize, &f32)| {
            // Where there are any at all something is seen.
            let height = if *share > 0.0 { (20.0 * share).max(0.7) } else { 0.0 };
            format!("L{:.1} {:.1}H{:.1}", i as f32 * width, 20.0 - height, (i + 1) as f32 * width)
        };
        let tops: String = self.bars.iter().enumerate().map(bar).collect();
        format!("M0 20{tops}V20Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fall_into_their_bars() {
        let spread = Spread::of(&[-1.0, 0.0, 0.0, 0.0, 1.0, f32::NAN]);
        assert_eq!((spread.reach, spread.lost), (1.0, 1));
        assert!((spread.norm - 2f32.sqrt()).abs() < 1e-6);
        let bars = &spread.bars;
        assert_eq!((bars.len(), bars[0], bars[BARS / 2], bars[BARS - 1]), (BARS, 1.0 / 3.0, 1.0, 1.0 / 3.0));
        assert_eq!(bars.iter().filter(|b| **b > 0.0).count(), 3);
    }

    #[test]
    fn nothing_and_zeros_are_no_trouble() {
        assert_eq!(Spread::of(&[]), Spread::default());
        assert_eq!(Spread::of(&[f32::INFINITY]).lost, 1);
        let zeros = Spread::of(&[0.0; 4]);
        assert_eq!((zeros.norm, zeros.bars[BARS / 2]), (0.0, 1.0));
        assert!(zeros.path().starts_with("M0 20L0.0 20.0H4.0") && zeros.path().ends_with("V20Z"));
    }
}
