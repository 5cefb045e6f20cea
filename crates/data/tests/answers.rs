//! The tasks over steps: every answer is the right one.

use std::collections::BTreeSet;

use minibatch_data::{DataError, SampleSet, TaskConfig, TaskKind, samples};

fn config(task: TaskKind) -> TaskConfig {
    TaskConfig { task, train: 300, test: 60, ..TaskConfig::default() }
}

fn made(task: TaskKind) -> SampleSet {
    samples(&config(task), 5).expect("defaults are valid")
}

/// (input, target) of each sample.
fn rows(set: &SampleSet) -> Vec<(&[f32], &[f32])> {
    let sizes = [&set.input, &set.target].map(|shape| shape.iter().product());
    set.inputs.chunks(sizes[0]).zip(set.targets.chunks(sizes[1])).collect()
}

#[test]
fn waves_come_in_turn_and_their_means_say_little() {
    let set = samples(&TaskConfig { train: 2800, ..config(TaskKind::Waves) }, 5).unwrap();
    let mut sums = [0.0f64; 7];
    for (input, class) in set.inputs.chunks(150).zip(&set.targets).take(2800) {
        sums[*class as usize] += input.iter().map(|&value| f64::from(value)).sum::<f64>() / 150.0;
    }
    assert_eq!(set.targets[..8], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0]);
    assert!(sums.iter().all(|sum| (sum / 400.0).abs() < 0.02), "{sums:?}");
}

#[test]
fn sine_asks_for_the_value_that_comes_next() {
    for noise in [0.0, 20.0] {
        let set = samples(&TaskConfig { noise, ..config(TaskKind::Sine) }, 5).unwrap();
        assert!(rows(&set).iter().all(|(input, target)| input[1..] == target[..49]));
    }
    let clean = made(TaskKind::Sine);
    assert!(clean.inputs.iter().all(|value| value.abs() <= 1.0));
    // Two sines x obey x[t+2] + x[t-2] = a (x[t+1] + x[t-1]) - b x[t]: three places fix a and b, a fourth agrees.
    for (input, _) in rows(&clean).iter().take(50) {
        let x = |place: usize| f64::from(input[place]);
        let terms = |t: usize| [x(t + 1) + x(t - 1), x(t), x(t + 2) + x(t - 2)];
        let ([p, q, r], [s, t, u], [v, w, z]) = (terms(5), terms(15), terms(40));
        let determinant = p * (t * z - u * w) - q * (s * z - u * v) + r * (s * w - t * v);
        assert!(determinant.abs() < 1e-5, "{determinant}");
    }
}

#[test]
fn adding_sums_the_two_marked() {
    for length in [4, 5, 30] {
        let set = samples(&TaskConfig { length: Some(length), ..config(TaskKind::Adding) }, 5).unwrap();
        for (input, target) in rows(&set) {
            assert!(input.chunks(2).all(|step| (0.0..1.0).contains(&step[0])));
            let marks: Vec<usize> = (0..length as usize).filter(|step| input[2 * step + 1] == 1.0).collect();
            assert!(marks.len() == 2 && marks[0] < length as usize / 2 && marks[1] >= length as usize / 2);
            assert_eq!(target[0], input[2 * marks[0]] + input[2 * marks[1]]);
        }
    }
}

#[test]
fn echo_and_copy_ask_for_what_was_seen() {
    let config = TaskConfig { delay: Some(7), ..config(TaskKind::Echo) };
    for (input, target) in rows(&samples(&config, 5).unwrap()) {
        assert_eq!(target[..7], [8.0; 7]);
        assert_eq!(target[7..], input[..13]);
    }
    for (input, target) in rows(&made(TaskKind::CopyMemory)) {
        assert!(input[..5].iter().all(|&symbol| symbol < 8.0));
        assert_eq!(input[5..15], [8.0; 10]);
        assert_eq!(input[15..], [9.0, 8.0, 8.0, 8.0, 8.0, 8.0]);
        assert_eq!(target[..16], [8.0; 16]);
        assert_eq!(target[16..], input[..5]);
    }
    let longest = TaskConfig { length: Some(32), delay: Some(190), ..self::config(TaskKind::CopyMemory) };
    assert_eq!(samples(&longest, 5).unwrap().input, [255]);
}

