//! The plane in which many numbers spread most (their first two principal components), and the classes over it.

/// Numbers that one round of the search may touch; beyond that the plane is found from the first rows alone.
const WORK: usize = 400_000;

/// A plane through the mean of all points.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plane {
    /// The mean, (width).
    pub mean: Vec<f32>,
    /// Two directions of length 1 at a right angle, (width) each.
    pub axes: [Vec<f32>; 2],
    /// The share of all variance that lies in the plane, 0 to 1.
    pub share: f32,
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Makes a direction of length 1, at a right angle to `other`. Where nothing is left it stays 0.
fn straighten(v: &mut [f32], other: Option<&[f32]>) {
    if let Some(other) = other {
        let along = dot(v, other);
        v.iter_mut().zip(other).for_each(|(v, o)| *v -= along * o);
    }
    let length = dot(v, v).sqrt();
    if length > 1e-20 {
        v.iter_mut().for_each(|v| *v /= length);
    }
}

/// The first two principal components of (rows, width) by power iteration: v becomes X'Xv of length 1, again and again
/// (Golub and Van Loan, "Matrix Computations", 8.2). It begins from the plane found last, so that the picture turns
/// with what it shows rather than jumps. None without numbers.
pub fn fit(points: &[f32], width: usize, last: Option<&Plane>, rounds: usize) -> Option<Plane> {
    if width == 0 || points.len() < 2 * width || points.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let rows = (points.len() / width).min((WORK / width).max(32));
    let points = &points[..rows * width];
    let mut sums = vec![0.0f64; width];
    for row in points.chunks_exact(width) {
        sums.iter_mut().zip(row).for_each(|(m, v)| *m += f64::from(*v));
    }
    let mean: Vec<f32> = sums.iter().map(|m| (m / rows as f64) as f32).collect();
    let around: Vec<f32> =
        points.chunks_exact(width).flat_map(|r| r.iter().zip(&mean).map(|(v, m)| v - m)).collect();
    let all = dot(&around, &around);
    let mut axes: [Vec<f32>; 2] = Default::default();
    let mut kept = 0.0;
    for n in 0..2 {
        let known = last.map(|l| &l.axes[n]).filter(|a| a.len() == width && dot(a, a) > 0.5);
        // Numbers without a pattern lean towards every direction.
        let start = |i: usize| ((i * 2 + n + 1).wrapping_mul(2_654_435_761) >> 7 & 1023) as f32 / 512.0 - 1.0;
        let mut v: Vec<f32> = known.cloned().unwrap_or_else(|| (0..width).map(start).collect());
        let first = if n == 1 { Some(axes[0].clone()) } else { None };
        straighten(&mut v, first.as_deref());
        for _ in 0..rounds.max(1) {
            let mut next = vec![0.0; width];
            for row in around.chunks_exact(width) {
                let along = dot(row, &v);
                next.iter_mut().zip(row).for_each(|(n, x)| *n += along * x);
            }
            straighten(&mut next, first.as_deref());
            if dot(&next, &next) < 0.5 {
                // There is no variance left in any direction.
                break;
            }
            v = next;
        }
        kept += around.chunks_exact(width).map(|row| dot(row, &v).powi(2)).sum::<f32>();
        axes[n] = v;
    }
    let share = if all > 0.0 { (kept / all).clamp(0.0, 1.0) } else { 0.0 };
    Some(Plane { mean, axes, share })
}

impl Plane {
    /// Where each of (rows, width) falls on the plane.
    pub fn project(&self, points: &[f32]) -> Vec<[f32; 2]> {
        let offset = [0, 1].map(|n| dot(&self.mean, &self.axes[n]));
        let rows = points.chunks_exact(self.mean.len().max(1));
        rows.map(|row| [0, 1].map(|n| dot(row, &self.axes[n]) - offset[n])).collect()
    }

    /// A linear layer as it is on the plane: its outputs at (x, y) are base + x a + y b. `weights` are (outputs,
    /// width); none where they do not fit.
    pub fn restrict(&self, weights: &[f32], biases: Option<&[f32]>) -> Option<OnPlane> {
        let width = self.mean.len();
        if width == 0 || weights.is_empty() || !weights.len().is_multiple_of(width) {
            return None;
        }
        let with = |v: &[f32]| weights.chunks_exact(width).map(|w| dot(w, v)).collect::<Vec<f32>>();
        let mut base = with(&self.mean);
        if let Some(biases) = biases {
            base.iter_mut().zip(biases).for_each(|(v, b)| *v += b);
        }
        Some(OnPlane { base, slopes: [with(&self.axes[0]), with(&self.axes[1])] })
    }
}

