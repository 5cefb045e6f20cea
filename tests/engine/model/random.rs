//! Random models, sound ones and others: each is taken whole or refused in words, and nothing panics.

use minibatch_graph::{DType, MemoryPlan, random::hash3};
use minibatch_nn::{Clip, OptimizerConfig, OptimizerKind, Samples, names};
use minibatch_session::{Experiment, Supplies};
use minibatch_tests::drive::Driver;
use serde_json::{Value, json};

/// Numbers by counter.
struct Dice(u32, u32);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.1 += 1;
        hash3(self.0, 77, self.1) % n
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u32) as usize]
    }

    /// Mostly small and sound; now and then 0, odd, or far too large.
    fn size(&mut self) -> u64 {
        match self.below(120) {
            0 => 0,
            1 => u64::from(u32::MAX),
            2 => 1 << 40,
            _ => u64::from(1 + self.below(8)),
        }
    }

    fn blocks(&mut self, depth: u32) -> Vec<Value> {
        (0..self.below(4)).map(|_| self.block(depth)).collect()
    }

    fn block(&mut self, depth: u32) -> Value {
        let (a, b, c) = (self.size(), self.size(), self.size());
        let f = self.pick(&["linear", "relu", "gelu", "tanh"]);
        let flag = self.below(2) == 0;
        match self.below(if depth < 2 { 30 } else { 26 }) {
            0 | 1 => json!({"layer": "linear", "units": a, "activation": f, "bias": flag}),
            2 => json!({"layer": "activation", "activation": f}),
            3 => json!({"layer": "softmax", "log": flag}),
            4 | 5 => {
                json!({"layer": "conv2d", "channels": a, "kernel": [b, c], "activation": f, "padding": self.below(3),
                       "stride": 1 + self.below(2), "dilation": 1 + self.below(2), "groups": 1 + self.below(2)})
            }
            6 => {
                json!({"layer": "conv-transpose2d", "channels": a, "kernel": b, "stride": 1 + self.below(3),
                       "padding": self.below(3), "output_padding": self.below(3)})
            }
            7 => json!({"layer": "max-pool2d", "kernel": a, "padding": self.below(2)}),
            8 => json!({"layer": "avg-pool2d", "kernel": a, "stride": b}),
            9 => json!({"layer": "adaptive-avg-pool2d", "size": [a, b]}),
            10 => json!({"layer": "batch-norm"}),
            11 => json!({"layer": "layer-norm"}),
            12 => json!({"layer": "rms-norm"}),
            13 => json!({"layer": "group-norm", "groups": a}),
            14 => json!({"layer": "dropout", "rate": self.below(11) as f32 / 10.0}),
            15 => json!({"layer": "flatten"}),
            16 => json!({"layer": "reshape", "shape": [a, b]}),
            17 => json!({"layer": "permute", "axes": [a % 3, b % 3, c % 3]}),
            18 => json!({"layer": "select", "axis": a % 3, "start": b % 4, "len": c}),
            19 => json!({"layer": "embedding", "vocabulary": 5 + a, "units": b, "padding": self.below(6)}),
            20 => json!({"layer": "positions", "kind": self.pick(&["learned", "sinusoidal"])}),
            21 => {
                json!({"layer": "recurrent", "cell": self.pick(&["rnn-tanh", "rnn-relu", "lstm", "gru"]), "units": a,
                       "layers": 1 + self.below(2), "bidirectional": flag, "learn_initial": self.below(2) == 0,
                       "output": self.pick(&["sequence", "last"])})
            }
            22 => {
                json!({"layer": "self-attention", "heads": 1 + self.below(3), "causal": flag, "rotary": self.below(2) == 0})
            }
            23 => {
                json!({"layer": "additive-attention", "hidden": [a, b], "causal": flag, "softmax": self.below(2) == 0})
            }
            24 => json!({"layer": "axial-attention", "heads": 1 + self.below(3)}),
            25 => json!({"layer": self.pick(&["last-step", "mean-over-steps"])}),
            26 => {
                json!({"layer": "residual", "body": self.blocks(depth + 1), "shortcut": self.blocks(depth + 1)})
            }
            27 => {
                json!({"layer": "branches", "axis": a % 3, "branches": [self.blocks(depth + 1), self.blocks(depth + 1)]})
            }
            28 => {
                let name = self.pick(&["transformer-encoder", "transformer-decoder"]);
                json!({"layer": name, "heads": 1 + self.below(3), "feedforward": a, "layers": 1 + self.below(2),
                       "norm_first": flag, "causal": self.below(2) == 0, "final_norm": flag})
            }
            _ => {
                json!({"layer": "encoder-decoder", "source": a, "encoder": self.blocks(depth + 1),
                       "decoder": self.blocks(depth + 1)})
            }
        }
    }

    fn experiment(&mut self) -> Value {
        let rank = 1 + self.below(3);
        let shape: Vec<u64> = (0..rank).map(|_| self.size()).collect();
        let tokens = (self.below(3) == 0).then_some(5);
        let mut layers = self.blocks(0);
        // Most have something to train.
        if self.below(6) > 0 {
            layers.push(json!({"layer": "linear", "units": self.size()}));
        }
        let loss = self.pick(&[
            "auto",
            "mse",
            "sum-squares",
            "l1",
            "huber",
            "binary-cross-entropy",
            "cross-entropy",
        ]);
        json!({
            "model": {
                "input": {"shape": shape, "tokens": tokens},
                "layers": layers,
                "samples": {"kind": "random", "train": 4, "test": self.below(3)}
            },
            "loss": loss,
            "training": {"batch_size": 3, "clip_norm": 1.0, "clip_value": 0.5}
        })
    }
}

