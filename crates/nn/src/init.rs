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
    /// Uniform within 1 / sqrt(fan_in), weights and biases, as PyTorch's `Linear` begins.
    Pytorch,
    /// Uniform within 0.5, biases 0.1, as TensorFlow Playground begins.
    Playground,
}

impl Init {
    /// All of them, in the order shown.
    pub const ALL: [Self; 8] = [
        Self::Zeros,
        Self::Normal,
        Self::XavierUniform,
        Self::XavierNormal,
        Self::KaimingUniform,
        Self::KaimingNormal,
        Self::Pytorch,
        Self::Playground,
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
        }
    }

    /// The weights, (fan_out, fan_in) row-major, and then the biases, (fan_out), of layer number `layer`.
    pub fn draw(self, fan_in: usize, fan_out: usize, seed: u32, layer: u32) -> Vec<f32> {
        let (i, o) = (fan_in as f64, fan_out as f64);
        let mut draws = Draws { seed: hash3(seed, layer, 0x696e_6974), next: 0 };
        let mut many = |mut one: Box<dyn FnMut(&mut Draws) -> f64>, n: usize| -> Vec<f32> {
            (0..n).map(|_| one(&mut draws) as f32).collect()
        };
        let within = |r: f64| {
            Box::new(move |d: &mut Draws| r * (2.0 * d.uniform() - 1.0)) as Box<dyn FnMut(&mut Draws) -> f64>
        };
        let spread =
            |s: f64| Box::new(move |d: &mut Draws| s * d.normal()) as Box<dyn FnMut(&mut Draws) -> f64>;
        let n = fan_in * fan_out;
        let weights = match self {
            Self::Zeros => vec![0.0; n],
            Self::Normal => many(spread(0.1), n),
            Self::XavierUniform => many(within(libm::sqrt(6.0 / (i + o))), n),
            Self::XavierNormal => many(spread(libm::sqrt(2.0 / (i + o))), n),
            Self::KaimingUniform => many(within(libm::sqrt(6.0 / i)), n),
            Self::KaimingNormal => many(spread(libm::sqrt(2.0 / i)), n),
            Self::Pytorch => many(within(1.0 / libm::sqrt(i)), n),
            Self::Playground => many(within(0.5), n),
        };
        let biases = match self {
            Self::Pytorch => many(within(1.0 / libm::sqrt(i)), fan_out),
            Self::Playground => vec![0.1; fan_out],
            Self::Zeros | Self::Normal | Self::XavierUniform => vec![0.0; fan_out],
            Self::XavierNormal | Self::KaimingUniform | Self::KaimingNormal => vec![0.0; fan_out],
        };
        [weights, biases].concat()
    }
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