/// A linear layer's outputs over the plane.
#[derive(Clone, PartialEq, Debug)]
pub struct OnPlane {
    base: Vec<f32>,
    slopes: [Vec<f32>; 2],
}

impl OnPlane {
    /// The probabilities of all classes at a point: softmax of the outputs.
    pub fn classes(&self, [x, y]: [f32; 2]) -> Vec<f32> {
        let [a, b] = &self.slopes;
        let mut p: Vec<f32> = self.base.iter().zip(a).zip(b).map(|((c, a), b)| c + x * a + y * b).collect();
        let most = p.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        p.iter_mut().for_each(|v| *v = (*v - most).exp());
        let sum: f32 = p.iter().sum();
        p.iter_mut().for_each(|v| *v /= sum);
        p
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::data::Rng;

    /// Points spread by 5 along (0.6, 0.8, 0, 0), by 2 along (0, 0, 1, 0), and by 0.1 along the rest, around (1, 2, 3, 4).
    fn cloud() -> Vec<f32> {
        let mut rng = Rng::with_stream(7, 0);
        let mut noise = |most: f64| rng.range(-most, most) as f32;
        (0..400)
            .flat_map(|_| {
                let (a, b, c, d) = (noise(5.0), noise(2.0), noise(0.1), noise(0.1));
                [1.0 + 0.6 * a - 0.8 * c, 2.0 + 0.8 * a + 0.6 * c, 3.0 + b, 4.0 + d]
            })
            .collect()
    }

    #[test]
    fn the_plane_lies_along_what_varies_most() {
        let plane = fit(&cloud(), 4, None, 30).expect("a plane");
        let [first, second] = &plane.axes;
        assert!((dot(first, &[0.6, 0.8, 0.0, 0.0]).abs() - 1.0).abs() < 1e-3, "{first:?}");
        assert!((dot(second, &[0.0, 0.0, 1.0, 0.0]).abs() - 1.0).abs() < 1e-3, "{second:?}");
        assert!(dot(first, second).abs() < 1e-4);
        assert!(plane.share > 0.99, "{}", plane.share);
        let places = plane.project(&cloud());
        let mean: f32 = places.iter().map(|p| p[0]).sum::<f32>() / places.len() as f32;
        assert!(mean.abs() < 1e-3, "the mean is the middle: {mean}");
    }

    #[test]
    fn it_goes_on_from_the_plane_before() {
        let exact = fit(&cloud(), 4, None, 60).expect("a plane");
        let again = fit(&cloud(), 4, Some(&exact), 1).expect("a plane");
        assert!(dot(&exact.axes[0], &again.axes[0]) > 0.9999, "it does not turn round");
    }

    #[test]
    fn a_linear_layer_on_the_plane_is_the_layer_itself() {
        let plane = fit(&cloud(), 4, None, 30).expect("a plane");
        let (weights, biases) =
            ([0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.7, -0.8, 0.0, 0.1, 0.0, 0.2], [0.5, -0.25, 0.125]);
        let on = plane.restrict(&weights, Some(&biases)).expect("it fits");
        let at = [1.5f32, -0.75];
        let point: Vec<f32> =
            (0..4).map(|i| plane.mean[i] + at[0] * plane.axes[0][i] + at[1] * plane.axes[1][i]).collect();
        let logits: Vec<f32> = (0..3).map(|k| dot(&weights[4 * k..4 * k + 4], &point) + biases[k]).collect();
        let sum: f32 = logits.iter().map(|v| v.exp()).sum();
        for (p, v) in on.classes(at).iter().zip(&logits) {
            assert!((p - v.exp() / sum).abs() < 1e-5, "{p} for {}", v.exp() / sum);
        }
        assert!(plane.restrict(&weights[..7], None).is_none(), "weights of another layer do not fit");
    }

    #[test]
    fn what_has_no_plane_gives_none_and_what_does_not_vary_a_point() {
        assert_eq!(fit(&[], 4, None, 5), None);
        assert_eq!(fit(&[f32::NAN; 8], 4, None, 5), None);
        let still = fit(&[2.0; 40], 4, None, 5).expect("a plane");
        assert_eq!(still.share, 0.0);
        assert!(still.project(&[2.0; 8]).iter().all(|p| p[0].abs() < 1e-4));
    }
}