/// Everything that can be said of an experiment without running it.
fn look(e: &Experiment) -> Result<(), String> {
    let model = e.model().map_err(|e| e.to_string())?;
    let outline = e.outline().map_err(|e| e.to_string())?;
    assert_eq!(outline.parameters, model.parameters());
    if model.parameters() > 100_000 || outline.activation_bytes > 1 << 20 {
        return Ok(());
    }
    assert_eq!(model.layout.draw(1).len(), model.parameters());
    let samples = Samples { train: 4, test: 1 };
    let clip = Clip { norm: Some(1.0), value: Some(0.5) };
    let rule = e.training.optimizer.rule();
    let train = model.train(samples, 3, rule, clip, 8).map_err(|e| e.to_string())?;
    MemoryPlan::new(&train).map_err(|e| e.to_string())?;
    let muon = OptimizerConfig { kind: OptimizerKind::Muon, ..OptimizerConfig::default() };
    let train = model.train(samples, 3, muon.rule(), clip, 8).map_err(|e| e.to_string())?;
    MemoryPlan::new(&train).map_err(|e| e.to_string())?;
    let kept = [(names::PARAMETERS, model.parameters(), DType::F32)];
    for evaluates in [model.piece(samples, 2), model.piece(samples, 5), model.conclude(8, true, &kept)] {
        MemoryPlan::new(&evaluates.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    }
    model.probe("probe", 2, false).map(drop).map_err(|e| e.to_string())
}

#[test]
fn every_model_is_taken_whole_or_refused_in_words() {
    let (mut taken, mut kinds) = (0, std::collections::BTreeSet::new());
    for seed in 0..6000 {
        let text = Dice(seed, 0).experiment().to_string();
        match Experiment::from_json(&text) {
            Ok(e) => {
                look(&e).unwrap_or_else(|why| panic!("{why}\n{text}"));
                taken += 1;
                kinds.extend(e.model.iter().flat_map(|m| &m.layers).map(|b| b.kind()));
            }
            Err(error) => {
                let said = error.to_string();
                assert!(said.len() > 10 && !said.contains("panick"), "{said}\n{text}");
            }
        }
    }
    assert!(taken > 1000, "{taken} of 6000 were sound: the dice are loaded");
    assert!(kinds.len() > 25, "only {kinds:?} were ever taken");
}

#[test]
fn sound_models_train_alike_on_both_backends() {
    let [mut cpu, mut gpu] = [true, false].map(Driver::start);
    let mut seen = 0;
    for seed in 10_000..14_000 {
        if seen == 60 {
            break;
        }
        let text = Dice(seed, 0).experiment().to_string();
        let Ok(e) = Experiment::from_json(&text) else { continue };
        let small =
            e.outline().is_ok_and(|o| o.multiply_adds + o.parameters as u64 <= 20_000 && o.rows.len() > 1);
        if !small {
            continue;
        }
        seen += 1;
        let [a, b] = [&mut cpu, &mut gpu].map(|driver| {
            driver.load_with(&e, Supplies::default()).unwrap_or_else(|why| panic!("{why}\n{text}"));
            driver.step(3);
            driver.take_losses()
        });
        assert!(!a.is_empty() && a.len() == b.len(), "{a:?} and {b:?}\n{text}");
        for (a, b) in a.iter().zip(&b) {
            let near =
                (a.1 - b.1).abs() <= 1e-3 * a.1.abs().max(1.0) || (!a.1.is_finite() && !b.1.is_finite());
            assert!(a.0 == b.0 && near, "step {}: cpu {}, gpu {}\n{text}", a.0, a.1, b.1);
        }
    }
    assert_eq!(seen, 60, "the dice give too few small models");
}
