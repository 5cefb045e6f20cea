//! What a model is asked when it goes on from a beginning: the last steps it can hold, and where its answer stands.

use minibatch_session::Block;

/// A beginning of (steps so far, width) numbers as an input of `steps` steps: as it is, filled up behind with `blank`, or
/// the last of it; and the step whose answer goes on from it. Meant for models that look back only.
pub fn window(history: &[f32], width: usize, steps: usize, blank: f32) -> (Vec<f32>, usize) {
    let have = history.len() / width.max(1);
    if have >= steps {
        return (history[(have - steps) * width..have * width].to_vec(), steps - 1);
    }
    let mut all = history[..have * width].to_vec();
    all.resize(steps * width, blank);
    (all, have.saturating_sub(1))
}

/// Whether no layer sees a step before its time, so that what stands behind a beginning changes nothing.
pub fn looks_back_only(blocks: &[Block]) -> bool {
    blocks.iter().all(|block| match block {
        Block::Recurrent { bidirectional, .. } => !bidirectional,
        Block::SelfAttention { causal, .. } | Block::AdditiveAttention { causal, .. } => *causal,
        Block::TransformerEncoder(t) => t.causal,
        Block::Residual { body, shortcut } => looks_back_only(body) && looks_back_only(shortcut),
        Block::Branches { branches, .. } => branches.iter().all(|b| looks_back_only(b)),
        Block::Linear { .. }
        | Block::Activation { .. }
        | Block::Softmax { .. }
        | Block::LayerNorm { .. }
        | Block::RmsNorm { .. }
        | Block::Dropout { .. }
        | Block::Embedding { .. }
        | Block::Positions { .. } => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::preset;

    #[test]
    fn a_beginning_is_filled_up_and_a_long_one_cut_in_front() {
        assert_eq!(window(&[5.0, 6.0], 1, 4, 0.0), (vec![5.0, 6.0, 0.0, 0.0], 1));
        assert_eq!(window(&[1.0, 2.0, 3.0, 4.0, 5.0], 1, 4, 0.0), (vec![2.0, 3.0, 4.0, 5.0], 3));
        assert_eq!(window(&[1.0, 2.0, 3.0, 4.0], 2, 2, 0.0), (vec![1.0, 2.0, 3.0, 4.0], 1));
    }

    #[test]
    fn causal_models_look_back_only() {
        let of = |name| looks_back_only(&preset(name).expect("there is one").model.expect("layers").layers);
        assert!(of("language") && of("sine"));
        assert!(!of("brackets"), "its attention sees the whole sample");
    }
}
