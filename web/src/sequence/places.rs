//! Where along time a layer's steps lie: an encoder reads the first places of a sample, a decoder the rest.

use minibatch_session::Facts;

/// Some steps along the axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Along {
    /// The first of them.
    pub from: usize,
    /// How many.
    pub len: usize,
}

impl Along {
    /// The place among these steps of a step of the axis.
    pub fn place(self, step: usize) -> Option<usize> {
        step.checked_sub(self.from).filter(|&s| s < self.len)
    }
}

/// How many steps a sample has; none where it has no axis of time.
pub fn axis(facts: &Facts) -> Option<usize> {
    match (&facts.input[..], facts.tokens) {
        (&[steps], Some(_)) | (&[steps, _], None) => Some(steps),
        _ => None,
    }
}

/// Where `len` steps of the layer at this path lie on an axis of `steps`; none where they are no part of it.
pub fn along(path: &str, len: usize, steps: usize) -> Option<Along> {
    let front = path.split('.').any(|part| part == "encoder");
    let rest = steps.checked_sub(len)?;
    Some(Along { from: if front { 0 } else { rest }, len })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoders_stand_in_front_and_decoders_after_them() {
        assert_eq!(along("layers.0.encoder.1", 8, 20), Some(Along { from: 0, len: 8 }));
        assert_eq!(along("layers.0.decoder.1.layers.0.self_attn", 12, 20), Some(Along { from: 8, len: 12 }));
        assert_eq!(along("layers.1", 20, 20), Some(Along { from: 0, len: 20 }));
        assert_eq!(along("layers.1", 21, 20), None);
        assert_eq!(Along { from: 8, len: 12 }.place(7), None);
        assert_eq!(Along { from: 8, len: 12 }.place(19), Some(11));
    }

    #[test]
    fn tokens_and_series_have_steps_and_tables_have_none() {
        let facts = |input: &[usize], tokens| Facts { input: input.into(), tokens, ..Facts::default() };
        assert_eq!(axis(&facts(&[16], Some(4))), Some(16));
        assert_eq!(axis(&facts(&[50, 1], None)), Some(50));
        assert_eq!(axis(&facts(&[2], None)), None);
        assert_eq!(axis(&facts(&[8, 8, 16], None)), None);
    }
}
