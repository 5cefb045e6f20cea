//! Why a run left the numbers: found from the experiment, the size of its data and the step, in the order in which a teacher
//! would ask. The learning rate comes last.

use minibatch_nn::{Block, Loss, LossKind, OptimizerConfig, OptimizerKind};
use serde::{Deserialize, Serialize};

use crate::Experiment;

/// What drove a run out of the numbers; each has its mend.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum Cause {
    /// L2 times the rate is so large that each step throws the weights past 0, further than they were.
    Decay {
        /// It acts on the weights beside the gradient: weight decay (AdamW, Muon).
        direct: bool,
        /// L2 as it is set.
        l2: f32,
        /// L2 times the learning rate.
        product: f32,
        /// Up to this product the weights still shrink.
        bound: f32,
        /// A value that is well below.
        lower: f32,
    },
    /// Nothing is added to a denominator, which became 0.
    Epsilon {
        /// The layer, as PyTorch names it, with its kind; the optimizer where empty.
        layer: String,
    },
    /// The inputs are too large to be multiplied by weights as they begin.
    Inputs {
        /// The largest, without its sign.
        largest: f32,
    },
    /// The targets are so large that the steps towards them overflow.
    Targets {
        /// The largest, without its sign.
        largest: f32,
    },
    /// The loss is a sum over the batch, and so are its gradients.
    Sum {
        /// How many numbers are added up.
        terms: usize,
    },
    /// The schedule raised the learning rate.
    Schedule {
        /// The rate that was set.
        base: f32,
    },
    /// The answers overflow before anything is trained: the initial weights are too large for the data.
    Start,
    /// Steps overshoot.
    LearningRate,
}

/// The largest numbers of the samples, without their signs.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Scale {
    /// Of the inputs; 0 where they are token numbers.
    pub inputs: f32,
    /// Of the targets; 0 where they are classes.
    pub targets: f32,
}

/// From here on inputs are called large: those of the plane's own data sets, squares and noise included, stay below.
const LARGE_INPUT: f32 = 64.0;
/// From here on targets are called large.
const LARGE_TARGET: f32 = 1e4;

/// The cause of a divergence at `step` (batches trained), on batches of `batch` samples.
pub fn cause(experiment: &Experiment, scale: Scale, batch: usize, step: u32) -> Cause {
    let training = &experiment.training;
    let rate = training.schedule.rate(training.learning_rate, step.saturating_sub(1));
    if let Some(layer) = no_epsilon(experiment, step, rate) {
        return Cause::Epsilon { layer };
    }
    if let Some(decay) = decay(&training.optimizer, rate, training.l2).filter(|_| step > 0) {
        return decay;
    }
    // A rate beyond 1 is one by any measure.
    if rate <= 1.0 {
        if scale.inputs >= LARGE_INPUT {
            return Cause::Inputs { largest: scale.inputs };
        }
        if scale.targets >= LARGE_TARGET {
            return Cause::Targets { largest: scale.targets };
        }
        if let Some(terms) = sum(experiment, batch).filter(|_| step > 0) {
            return Cause::Sum { terms };
        }
    }
    if step == 0 {
        return Cause::Start;
    }
    if rate > training.learning_rate {
        return Cause::Schedule { base: training.learning_rate };
    }
    Cause::LearningRate
}

/// The experiment without what drove it out; none where that is not for the experiment to say. What is left then is to
/// take smaller steps.
pub fn mended(experiment: &Experiment, cause: &Cause) -> Option<Experiment> {
    let mut new = experiment.clone();
    let training = &mut new.training;
    match cause {
        Cause::Decay { lower, .. } => training.l2 = *lower,
        Cause::Epsilon { layer } if layer.is_empty() => training.optimizer.eps = 1e-8,
        Cause::Epsilon { .. } => {
            let spec = new.model.as_mut()?;
            spec.layers.iter_mut().for_each(with_epsilon);
        }
        // The loss bends with the square of the inputs.
        Cause::Inputs { largest } => training.learning_rate = tidy(training.learning_rate / largest.powi(2)),
        Cause::Sum { .. } => new.loss = LossKind::Mse,
        Cause::Schedule { base } => training.schedule.min = tidy(base / 10.0),
        Cause::Targets { .. } | Cause::Start | Cause::LearningRate => return None,
    }
    (new != *experiment && new.validate().is_ok()).then_some(new)
}

