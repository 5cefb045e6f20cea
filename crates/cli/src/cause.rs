//! Why a run left the numbers, and what mends it, in the words of an experiment's file.

use minibatch_session::{Cause, figure};

/// The cause and its mend.
pub fn mend(cause: &Cause) -> String {
    match cause {
        Cause::Decay { direct, l2, product, bound, lower } => {
            let name = if *direct { "weight decay" } else { "L2" };
            let [l2, product, bound, lower] = [l2, product, bound, lower].map(|v| figure(*v));
            format!(
                "{name} {l2} times the learning rate is {product}, and weights shrink only well below {bound}: lower \
                 `training.l2`, to {lower} say"
            )
        }
        Cause::Epsilon { layer } if layer.is_empty() => {
            "the optimizer divides by 0, since `training.optimizer.eps` is 0: give it 1e-8, say".into()
        }
        Cause::Epsilon { layer } => format!("{layer} divides by 0, since its `eps` is 0: give it 1e-5, say"),
        Cause::Inputs { largest } => format!(
            "the inputs reach {}: bring them to about 1 (divide by {0}, or by their standard deviation), or lower the \
             learning rate",
            figure(*largest)
        ),
        Cause::Targets { largest } => format!(
            "the targets reach {}: bring them to about 1 (divide by {0}, or by their standard deviation), or lower the \
             learning rate",
            figure(*largest)
        ),
        Cause::Sum { terms } => format!(
            "sum-squares adds up {terms} errors, and so do its gradients: choose mse, or divide the learning rate by \
             {terms}"
        ),
        Cause::Schedule { base } => format!(
            "the schedule raised it from {}: lower `training.schedule.min` below `training.learning_rate`",
            figure(*base)
        ),
        Cause::Start => {
            "the initial weights give answers beyond 32 bits: begin with smaller weights, or with inputs of about 1"
                .into()
        }
        Cause::LearningRate => {
            "lower the learning rate or clip the gradient (`training.clip_norm`)".into()
        }
    }
}
