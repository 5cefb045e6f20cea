//! Why a run diverged, and what mends it, in the page's words.

use minibatch_session::{Cause, Experiment, figure};

use crate::words::{fill, t};

/// The notice's sentence.
pub fn told(step: u32, rate: f32, cause: &Cause) -> String {
    let rate = figure(rate);
    let why = match cause {
        Cause::Decay { direct, l2, product, bound, .. } => {
            let [l2, product, bound] = [l2, product, bound].map(|v| figure(*v));
            let values = [("l2", &*l2), ("product", &product), ("bound", &bound), ("rate", &rate)];
            if *direct { fill("cause.weight-decay", &values) } else { fill("cause.l2", &values) }
        }
        Cause::Epsilon { layer } if layer.is_empty() => t("cause.epsilon").into(),
        Cause::Epsilon { layer } => fill("cause.epsilon-layer", &[("layer", layer)]),
        Cause::Inputs { largest } => fill("cause.inputs", &[("largest", &figure(*largest))]),
        Cause::Targets { largest } => fill("cause.targets", &[("largest", &figure(*largest))]),
        Cause::Sum { terms } => fill("cause.sum", &[("terms", &terms.to_string())]),
        Cause::Schedule { base } => fill("cause.schedule", &[("base", &figure(*base)), ("rate", &rate)]),
        Cause::Start => t("cause.start").into(),
        Cause::LearningRate => fill("cause.learning-rate", &[("rate", &rate)]),
    };
    fill("notice.diverged", &[("step", &step.to_string()), ("cause", &why)])
}

/// What the button says that takes the experiment `new`, from the weights of step `good` where it goes on.
pub fn mend(cause: &Cause, new: &Experiment, good: u32) -> String {
    let (training, good) = (&new.training, good.to_string());
    let with = |value: f32| [("good", good.clone()), ("value", figure(value))];
    let said = |key: &'static str, value: f32| {
        let values = with(value);
        fill(key, &[(values[0].0, &values[0].1), (values[1].0, &values[1].1)])
    };
    match cause {
        Cause::Decay { direct: true, .. } => said("mend.weight-decay", training.l2),
        Cause::Decay { .. } => said("mend.l2", training.l2),
        Cause::Epsilon { layer } if layer.is_empty() => said("mend.epsilon", training.optimizer.eps),
        Cause::Epsilon { .. } => said("mend.epsilon", 1e-5),
        Cause::Sum { .. } => t("mend.sum").into(),
        Cause::Schedule { .. } => said("mend.schedule", training.schedule.min),
        Cause::Inputs { .. } | Cause::Targets { .. } | Cause::Start | Cause::LearningRate => {
            said("mend.rate", training.learning_rate)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_sentence() {
        let decay = |direct| Cause::Decay { direct, l2: 10.0, product: 3.0, bound: 2.0, lower: 0.1 };
        let causes = [
            (decay(false), "10 (L2) times 0.3"),
            (decay(true), "10 (weight decay) times 0.3"),
            (Cause::Epsilon { layer: String::new() }, "epsilon is 0"),
            (Cause::Epsilon { layer: "layers.1 (rms-norm)".into() }, "layers.1 (rms-norm)"),
            (Cause::Inputs { largest: 255.0 }, "reach 255"),
            (Cause::Targets { largest: 1e30 }, "reach 1e30"),
            (Cause::Sum { terms: 10 }, "10 errors"),
            (Cause::Schedule { base: 0.03 }, "from 0.03 to 0.3"),
            (Cause::Start, "initial weights"),
            (Cause::LearningRate, "learning rate 0.3"),
        ];
        for (cause, part) in causes {
            let text = told(7, 0.3, &cause);
            assert!(text.contains(part) && text.contains("step 7") && !text.contains('{'), "{text}");
            let label = mend(&cause, &Experiment::default(), 5);
            assert!(!label.is_empty() && !label.contains('{'), "{label}");
        }
    }
}
