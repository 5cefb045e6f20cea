//! Weights and data as the peers draw them.

use minibatch_nn::Layout;

/// The generator the peers draw from: T. Ettinger's mulberry32.
pub struct Mulberry(u32);

impl Mulberry {
    /// Begins with a seed.
    pub fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// Within [0, 1).
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let s = self.0;
        let mut t = (s ^ (s >> 15)).wrapping_mul(s | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// So many within `scale` of zero.
    pub fn uniform(&mut self, n: usize, scale: f64) -> Vec<f32> {
        (0..n).map(|_| ((self.next() * 2.0 - 1.0) * scale) as f32).collect()
    }
}

/// How the peers keep an array of weights.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kept {
    /// As we do, whose values lie within 1 / sqrt(elements / last extent); that root is given.
    Same(usize),
    /// (inputs, units), ours being (units, inputs); within 1 / sqrt(inputs).
    Transposed,
    /// (inputs, 4 units), gates in the order i, f, o, g, ours being (4 units, inputs) in the order i, f, g, o.
    Gates,
}

/// All parameters: those named are drawn in this order, weights of norms are 1, all else is 0.
pub fn parameters(layout: &Layout, draws: &[(String, Kept)]) -> Vec<f32> {
    let mut rand = Mulberry::new(7);
    let mut all = vec![0.0; layout.total()];
    for p in &layout.parameters {
        let of_norm = p.name.contains("norm") && p.name.ends_with("weight");
        if of_norm {
            all[p.offset..p.offset + p.len()].fill(1.0);
        }
    }
    for (name, kept) in draws {
        let Some(p) = layout.parameters.iter().find(|p| p.name == *name) else { continue };
        let place = &mut all[p.offset..p.offset + p.len()];
        let (units, inputs) = (p.shape[0], p.len() / p.shape[0]);
        match kept {
            Kept::Same(fan) => place.copy_from_slice(&rand.uniform(p.len(), 1.0 / (*fan as f64).sqrt())),
            Kept::Transposed | Kept::Gates => {
                let drawn = rand.uniform(p.len(), 1.0 / (inputs as f64).sqrt());
                for (at, value) in place.iter_mut().enumerate() {
                    let (unit, input) = (at / inputs, at % inputs);
                    let column = if *kept == Kept::Gates { gate(unit, units / 4) } else { unit };
                    *value = drawn[input * units + column];
                }
            }
        }
    }
    all
}

/// The peers' column of our row: their gates come in the order i, f, o, g.
fn gate(row: usize, hidden: usize) -> usize {
    let theirs = [0, 1, 3, 2][row / hidden];
    theirs * hidden + row % hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_change_places() {
        assert_eq!([0, 3, 4, 7].map(|row| gate(row, 2)), [0, 3, 6, 5]);
    }

    #[test]
    fn the_generator_is_mulberry32() {
        let mut rand = Mulberry::new(1);
        assert!((rand.next() - 0.627_073_94).abs() < 1e-6);
    }
}
