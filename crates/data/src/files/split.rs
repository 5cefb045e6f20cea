//! Which samples are held back.

use super::{FileError, Holding, MAX_IMAGE_CLASSES};
use crate::Rng;

/// The classes that labels name: their names in order (of size where all are whole numbers, else of the alphabet), and
/// the class of every label.
///
/// # Errors
/// One class only, or too many.
pub(super) fn classes(labels: &[String]) -> Result<(Vec<String>, Vec<usize>), FileError> {
    let mut names: Vec<&String> = labels.iter().collect();
    names.sort_unstable();
    names.dedup();
    let numbers: Option<Vec<i64>> = names.iter().map(|name| name.parse().ok()).collect();
    if numbers.is_some() {
        names.sort_by_key(|name| name.parse::<i64>().unwrap_or_default());
    }
    match &names[..] {
        [] => return Err(FileError::TooFew { found: 0 }),
        [only] => return Err(FileError::OneClass { class: (*only).clone() }),
        _ if names.len() > MAX_IMAGE_CLASSES => return Err(FileError::Classes { found: names.len() }),
        _ => {}
    }
    let numbers: std::collections::HashMap<&String, usize> =
        names.iter().enumerate().map(|(class, name)| (*name, class)).collect();
    let of_each = labels.iter().map(|label| numbers[label]).collect();
    Ok((names.into_iter().cloned().collect(), of_each))
}

/// All sample numbers in a random order, those to hold back last, and how many are to train on. Every class gives its
/// share to the test, as far as it goes.
pub(super) fn order(classes: &[usize], holding: Holding) -> (Vec<usize>, usize) {
    let mut rng = Rng::with_stream(u64::from(holding.seed), 900);
    let mut order: Vec<usize> = (0..classes.len()).collect();
    rng.shuffle(&mut order);
    // A stable sort: within a class the order stays random.
    order.sort_by_key(|&sample| classes[sample]);
    let (mut train, mut test) = (Vec::new(), Vec::new());
    let share = f64::from(holding.test_share);
    for (place, sample) in (1..).zip(order) {
        // As many held back after every place as the share asks for: so every class gives its part, to within one.
        let due = libm::round(share * f64::from(place)) as usize;
        if test.len() < due { test.push(sample) } else { train.push(sample) }
    }
    // Both sides get at least one.
    if test.is_empty() {
        test.extend(train.pop());
    } else if train.is_empty() {
        train.extend(test.pop());
    }
    rng.shuffle(&mut train);
    rng.shuffle(&mut test);
    let count = train.len();
    train.append(&mut test);
    (train, count)
}
