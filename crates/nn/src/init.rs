//! Initial weights, drawn by seed: the same on every backend and machine.

use minibatch_graph::random::hash3;
use serde::{Deserialize, Serialize};

/// How a layer's weights and biases begin. `fan_in` and `fan_out` are its inputs and units.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// All zero: every unit stays equal to its neighbours. Worth seeing once.
    Zeros,
    /// Normal with standard deviation 0.1; biases 0.
    Normal,
    /// Uniform within sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010); biases 0.
    XavierUniform,
    /// Normal with standard deviation sqrt(2 / (fan_in + fan_out)); biases 0.
    XavierNormal,
    /// Uniform within sqrt(6 / fan_in) (He and others 2015, gain sqrt 2); biases 0.
    KaimingUniform,
    /// Normal with standard deviation sqrt(2 / fan_in); biases 0.
    KaimingNormal,
    /// As each of PyTorch's layers begins by itself (`reset_parameters`): dense and convolution weights and biases
    /// uniform within 1 / sqrt(fan_in).
    Pytorch,
    /// Uniform within 0.5, biases 0.1, as TensorFlow Playground begins.
    Playground,
    /// Rows, or where there are more of those columns, of length 1 at right angles to each other (Saxe and others 2014);
    /// biases 0.
    Orthogonal,
}

impl Init {
    /// All of them, in the order shown.
    pub const ALL: [Self; 9] = [
        Self::Zeros,
        Self::Normal,
        Self::XavierUniform,
        Self::XavierNormal,
        Self::KaimingUniform,
        Self::KaimingNormal,
        Self::Pytorch,
        Self::Playground,
        Self::Orthogonal,
    ];

    /// Its name in files and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Zeros => "zeros",
            Self::Normal => "normal",
            Self::XavierUniform => "xavier-uniform",
            Self::XavierNormal => "xavier-normal",
            Self::KaimingUniform => "kaiming-uniform",
            Self::KaimingNormal => "kaiming-normal",
            Self::Pytorch => "pytorch",
            Self::Playground => "playground",
            Self::Orthogonal => "orthogonal",
        }
    }

    /// How a weight of these fans begins.
    fn weight(self, fan_in: usize, fan_out: usize) -> Rule {
        let (i, o) = (fan_in as f64, fan_out as f64);
        match self {
            Self::Zeros => Rule::Constant(0.0),
            Self::Normal => Rule::Normal(0.1),
            Self::XavierUniform => Rule::Uniform(libm::sqrt(6.0 / (i + o))),
            Self::XavierNormal => Rule::Normal(libm::sqrt(2.0 / (i + o))),
            Self::KaimingUniform => Rule::Uniform(libm::sqrt(6.0 / i)),
            Self::KaimingNormal => Rule::Normal(libm::sqrt(2.0 / i)),
            Self::Pytorch => Rule::Uniform(1.0 / libm::sqrt(i)),
            Self::Playground => Rule::Uniform(0.5),
            Self::Orthogonal => Rule::Orthogonal,
        }
    }

    /// How the bias beside it begins.
    fn bias(self, fan_in: usize) -> Rule {
        match self {
            Self::Pytorch => Rule::Uniform(1.0 / libm::sqrt(fan_in as f64)),
            Self::Playground => Rule::Constant(0.1),
            Self::Zeros | Self::Normal | Self::XavierUniform => Rule::Constant(0.0),
            Self::XavierNormal | Self::KaimingUniform | Self::KaimingNormal => Rule::Constant(0.0),
            Self::Orthogonal => Rule::Constant(0.0),
        }
    }
}

/// How the numbers of one array are drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rule {
    /// All the same.
    Constant(f32),
    /// Evenly between minus this and this.
    Uniform(f64),
    /// Normal with this standard deviation and mean 0.
    Normal(f64),
    /// At right angles, the first axis against all others.
    Orthogonal,
}

/// How one array begins: a rule, and which random numbers it gets.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Begin {
    /// The rule.
    pub rule: Rule,
    /// Tells one layer's random numbers from another's.
    pub stream: u32,
    /// How many numbers of the stream the layer's other arrays have taken before.
    pub skip: usize,
}