#[test]
fn parity_counts_the_ones_so_far() {
    for (input, target) in rows(&made(TaskKind::Parity)) {
        for step in 0..16 {
            assert_eq!(target[step], input[..=step].iter().sum::<f32>() % 2.0);
        }
    }
}

#[test]
fn reversal_and_sorting_write_after_the_mark() {
    for task in [TaskKind::Reversal, TaskKind::Sorting] {
        for (input, target) in rows(&made(task)) {
            let mut right = input[..8].to_vec();
            match task {
                TaskKind::Reversal => right.reverse(),
                _ => right.sort_by(f32::total_cmp),
            }
            assert_eq!(input[8], 10.0);
            assert_eq!(input[9..], right[..7]);
            assert_eq!((&target[..8], &target[8..]), ([10.0; 8].as_slice(), right.as_slice()));
        }
    }
}

/// Takes closed pairs out of the text until there are none, which is not how the samples are labelled.
fn closes(text: &str) -> bool {
    let mut text = text.to_owned();
    loop {
        let shorter = ["()", "[]", "{}", "<>"].iter().fold(text.clone(), |text, pair| text.replace(pair, ""));
        if shorter == text {
            return text.is_empty();
        }
        text = shorter;
    }
}

#[test]
fn bracket_labels_are_right_and_the_broken_are_near_misses() {
    for (kinds, length) in [(1, 16), (2, 20), (4, 41)] {
        let config = TaskConfig { symbols: Some(kinds), length: Some(length), ..config(TaskKind::Brackets) };
        let set = samples(&config, 5).unwrap();
        let padding = set.vocabulary.len() as f32 - 1.0;
        assert_eq!(set.vocabulary.last().unwrap(), "·");
        let (mut same_counts, mut lengths) = (0, BTreeSet::new());
        for (input, label) in set.inputs.chunks(length as usize).zip(&set.targets) {
            let end = input.iter().position(|&token| token == padding).unwrap_or(input.len());
            assert!(input[end..].iter().all(|&token| token == padding), "a bracket after the padding");
            let text: String = input[..end].iter().map(|&t| set.vocabulary[t as usize].as_str()).collect();
            assert_eq!(*label == 1.0, closes(&text), "{text}");
            assert!(end.is_multiple_of(2) && 2 * end >= length as usize - 1, "{text}");
            lengths.insert(end);
            let count = |marks: &str| text.chars().filter(|&c| marks.contains(c)).count();
            let evens = ["()", "[]", "{}", "<>"].iter().all(|pair| count(&pair[..1]) == count(&pair[1..]));
            same_counts += usize::from(*label == 0.0 && evens);
            // At most one bracket too many of either sort: near misses.
            assert!(count("([{<").abs_diff(count(")]}>")) <= 2, "{text}");
        }
        assert_eq!(set.targets.iter().sum::<f32>(), 180.0, "half of 360 close");
        assert!((90..=160).contains(&same_counts), "{same_counts} of 180 broken ones have even counts");
        assert!(lengths.len() > 3 && lengths.contains(&(length as usize / 2 * 2)), "{lengths:?}");
    }
}

#[test]
fn modular_addition_deals_out_the_table() {
    let config = TaskConfig { symbols: Some(23), train: 400, test: 129, ..config(TaskKind::ModularAddition) };
    let set = samples(&config, 5).unwrap();
    let mut pairs = BTreeSet::new();
    for (input, answer) in set.inputs.chunks(4).zip(&set.targets) {
        assert_eq!([input[1], input[3]], [23.0, 24.0]);
        assert_eq!((input[0] + input[2]) % 23.0, *answer);
        pairs.insert([input[0] as u32, input[2] as u32]);
    }
    assert_eq!(pairs.len(), 23 * 23);
    let error = samples(&TaskConfig { test: 130, ..config }, 5).unwrap_err();
    assert_eq!(error, DataError::TooFewPairs { modulus: 23, possible: 529, asked: 530 });
}