/// Gives the norms that divide by 0 PyTorch's default.
fn with_epsilon(layer: &mut Block) {
    match layer {
        Block::BatchNorm { eps, .. }
        | Block::LayerNorm { eps }
        | Block::RmsNorm { eps }
        | Block::GroupNorm { eps, .. }
            if *eps < f32::MIN_POSITIVE =>
        {
            *eps = 1e-5;
        }
        Block::Residual { body, shortcut } => body.iter_mut().chain(shortcut).for_each(with_epsilon),
        Block::Branches { branches, .. } => branches.iter_mut().flatten().for_each(with_epsilon),
        Block::EncoderDecoder { encoder, decoder, .. } => {
            encoder.iter_mut().chain(decoder).for_each(with_epsilon);
        }
        _ => {}
    }
}

/// Where L2 shrinks the weights by more than it leaves of them: w <- (1 - rate L2) w grows beyond a product of 2, with
/// momentum m beyond 2 (1 + m), with Nesterov's beyond 2 (1 + m) / (1 + 2 m). Rules that divide the gradient by its size
/// keep their steps whatever L2 is.
fn decay(optimizer: &OptimizerConfig, rate: f32, l2: f32) -> Option<Cause> {
    let m = optimizer.momentum;
    let (direct, bound) = match optimizer.kind {
        OptimizerKind::Sgd => (false, 2.0),
        OptimizerKind::Momentum => (false, 2.0 * (1.0 + m)),
        OptimizerKind::Nesterov => (false, 2.0 * (1.0 + m) / (1.0 + 2.0 * m)),
        OptimizerKind::AdamW | OptimizerKind::Muon => (true, 2.0),
        OptimizerKind::RmsProp | OptimizerKind::Adagrad | OptimizerKind::Adadelta | OptimizerKind::Adam => {
            return None;
        }
    };
    let product = rate * l2;
    // The loss bends too, so that half the bound is much. Of a usual L2 (0.01) and a usual rate (0.1), what is further off
    // its own is the one to lower.
    let unusual = l2 * 10.0 >= rate;
    if !unusual || product <= bound / 2.0 {
        return None;
    }
    Some(Cause::Decay { direct, l2, product, bound, lower: tidy(bound / 40.0 / rate) })
}

/// The power of ten at or below a number.
fn tidy(value: f32) -> f32 {
    let power = libm::log10(f64::from(value)).floor();
    format!("1e{power}").parse().unwrap_or(value)
}

/// Where nothing is added to a denominator: in the optimizer (an empty text), which divides once it has taken a step, or in a
/// layer. There it matters where values are all alike, and they are so from the start on: of a run that went astray later, at
/// no ordinary rate, that is not the cause.
fn no_epsilon(experiment: &Experiment, step: u32, rate: f32) -> Option<String> {
    // GPUs take numbers below the normal ones for 0.
    let none = |eps: f32| eps < f32::MIN_POSITIVE;
    let optimizer = &experiment.training.optimizer;
    let divides = match optimizer.kind {
        OptimizerKind::Sgd | OptimizerKind::Momentum | OptimizerKind::Nesterov => false,
        OptimizerKind::RmsProp
        | OptimizerKind::Adagrad
        | OptimizerKind::Adadelta
        | OptimizerKind::Adam
        | OptimizerKind::AdamW
        | OptimizerKind::Muon => true,
    };
    if divides && none(optimizer.eps) && step > 0 {
        return Some(String::new());
    }
    if step > 0 && rate > 1.0 {
        return None;
    }
    let layers = experiment.model.as_ref().map_or(&[][..], |spec| &spec.layers);
    in_layers("layers", layers, &none)
}

