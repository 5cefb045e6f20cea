//! Whether targets are such as a loss can mean, found before the first step: a wrong one gives a loss that only looks like
//! one.

use minibatch_nn::Loss;

use crate::{ExperimentError, figure};

/// The targets of the samples to train on or of those held back, as they were given.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What they are called where they come from: `train_targets`.
    pub name: &'a str,
    /// The extents they have there.
    pub shape: &'a [usize],
    /// All of them, row-major.
    pub values: &'a [f32],
}

impl Side<'_> {
    /// The error that tells of the number at this place.
    pub(crate) fn wrong(&self, at: usize, mend: impl Into<String>) -> ExperimentError {
        ExperimentError::Value {
            tensor: self.name.into(),
            place: place(self.shape, at),
            value: self.values[at],
            mend: mend.into(),
        }
    }
}

/// The indices of the element `at` of an array, as `[2, 0, 5]`.
pub(crate) fn place(shape: &[usize], at: usize) -> String {
    let mut rest = at;
    let mut indices = vec![];
    for (axis, &extent) in shape.iter().enumerate().rev() {
        // What is longer than its shape says is counted along the first axis.
        let index = if axis == 0 { rest } else { rest % extent.max(1) };
        rest /= extent.max(1);
        indices.push(index.to_string());
    }
    indices.reverse();
    if indices.is_empty() { String::new() } else { format!("[{}]", indices.join(", ")) }
}

/// Whether a squared error is taken over two classes, which then stand as -1 and 1: given as such, or as 0 and 1.
pub(crate) fn are_signs(loss: Loss, classes: Option<usize>) -> bool {
    matches!(loss, Loss::Mse | Loss::HalfMse) && classes.is_some()
}

/// Checks targets against a loss over `outputs` scores, and `classes` where answers are counted by them. Those to train on come
/// first.
///
/// # Errors
/// [`ExperimentError::Value`] with the first wrong place and, where the targets as a whole show what was meant, the mend.
pub fn check_targets(
    loss: Loss,
    outputs: usize,
    classes: Option<usize>,
    sides: &[Side],
) -> Result<(), ExperimentError> {
    let signs = are_signs(loss, classes);
    let low = sides.iter().flat_map(|s| s.values).copied().find(|v| *v == 0.0 || *v == -1.0).unwrap_or(0.0);
    let ignored = match loss {
        Loss::CrossEntropy { ignore_index, .. } => ignore_index.map(|index| index as f32),
        _ => None,
    };
    let counts = |value: f32| Some(value) != ignored;
    for side in sides {
        if let Some(at) = side.values.iter().position(|v| !v.is_finite()) {
            return Err(side.wrong(at, "give finite numbers"));
        }
        let means = |value: f32| match loss {
            Loss::CrossEntropy { .. } => !counts(value) || is_class(value, outputs),
            Loss::Mse | Loss::HalfMse if signs => value == low || value == 1.0,
            Loss::BinaryCrossEntropy => (0.0..=1.0).contains(&value),
            Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => true,
        };
        if let Some(at) = side.values.iter().position(|&v| !means(v)) {
            let all = Seen::of(sides.iter().flat_map(|s| s.values).copied().filter(|&v| counts(v)));
            let mend = match loss {
                Loss::BinaryCrossEntropy => all.for_binary(),
                _ if signs => all.for_signs(),
                _ => all.for_classes(outputs),
            };
            return Err(side.wrong(at, mend));
        }
        if let Some(at) = overflow(loss, side.values) {
            return Err(side.wrong(
                at,
                "the loss of such targets is more than 32 bits hold (3.4e38); divide all of them by one number, so that \
                 the largest is about 1",
            ));
        }
    }
    match (ignored, sides.first()) {
        (Some(index), Some(side)) if !side.values.is_empty() && !side.values.iter().any(|&v| counts(v)) => {
            let index = figure(index);
            Err(side.wrong(
                0,
                format!(
                    "so are all targets to train on, and loss_options.ignore_index {index} passes over them; leave \
                     something to learn"
                ),
            ))
        }
        _ => Ok(()),
    }
}