impl Begin {
    /// The weight of layer number `stream`.
    pub fn weight(init: Init, fan_in: usize, fan_out: usize, stream: u32) -> Self {
        Self { rule: init.weight(fan_in, fan_out), stream, skip: 0 }
    }

    /// The bias beside a weight of `weights` numbers.
    pub fn bias(init: Init, fan_in: usize, weights: usize, stream: u32) -> Self {
        Self { rule: init.bias(fan_in), stream, skip: weights }
    }

    /// All the same number.
    pub fn constant(value: f32) -> Self {
        Self { rule: Rule::Constant(value), stream: 0, skip: 0 }
    }

    /// The numbers of an array of this shape, row-major.
    pub fn draw(&self, shape: &[usize], seed: u32) -> Vec<f32> {
        let n = shape.iter().product();
        let mut draws = Draws { seed: hash3(seed, self.stream, 0x696e_6974), next: self.skip as u32 };
        match self.rule {
            Rule::Constant(value) => vec![value; n],
            Rule::Uniform(r) => (0..n).map(|_| (r * (2.0 * draws.uniform() - 1.0)) as f32).collect(),
            Rule::Normal(s) => (0..n).map(|_| (s * draws.normal()) as f32).collect(),
            Rule::Orthogonal => {
                let rows = shape.first().copied().unwrap_or(1).max(1);
                orthogonal(rows, n / rows, &mut draws)
            }
        }
    }
}

/// (rows, columns) with orthonormal rows, or columns where there are more rows: normal numbers made orthogonal by Gram
/// and Schmidt, twice for the digits.
fn orthogonal(rows: usize, columns: usize, draws: &mut Draws) -> Vec<f32> {
    let (count, len) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<Vec<f64>> = vec![];
    while vectors.len() < count {
        let mut v: Vec<f64> = (0..len).map(|_| draws.normal()).collect();
        for other in vectors.iter().chain(&vectors) {
            let along: f64 = v.iter().zip(other).map(|(a, b)| a * b).sum();
            v.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
        }
        let norm = libm::sqrt(v.iter().map(|a| a * a).sum());
        // What lies all but within the others' span is drawn anew.
        if norm > 1e-6 {
            vectors.push(v.into_iter().map(|a| a / norm).collect());
        }
    }
    let at = |r: usize, c: usize| if rows <= columns { vectors[r][c] } else { vectors[c][r] };
    (0..rows * columns).map(|i| at(i / columns, i % columns) as f32).collect()
}

/// A stream of numbers by counter.
struct Draws {
    seed: u32,
    next: u32,
}

impl Draws {
    /// Within (0, 1).
    fn uniform(&mut self) -> f64 {
        self.next += 1;
        (f64::from(hash3(self.seed, 0, self.next)) + 0.5) / 4_294_967_296.0
    }

    /// Standard normal, by Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.uniform()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orthogonal_rows_or_columns() {
        for (rows, columns) in [(3, 7), (7, 3), (4, 4), (1, 5)] {
            let w = Begin::weight(Init::Orthogonal, columns, rows, 1).draw(&[rows, columns], 5);
            let count = rows.min(columns);
            let at =
                |v: usize, i: usize| if rows <= columns { w[v * columns + i] } else { w[i * columns + v] };
            for a in 0..count {
                for b in 0..count {
                    let dot: f32 = (0..rows.max(columns)).map(|i| at(a, i) * at(b, i)).sum();
                    let wanted = if a == b { 1.0 } else { 0.0 };
                    assert!((dot - wanted).abs() < 1e-5, "({rows}, {columns}): {a} and {b} give {dot}");
                }
            }
        }
    }

    #[test]
    fn a_bias_goes_on_where_the_weight_ended() {
        let both = Begin { rule: Rule::Uniform(0.5), stream: 3, skip: 0 }.draw(&[10], 1);
        let bias = Begin::bias(Init::Pytorch, 4, 8, 3).draw(&[2], 1);
        assert_eq!(both[8..], bias, "weights and biases of a layer share one stream");
    }
}
