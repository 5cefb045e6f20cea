//! Numbers by counter.

use minibatch_graph::{Activation, random::hash3};
use minibatch_nn::Init;
use serde_json::Value;

/// Draws one after the other; the same for the same seed and draw.
pub struct Dice {
    key: [u32; 2],
    count: u32,
}

impl Dice {
    /// At its first number.
    pub fn new(seed: u32, draw: u32) -> Self {
        Self { key: [seed, draw], count: 0 }
    }

    /// 0 to n - 1.
    pub fn below(&mut self, n: u32) -> u32 {
        self.count += 1;
        hash3(self.key[0] ^ 0x5bd1_e995, self.key[1] ^ 0xc0de, self.count) % n
    }

    /// True once in n times.
    pub fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize]
    }

    /// A non-linearity's name.
    pub fn activation(&mut self) -> Value {
        serde_json::to_value(self.pick(&Activation::ALL)).expect("a name")
    }

    /// An initialiser's name. Zeros are rare: what begins so does not train.
    pub fn init(&mut self) -> &'static str {
        let init = self.pick(&Init::ALL);
        if init == Init::Zeros && !self.one_in(4) { Init::Pytorch.id() } else { init.id() }
    }
}