/// What stands behind both shapes where targets are not of the shape that the model needs: the usual reasons.
pub fn shape_hint(
    loss: Loss,
    outputs: usize,
    classes: Option<usize>,
    found: &[usize],
    wanted: &[usize],
) -> &'static str {
    let longer = found.len() == wanted.len() + 1 && found.starts_with(wanted);
    if let (Some(2), [rows @ .., 1], [same @ .., 2]) = (classes, wanted, found)
        && !loss.takes_classes()
        && rows == same
    {
        return "; these look one-hot: give 0 or 1 for each sample (targets.argmax(-1))";
    }
    match (loss, longer.then(|| found[wanted.len()])) {
        (Loss::CrossEntropy { .. }, Some(1)) => {
            "; classes have no axis of their own: take the last axis off (targets.squeeze(-1))"
        }
        (Loss::CrossEntropy { .. }, Some(last)) if last == outputs => {
            "; these look one-hot: give the class numbers (targets.argmax(-1))"
        }
        _ => "",
    }
}

fn is_class(value: f32, classes: usize) -> bool {
    value >= 0.0 && value.fract() == 0.0 && (value as usize) < classes
}

/// Where the largest target stands if the loss of an answer of 0 to all of them overflows.
fn overflow(loss: Loss, targets: &[f32]) -> Option<usize> {
    let one = |t: f32| {
        let t = f64::from(t.abs());
        match loss {
            Loss::CrossEntropy { .. } | Loss::BinaryCrossEntropy => 0.0,
            Loss::L1 => t,
            Loss::Huber { delta } if t > f64::from(delta) => f64::from(delta) * (t - f64::from(delta) / 2.0),
            Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::Huber { .. } => t * t,
        }
    };
    let sum: f64 = targets.iter().map(|&t| one(t)).sum();
    let largest = || targets.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    if sum > f64::from(f32::MAX) { largest().map(|(at, _)| at) } else { None }
}

/// What all targets together look like.
struct Seen {
    low: f32,
    high: f32,
    whole: bool,
    /// Different values, in order, as long as they are few.
    values: Vec<f32>,
}

/// More different values than these tell nothing.
const FEW: usize = 3;

impl Seen {
    fn of(all: impl Iterator<Item = f32>) -> Self {
        let mut seen = Self { low: f32::INFINITY, high: f32::NEG_INFINITY, whole: true, values: vec![] };
        for value in all.filter(|v| v.is_finite()) {
            (seen.low, seen.high) = (seen.low.min(value), seen.high.max(value));
            seen.whole &= value.fract() == 0.0;
            if seen.values.len() < FEW && !seen.values.contains(&value) {
                seen.values.push(value);
            }
        }
        seen.values.sort_by(f32::total_cmp);
        seen
    }

    fn for_classes(&self, classes: usize) -> String {
        let rule = format!("classes are whole numbers from 0 to {}", classes.saturating_sub(1));
        let units = |n: f32| format!("give the last layer {} units", figure(n));
        let hint = match self {
            Self { whole: false, .. } => "; to predict numbers, choose a loss of numbers (mse)".into(),
            Self { low, .. } if *low < 0.0 && self.values == [-1.0, 1.0] => "; write 0 for -1".into(),
            _ if self.values == [0.0, 255.0] => {
                "; 0 and 255 are how pictures keep the pixels of a mask: divide by 255".into()
            }
            Self { low, high, .. } if *low < 0.0 => {
                let free = (*high + 1.0).max(classes as f32);
                let free = figure(free);
                let why = if *low == -100.0 {
                    "-100 is PyTorch's mark of no answer: "
                } else {
                    "for places without an answer "
                };
                format!("; {why}write {free} there and set loss_options.ignore_index to {free}")
            }
            Self { low, high, .. } if *low >= 1.0 && *high as usize <= classes => {
                "; classes start at 0: subtract 1".into()
            }
            Self { low, high, .. } if *low >= 1.0 => {
                format!("; classes start at 0: subtract 1 and {}", units(*high))
            }
            Self { high, .. } => format!("; for {} classes {}", figure(high + 1.0), units(high + 1.0)),
        };
        rule + &hint
    }

    fn for_signs(&self) -> String {
        let rule = "the two classes of a squared error are 0 and 1, or -1 and 1";
        let hint = match self.values[..] {
            [1.0, 2.0] => "; classes start at 0: subtract 1".into(),
            [0.0, b] if b > 0.0 => format!("; of 0 and {b}: divide by {b}", b = figure(b)),
            [a, b] => format!("; write 0 for {} and 1 for {}", figure(a), figure(b)),
            _ if self.values == [-1.0, 0.0, 1.0] => "; write one of the two for each class".into(),
            _ => "; to predict numbers, choose data of numbers".into(),
        };
        rule.to_owned() + &hint
    }

