//! What the network's output values mean, and so how they are coloured.

use minibatch_session::{Activation, Loss, Summary};

/// How the outputs are to be read.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Meaning {
    /// One value from 0 to 1, the probability of class 1.
    Probability,
    /// One value around 0: class 0 below, class 1 above; or a prediction.
    Signed,
    /// The probability of each of this many classes.
    Classes(usize),
}

impl Meaning {
    /// Of an experiment.
    pub fn of(summary: &Summary) -> Self {
        match summary.loss {
            Loss::BinaryCrossEntropy => Self::Probability,
            Loss::CrossEntropy { .. } => Self::Classes(summary.classes.unwrap_or(2).max(2) as usize),
            Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => Self::Signed,
        }
    }

    /// A value's place on the diverging scale; `limit` is where a prediction's scale ends.
    pub fn place(self, value: f32, limit: f32) -> f32 {
        match self {
            Self::Probability | Self::Classes(_) => 2.0 * value - 1.0,
            Self::Signed => value / limit,
        }
    }
}

/// Where the scale ends for a hidden layer's values: at 1, or where the activation has no bound at twice their root mean
/// square, so that a map of large values still shows its shape and a few huge ones do not bleach the rest.
pub fn layer_reach(activation: Activation, values: &[f32]) -> f32 {
    match activation {
        Activation::Tanh | Activation::Sigmoid | Activation::Sine => 1.0,
        _ => {
            let finite = || values.iter().filter(|v| v.is_finite());
            let square =
                finite().map(|v| f64::from(*v).powi(2)).sum::<f64>() / finite().count().max(1) as f64;
            (2.0 * square.sqrt()).max(1.0) as f32
        }
    }
}

/// A value on the scale from -1 to 1, or only its side of zero.
pub fn sided(value: f32, discretise: bool) -> f32 {
    if discretise && !value.is_nan() { if value > 0.0 { 1.0 } else { -1.0 } } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::Experiment;

    fn meaning(json: &str) -> Meaning {
        Meaning::of(&Experiment::from_json(json).expect(json).summary().expect(json))
    }

    #[test]
    fn each_loss_has_its_reading() {
        assert_eq!(meaning("{}"), Meaning::Probability);
        assert_eq!(meaning(r#"{"loss":"mse"}"#), Meaning::Signed);
        assert_eq!(meaning(r#"{"data":{"kind":"plane"}}"#), Meaning::Signed);
        assert_eq!(meaning(r#"{"data":{"kind":"blobs3"}}"#), Meaning::Classes(3));
        assert_eq!(meaning(r#"{"loss":"cross-entropy"}"#), Meaning::Classes(2));
    }

    #[test]
    fn an_even_chance_is_neutral() {
        assert_eq!(Meaning::Probability.place(0.5, 1.0), 0.0);
        assert_eq!(Meaning::Signed.place(3.0, 6.0), 0.5);
    }

    #[test]
    fn bounded_layers_keep_their_scale() {
        assert_eq!(layer_reach(Activation::Tanh, &[0.1]), 1.0);
        assert_eq!(layer_reach(Activation::Relu, &[3.0, 4.0, 0.0, 5.0, f32::NAN]), 50f32.sqrt());
        assert_eq!(layer_reach(Activation::Relu, &[0.1, f32::NAN]), 1.0);
    }

    #[test]
    fn discretised_values_keep_nan() {
        assert_eq!(sided(0.2, true), 1.0);
        assert_eq!(sided(-0.2, true), -1.0);
        assert!(sided(f32::NAN, true).is_nan());
        assert_eq!(sided(0.2, false), 0.2);
    }
}