fn in_layers(at: &str, layers: &[Block], none: &dyn Fn(f32) -> bool) -> Option<String> {
    let mut modules = 0;
    layers.iter().find_map(|layer| {
        // Counted as PyTorch counts: a layer with its activation is two modules.
        let at = format!("{at}.{modules}");
        modules += layer.modules();
        let within = |name: &str, layers: &[Block]| in_layers(&format!("{at}.{name}"), layers, none);
        let named = |kind: &str, eps: f32| none(eps).then(|| format!("{at} ({kind})"));
        match layer {
            Block::BatchNorm { eps, .. } => named("batch-norm", *eps),
            Block::LayerNorm { eps } => named("layer-norm", *eps),
            Block::RmsNorm { eps } => named("rms-norm", *eps),
            Block::GroupNorm { eps, .. } => named("group-norm", *eps),
            Block::Residual { body, shortcut } => {
                within("body", body).or_else(|| within("shortcut", shortcut))
            }
            Block::Branches { branches, .. } => {
                branches.iter().enumerate().find_map(|(b, layers)| within(&format!("branches.{b}"), layers))
            }
            Block::EncoderDecoder { encoder, decoder, .. } => {
                within("encoder", encoder).or_else(|| within("decoder", decoder))
            }
            _ => None,
        }
    })
}

