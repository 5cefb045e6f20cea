//! What a model answers to a sequence, by the shapes of its outputs and targets.

use minibatch_session::Facts;

use crate::draw::heatmap::argmax;

/// What comes out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One of so many classes.
    Class(usize),
    /// A class at each of so many steps: steps, classes.
    ClassEachStep(usize, usize),
    /// Numbers at each of so many steps: steps, numbers.
    NumbersEachStep(usize, usize),
    /// So many numbers.
    Numbers(usize),
    /// Something with more axes.
    Other,
}

impl Kind {
    /// By the shapes: where answers are classes, a target has one axis less than an output.
    pub fn of(facts: &Facts) -> Self {
        let classes = facts.target.len() + 1 == facts.output.len();
        match (classes, &facts.output[..]) {
            (true, &[n]) => Self::Class(n),
            (true, &[steps, n]) => Self::ClassEachStep(steps, n),
            (false, &[n]) => Self::Numbers(n),
            (false, &[steps, n]) => Self::NumbersEachStep(steps, n),
            _ => Self::Other,
        }
    }

    /// How many steps have an answer of their own; 0 where there is one answer for all.
    pub fn steps(self) -> usize {
        match self {
            Self::ClassEachStep(steps, _) | Self::NumbersEachStep(steps, _) => steps,
            Self::Class(_) | Self::Numbers(_) | Self::Other => 0,
        }
    }
}

/// Whether the answer asked for at each step is the token that comes next: a language model.
pub fn next_token(facts: &Facts, input: &[f32], target: &[f32]) -> bool {
    let Kind::ClassEachStep(_, classes) = Kind::of(facts) else { return false };
    facts.tokens == Some(classes) && continues(input, target)
}

/// Whether each target is the input one step on; of four steps at least, so that chance is unlikely.
pub fn continues(input: &[f32], target: &[f32]) -> bool {
    input.len() >= 4 && input.len() == target.len() && input[1..] == target[..target.len() - 1]
}

/// How many of the steps that have an answer got it right, of how many. `scores` is (steps, classes); a target that is no
/// class counts for nothing.
pub fn share_right(scores: &[f32], target: &[f32], classes: usize) -> (usize, usize) {
    let asked = scores.chunks_exact(classes.max(1)).zip(target).filter(|(_, t)| (**t as usize) < classes);
    asked.fold((0, 0), |(right, all), (row, t)| {
        (right + usize::from(argmax(row) == Some(*t as usize)), all + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(target: &[usize], output: &[usize], tokens: Option<usize>) -> Facts {
        Facts { target: target.into(), output: output.into(), tokens, ..Facts::default() }
    }

    #[test]
    fn shapes_tell_classes_from_numbers() {
        assert_eq!(Kind::of(&facts(&[], &[7], None)), Kind::Class(7));
        assert_eq!(Kind::of(&facts(&[21], &[21, 8], None)), Kind::ClassEachStep(21, 8));
        assert_eq!(Kind::of(&facts(&[50, 1], &[50, 1], None)), Kind::NumbersEachStep(50, 1));
        assert_eq!(Kind::of(&facts(&[1], &[1], None)), Kind::Numbers(1));
        assert_eq!(Kind::of(&facts(&[2, 3, 4], &[2, 3, 4], None)), Kind::Other);
    }

    #[test]
    fn a_language_model_is_asked_for_the_token_that_comes_next() {
        let model = facts(&[5], &[5, 9], Some(9));
        let (input, target) = ([1.0, 4.0, 2.0, 8.0, 0.0], [4.0, 2.0, 8.0, 0.0, 3.0]);
        assert!(next_token(&model, &input, &target));
        assert!(!next_token(&model, &input, &input), "an echo is no language");
        assert!(!next_token(&facts(&[5], &[5, 8], Some(9)), &input, &target), "it cannot write every token");
        assert!(!continues(&[1.0, 1.0], &[1.0, 1.0]), "two steps may be chance");
    }

    #[test]
    fn steps_without_an_answer_do_not_count() {
        let scores = [0.9, 0.1, 0.2, 0.8, 0.6, 0.4];
        assert_eq!(share_right(&scores, &[2.0, 1.0, 1.0], 2), (1, 2));
        assert_eq!(share_right(&scores, &[], 2), (0, 0));
    }
}