    fn for_binary(&self) -> String {
        let rule = "binary cross-entropy takes targets from 0 to 1";
        let hint = match self.values[..] {
            [-1.0, 1.0] => "; of -1 and 1: add 1 and halve".into(),
            [1.0, 2.0] => "; of 1 and 2: subtract 1".into(),
            [0.0, b] => format!("; of 0 and {b}: divide by {b}", b = figure(b)),
            [a, b] => format!("; write 0 for {} and 1 for {}", figure(a), figure(b)),
            _ if self.low >= 0.0 && self.high <= 255.0 && self.high > 100.0 => "; divide by 255".into(),
            _ if self.low >= 0.0 && self.whole && self.high < 100.0 => {
                let classes = figure(self.high + 1.0);
                format!(
                    "; for {classes} classes choose cross-entropy and give the last layer {classes} units"
                )
            }
            _ => "; to predict numbers, choose a loss of numbers (mse)".into(),
        };
        rule.to_owned() + &hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: Loss = Loss::CrossEntropy { label_smoothing: 0.1, ignore_index: None };

    fn told(loss: Loss, classes: usize, train: &[f32], test: &[f32]) -> String {
        let (a, b) = ([train.len()], [test.len(), 1]);
        let sides = [
            Side { name: "train_targets", shape: &a, values: train },
            Side { name: "test_targets", shape: &b, values: test },
        ];
        check_targets(loss, classes, None, &sides).map_or_else(|error| error.to_string(), |()| "fits".into())
    }

    #[test]
    fn classes_are_whole_numbers_in_range_and_the_mend_is_the_usual_one() {
        let cases: [(&[f32], &[f32], &[&str]); 10] = [
            (&[0.0, 255.0], &[255.0], &["is 255;", "0 to 3", "mask", "divide by 255"]),
            (&[0.0, 3.0], &[1.0, 4.0], &["test_targets[1, 0] is 4;", "0 to 3", "5 units"]),
            (&[1.0, 2.0, 3.0, 4.0], &[], &["train_targets[3] is 4;", "start at 0: subtract 1"]),
            (&[1.0, 5.0], &[], &["subtract 1", "5 units"]),
            (&[0.0, -100.0], &[3.0], &["train_targets[1] is -100;", "PyTorch", "ignore_index to 4"]),
            (&[0.0, -1.0, 2.0], &[], &["is -1;", "ignore_index to 4"]),
            (&[-1.0, 1.0], &[1.0], &["is -1;", "write 0 for -1"]),
            (&[0.0, 0.5], &[], &["is 0.5;", "mse"]),
            (&[0.0, f32::NAN], &[], &["train_targets[1] is NaN;", "finite"]),
            (&[0.0, 2e9], &[], &["is 2e9"]),
        ];
        for (train, test, parts) in cases {
            let told = told(CLASSES, 4, train, test);
            assert!(parts.iter().all(|part| told.contains(part)), "{train:?} {test:?}: {told}");
        }
        assert_eq!(told(CLASSES, 4, &[0.0, 3.0, -0.0], &[2.0]), "fits");
    }

    #[test]
    fn what_is_passed_over_may_be_any_number_but_not_all_there_is() {
        for index in [4, 1, 255] {
            let loss = Loss::CrossEntropy { label_smoothing: 0.0, ignore_index: Some(index) };
            let index = index as f32;
            assert_eq!(told(loss, 4, &[0.0, index], &[index]), "fits");
            assert!(told(loss, 4, &[index, index], &[0.0]).contains("leave something to learn"));
            assert!(told(loss, 4, &[0.0, 7.0, index], &[]).contains("train_targets[1] is 7"));
        }
    }

    #[test]
    fn binary_targets_lie_between_0_and_1() {
        let cases: [(&[f32], &str); 8] = [
            (&[-1.0, 1.0, -1.0], "add 1 and halve"),
            (&[1.0, 2.0], "subtract 1"),
            (&[0.0, 255.0], "of 0 and 255: divide by 255"),
            (&[0.0, 17.0, 255.0, 3.0], "divide by 255"),
            (&[3.0, 8.0], "write 0 for 3 and 1 for 8"),
            (&[0.0, 1.0, 2.0], "for 3 classes choose cross-entropy"),
            (&[-4.5, 3.25, 1.0], "mse"),
            (&[0.0, 1.0001], "is 1.0001; binary"),
        ];
        for (targets, part) in cases {
            let told = told(Loss::BinaryCrossEntropy, 1, targets, &[]);
            assert!(told.contains(part) && told.contains("from 0 to 1"), "{targets:?}: {told}");
        }
        assert_eq!(told(Loss::BinaryCrossEntropy, 1, &[0.0, 0.3, 1.0, -0.0], &[0.5]), "fits");
        assert!(told(Loss::BinaryCrossEntropy, 1, &[0.0, 1.0], &[0.0, -1.0]).contains("test_targets[1, 0]"));
    }

    #[test]
    fn two_classes_of_a_squared_error_are_0_and_1_or_signs() {
        for loss in [Loss::Mse, Loss::HalfMse] {
            let told = |train: &[f32], test: &[f32]| {
                let (a, b) = ([train.len()], [test.len()]);
                let sides = [
                    Side { name: "train_targets", shape: &a, values: train },
                    Side { name: "test_targets", shape: &b, values: test },
                ];
                let found = check_targets(loss, 1, Some(2), &sides);
                found.map_or_else(|error| error.to_string(), |()| "fits".into())
            };
            for right in [&[0.0, 1.0, -0.0][..], &[-1.0, 1.0], &[1.0, 1.0], &[0.0], &[-1.0]] {
                assert_eq!(told(right, &[]), "fits");
                assert_eq!(told(&[1.0], right), "fits");
            }
            let wrong: [(&[f32], &[f32], &[&str]); 6] = [
                (&[1.0, 2.0], &[], &["train_targets[1] is 2;", "0 and 1, or -1 and 1", "subtract 1"]),
                (&[0.0, 1.0], &[1.0, 7.0], &["test_targets[1] is 7;"]),
                (&[0.0, 255.0], &[], &["is 255;", "divide by 255"]),
                (&[0.0, 1.0], &[-1.0], &["test_targets[0] is -1;"]),
                (&[0.5, 1.0], &[], &["is 0.5;", "write 0 for 0.5"]),
                (&[1.0, f32::NAN], &[], &["is NaN;", "finite"]),
            ];
            for (train, test, parts) in wrong {
                let told = told(train, test);
                assert!(parts.iter().all(|part| told.contains(part)), "{train:?} {test:?}: {told}");
            }
        }
    }

    #[test]
    fn numbers_whose_loss_overflows_are_too_large() {
        let squares = [Loss::Mse, Loss::HalfMse, Loss::SumSquares, Loss::Huber { delta: 1e6 }];
        for loss in squares {
            assert_eq!(told(loss, 1, &[1e15, -1e15], &[3.0]), "fits", "{loss:?}");
        }
        for loss in [Loss::Mse, Loss::HalfMse, Loss::SumSquares] {
            let told = told(loss, 1, &[1.0, -1e30, 1e29], &[]);
            assert!(
                told.contains("train_targets[1] is -1e30") && told.contains("divide"),
                "{loss:?}: {told}"
            );
        }
        for loss in [Loss::L1, Loss::Huber { delta: 1.0 }] {
            assert_eq!(told(loss, 1, &[1e30], &[]), "fits", "{loss:?}");
            assert!(told(loss, 1, &[3e38, 3e38], &[]).contains("is 3e38"), "{loss:?}");
        }
    }

    #[test]
    fn the_usual_wrong_shapes_get_their_hint() {
        let hint = |found: &[usize]| shape_hint(CLASSES, 4, Some(4), found, &[9]);
        assert!(hint(&[9, 1]).contains("squeeze") && hint(&[9, 4]).contains("argmax"));
        assert_eq!([hint(&[9, 3]), hint(&[8, 4]), hint(&[8])], ["", "", ""]);
        assert!(shape_hint(CLASSES, 4, Some(4), &[9, 5, 4], &[9, 5]).contains("argmax"));
        assert_eq!(shape_hint(Loss::Mse, 4, None, &[9, 4], &[9]), "");
        for loss in [Loss::BinaryCrossEntropy, Loss::Mse, Loss::HalfMse] {
            let hint = |found: &[usize]| shape_hint(loss, 1, Some(2), found, &[9, 1]);
            assert!(hint(&[9, 2]).contains("argmax"), "{loss:?}");
            assert_eq!([hint(&[9, 3]), hint(&[8, 2]), hint(&[9])], ["", "", ""]);
        }
        assert_eq!(shape_hint(Loss::Mse, 1, None, &[9, 2], &[9, 1]), "");
    }
}
