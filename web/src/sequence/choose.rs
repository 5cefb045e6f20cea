//! How the next token is drawn from a model's probabilities: temperature, top-k and top-p.

/// How bold the drawing is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Taste {
    /// Probabilities to the power of 1 / temperature; 0 takes the likeliest.
    pub temperature: f64,
    /// Only so many of the likeliest; 0 for all.
    pub top_k: usize,
    /// Only the fewest of the likeliest that together reach this share (Holtzman and others 2020); 1 for all.
    pub top_p: f64,
}

impl Default for Taste {
    fn default() -> Self {
        Self { temperature: 0.8, top_k: 0, top_p: 1.0 }
    }
}

/// The tokens that may be drawn and their shares, likeliest first; of equal ones the first number. Empty where no
/// probability is a positive number.
pub fn shares(probabilities: &[f32], taste: Taste) -> Vec<(usize, f64)> {
    let mut all: Vec<(usize, f64)> = probabilities.iter().map(|&p| f64::from(p)).enumerate().collect();
    all.retain(|(_, p)| p.is_finite() && *p > 0.0);
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if taste.temperature <= 0.0 {
        all.truncate(1);
    } else if let Some(&(_, most)) = all.first() {
        // Over the largest, so that no power leaves the numbers; libm, so that the text is the same everywhere.
        all.iter_mut().for_each(|(_, p)| *p = libm::pow(*p / most, 1.0 / taste.temperature));
    }
    if taste.top_k > 0 {
        all.truncate(taste.top_k);
    }
    normalise(&mut all);
    if taste.top_p < 1.0 {
        let mut sum = 0.0;
        let kept = all.iter().position(|(_, p)| {
            sum += p;
            sum >= taste.top_p
        });
        all.truncate(kept.map_or(all.len(), |last| last + 1));
        normalise(&mut all);
    }
    all
}

fn normalise(all: &mut [(usize, f64)]) {
    let sum: f64 = all.iter().map(|a| a.1).sum();
    all.iter_mut().for_each(|a| a.1 /= sum);
}

/// The token at `u` (0 <= u < 1) of the shares laid end to end; none where nothing may be drawn.
pub fn draw(probabilities: &[f32], taste: Taste, u: f64) -> Option<usize> {
    let all = shares(probabilities, taste);
    let mut sum = 0.0;
    let found = all.iter().find(|(_, p)| {
        sum += p;
        u < sum
    });
    // Rounding may leave the sum a little below 1.
    found.or(all.last()).map(|(token, _)| *token)
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: [f32; 4] = [0.1, 0.4, 0.3, 0.2];
    const PLAIN: Taste = Taste { temperature: 1.0, top_k: 0, top_p: 1.0 };

    fn close(got: &[(usize, f64)], wanted: &[(usize, f64)]) {
        assert_eq!(got.len(), wanted.len(), "{got:?}");
        for (a, b) in got.iter().zip(wanted) {
            assert!(a.0 == b.0 && (a.1 - b.1).abs() < 1e-6, "{got:?}, not {wanted:?}");
        }
    }

    #[test]
    fn temperature_zero_is_greedy_and_one_leaves_the_shares() {
        for u in [0.0, 0.5, 0.999] {
            assert_eq!(draw(&P, Taste { temperature: 0.0, ..PLAIN }, u), Some(1));
        }
        close(&shares(&P, PLAIN), &[(1, 0.4), (2, 0.3), (3, 0.2), (0, 0.1)]);
    }

    #[test]
    fn a_low_temperature_sharpens_and_a_high_one_evens_out() {
        let top = |temperature| shares(&P, Taste { temperature, ..PLAIN })[0].1;
        assert!(top(0.5) > 0.5 && top(2.0) < 0.35);
        // 0.16, 0.09, 0.04 and 0.01 of 0.3.
        close(
            &shares(&P, Taste { temperature: 0.5, ..PLAIN }),
            &[(1, 0.16 / 0.3), (2, 0.09 / 0.3), (3, 0.04 / 0.3), (0, 0.01 / 0.3)],
        );
        assert!(shares(&P, Taste { temperature: 1e-4, ..PLAIN }).iter().all(|s| s.1.is_finite()));
    }

    #[test]
    fn top_k_keeps_the_likeliest() {
        close(&shares(&P, Taste { top_k: 2, ..PLAIN }), &[(1, 0.4 / 0.7), (2, 0.3 / 0.7)]);
        assert_eq!(shares(&P, Taste { top_k: 9, ..PLAIN }).len(), 4);
    }

    #[test]
    fn top_p_keeps_the_smallest_set_that_reaches_it() {
        assert_eq!(shares(&P, Taste { top_p: 0.39, ..PLAIN }).len(), 1);
        assert_eq!(shares(&P, Taste { top_p: 0.41, ..PLAIN }).len(), 2);
        assert_eq!(shares(&P, Taste { top_p: 0.71, ..PLAIN }).len(), 3);
        assert_eq!(shares(&P, Taste { top_p: 0.0, ..PLAIN }).len(), 1, "one is always left");
    }

    #[test]
    fn draws_fall_where_the_shares_lie() {
        let at = |u| draw(&P, PLAIN, u);
        assert_eq!([at(0.0), at(0.39), at(0.41), at(0.71), at(0.99)].map(Option::unwrap), [1, 1, 2, 3, 0]);
        assert_eq!(draw(&[f32::NAN, 0.0], PLAIN, 0.5), None);
        assert_eq!(
            draw(&[0.5, 0.5], Taste { temperature: 0.0, ..PLAIN }, 0.9),
            Some(0),
            "the first of equals"
        );
    }
}