/// How many errors a loss adds up over a batch, where it adds and they are many.
fn sum(experiment: &Experiment, batch: usize) -> Option<usize> {
    let model = experiment.model().ok()?;
    let terms = batch * model.target().iter().product::<usize>();
    (model.loss == Loss::SumSquares && terms > 1).then_some(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(change: impl FnOnce(&mut Experiment), scale: [f32; 2], step: u32) -> Cause {
        let mut e = Experiment::default();
        change(&mut e);
        cause(&e, Scale { inputs: scale[0], targets: scale[1] }, 10, step)
    }

    fn train(kind: OptimizerKind, rate: f32, l2: f32) -> impl Fn(&mut Experiment) {
        move |e| {
            e.training.optimizer.kind = kind;
            (e.training.learning_rate, e.training.l2) = (rate, l2);
        }
    }

    fn is_decay(cause: &Cause) -> Option<bool> {
        if let Cause::Decay { direct, l2, product, bound, lower } = cause {
            assert!(lower * product / l2 <= bound / 10.0, "{lower} is well below");
            Some(*direct)
        } else {
            None
        }
    }

    #[test]
    fn l2_times_the_rate_is_named_where_the_optimizer_feels_it() {
        let of = |kind, rate, l2| is_decay(&found(train(kind, rate, l2), [5.0, 1.0], 50));
        use OptimizerKind::*;
        assert_eq!(of(Sgd, 0.3, 10.0), Some(false));
        assert_eq!(of(Sgd, 0.03, 100.0), Some(false));
        assert_eq!(of(Nesterov, 0.3, 10.0), Some(false));
        assert_eq!(of(Momentum, 0.5, 10.0), Some(false));
        assert_eq!(of(AdamW, 0.3, 10.0), Some(true));
        assert_eq!(of(Muon, 1.0, 3.0), Some(true));
        // The rate is what is wrong, or L2 cannot be.
        assert_eq!(of(Sgd, 30.0, 0.1), None);
        assert_eq!(of(Sgd, 0.3, 0.1), None);
        assert_eq!(of(Adam, 0.3, 100.0), None);
        assert_eq!(of(RmsProp, 0.3, 100.0), None);
        assert_eq!(of(Momentum, 0.3, 5.0), None);
    }

    #[test]
    fn an_epsilon_of_zero_is_named_where_it_divides() {
        let with = |kind, eps| {
            found(move |e| (e.training.optimizer.kind, e.training.optimizer.eps) = (kind, eps), [1.0, 1.0], 3)
        };
        use OptimizerKind::*;
        for kind in OptimizerKind::ALL {
            let divides = matches!(kind, RmsProp | Adagrad | Adadelta | Adam | AdamW | Muon);
            for eps in [0.0, 1e-45] {
                let named = with(kind, eps) == Cause::Epsilon { layer: String::new() };
                assert_eq!(named, divides, "{kind:?}");
            }
            assert_eq!(with(kind, 1e-30), Cause::LearningRate);
        }
        let norms = [
            r#"[{"layer":"linear","units":2},{"layer":"layer-norm","eps":0}]"#,
            r#"[{"layer":"linear","units":4,"activation":"relu"},{"layer":"layer-norm","eps":0},{"layer":"linear","units":1}]"#,
            r#"[{"layer":"linear","units":2,"activation":"tanh"},{"layer":"residual","body":[{"layer":"linear","units":2,
                "activation":"relu"},{"layer":"branches","branches":[[{"layer":"linear","units":2,"activation":"sine"},
                {"layer":"rms-norm","eps":0}]]}]}]"#,
        ];
        let places =
            ["layers.1 (layer-norm)", "layers.2 (layer-norm)", "layers.2.body.2.branches.0.2 (rms-norm)"];
        for (layers, place) in norms.into_iter().zip(places) {
            let layers: Vec<Block> = serde_json::from_str(layers).expect("layers");
            assert_eq!(in_layers("layers", &layers, &|eps| eps == 0.0).as_deref(), Some(place));
        }
    }

    /// Breaks where an epsilon of 0 is blamed for whatever happens to an experiment that has one.
    #[test]
    fn an_epsilon_that_did_nothing_is_not_blamed() {
        let norm = |rate: f32| {
            let text = format!(
                r#"{{"model": {{"input": {{"shape": [2]}}, "layers": [{{"layer": "linear", "units": 4, "activation": "relu"}},
                    {{"layer": "layer-norm", "eps": 0}}, {{"layer": "linear", "units": 1}}],
                    "samples": {{"kind": "random", "train": 4, "test": 0}}}}, "training": {{"learning_rate": {rate}}}}}"#
            );
            Experiment::from_json(&text).expect("an experiment")
        };
        let of = |e: &Experiment, step| cause(e, Scale { inputs: 1.0, targets: 1.0 }, 4, step);
        let named = Cause::Epsilon { layer: "layers.2 (layer-norm)".into() };
        assert_eq!(
            [of(&norm(0.1), 0), of(&norm(0.1), 7), of(&norm(90.0), 0)],
            [named.clone(), named.clone(), named]
        );
        assert_eq!(of(&norm(90.0), 7), Cause::LearningRate);
        let mut e = Experiment::default();
        (e.training.optimizer.kind, e.training.optimizer.eps) = (OptimizerKind::Adam, 0.0);
        assert_eq!(of(&e, 0), Cause::Start, "no step was taken");
    }

    #[test]
    fn data_out_of_scale_are_named_before_the_rate() {
        let plain = |_: &mut Experiment| ();
        assert_eq!(found(plain, [255.0, 1.0], 1), Cause::Inputs { largest: 255.0 });
        assert_eq!(found(plain, [1.0, 1e15], 1), Cause::Targets { largest: 1e15 });
        assert_eq!(found(plain, [5.0, 1.0], 1), Cause::LearningRate);
        assert_eq!(found(plain, [5.0, 1.0], 0), Cause::Start);
        assert_eq!(found(|e| e.training.learning_rate = 30.0, [255.0, 1.0], 9), Cause::LearningRate);
    }

    #[test]
    fn sums_and_schedules_are_named() {
        let sums = |e: &mut Experiment| {
            (e.data.kind, e.loss) = (minibatch_data::DatasetKind::Plane, LossKind::SumSquares);
        };
        assert_eq!(found(sums, [5.0, 1.0], 4), Cause::Sum { terms: 10 });
        let rising = |e: &mut Experiment| {
            e.training.schedule.kind = minibatch_nn::ScheduleKind::Cosine;
            (e.training.schedule.total, e.training.schedule.min) = (10, 1.0);
        };
        assert_eq!(found(rising, [5.0, 1.0], 9), Cause::Schedule { base: 0.03 });
    }

    #[test]
    fn what_is_mended_is_no_longer_the_cause() {
        let mut e = Experiment::default();
        train(OptimizerKind::AdamW, 0.3, 10.0)(&mut e);
        e.training.optimizer.eps = 0.0;
        let scale = Scale { inputs: 5.0, targets: 1.0 };
        let mut causes = vec![];
        while let Some(next) = mended(&e, &cause(&e, scale, 10, 9)) {
            causes.push(cause(&e, scale, 10, 9));
            e = next;
        }
        assert!(matches!(causes[..], [Cause::Epsilon { .. }, Cause::Decay { .. }]), "{causes:?}");
        assert_eq!((e.training.l2, e.training.optimizer.eps), (0.1, 1e-8));
    }
}
