//! The image tasks: settings, shapes, balance, and the promise that a seed gives the same samples everywhere.

#![allow(clippy::disallowed_methods, reason = "what the generators are compared with")]

use minibatch_data::{SampleSet, TaskConfig, TaskKind, samples, validate_task};

const IMAGES: [TaskKind; 4] = [TaskKind::Shapes, TaskKind::Digits, TaskKind::Textures, TaskKind::Fabrics];

fn draw(task: TaskKind, train: u32, test: u32, noise: f32, seed: u32) -> SampleSet {
    samples(&TaskConfig { task, train, test, noise, ..TaskConfig::default() }, seed).expect("valid")
}

/// FNV-1a over the bits of all numbers.
fn fingerprint(numbers: &[f32]) -> u64 {
    let bytes = numbers.iter().flat_map(|number| number.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn images_have_their_shapes_and_stay_in_range() {
    for (task, shape, classes) in
        [(IMAGES[0], [3, 32, 32], 4), (IMAGES[1], [1, 28, 28], 10), (IMAGES[2], [1, 32, 32], 8)]
    {
        for noise in [0.0, 50.0] {
            let set = draw(task, 43, 7, noise, 1);
            assert_eq!(set.input, shape, "{task:?}");
            assert_eq!((set.train, set.test, set.classes), (43, 7, Some(classes)), "{task:?}");
            assert_eq!(set.inputs.len(), 50 * shape.iter().product::<usize>());
            assert_eq!((set.targets.len(), set.class_names.len()), (50, classes));
            assert!(set.target.is_empty() && set.tokens.is_none() && set.vocabulary.is_empty());
            assert!(set.inputs.iter().all(|pixel| (0.0..=1.0).contains(pixel)), "{task:?} at {noise}%");
        }
    }
}

#[test]
fn classes_are_balanced_on_both_sides() {
    for task in IMAGES {
        let set = draw(task, 120, 40, 0.0, 5);
        let (train, test) = set.targets.split_at(120);
        for (side, size) in [(train, 120), (test, 40)] {
            for class in 0..set.class_names.len() {
                let count = side.iter().filter(|&&target| target == class as f32).count();
                assert_eq!(count, size / set.class_names.len(), "{task:?} class {class}");
            }
        }
    }
}

#[test]
fn a_seed_gives_these_very_samples() {
    let prints = IMAGES.map(|task| fingerprint(&draw(task, 20, 10, 10.0, 42).inputs));
    // Another number here means that every saved experiment now trains on other samples.
    assert_eq!(
        prints,
        [12858286684569891470, 4516113409336708939, 4063673223009192334, 16438663039321060029]
    );
}

#[test]
fn seeds_and_sides_differ_and_more_samples_continue_the_same() {
    for task in IMAGES {
        let small = draw(task, 20, 20, 0.0, 1);
        let size: usize = small.input.iter().product();
        let (train, test) = small.inputs.split_at(20 * size);
        assert_ne!(train, test, "{task:?}: the test repeats the training samples");
        assert_ne!(train, &draw(task, 20, 20, 0.0, 2).inputs[..20 * size], "{task:?}: the seed is not used");
        let large = draw(task, 40, 20, 0.0, 1);
        assert_eq!(train, &large.inputs[..20 * size], "{task:?}: a longer training set deals others");
        assert_eq!(test, &large.inputs[40 * size..], "{task:?}: a longer training set changes the test");
    }
}

#[test]
fn noise_lies_on_the_same_pictures() {
    for task in IMAGES {
        let (clean, noisy) = (draw(task, 40, 1, 0.0, 3), draw(task, 40, 1, 20.0, 3));
        let moved = clean.inputs.iter().zip(&noisy.inputs).map(|(a, b)| (a - b).abs());
        let largest = moved.fold(0.0, f32::max);
        assert!((0.19..=0.2001).contains(&largest), "{task:?}: noise of 20% moved a pixel by {largest}");
    }
}

#[test]
fn every_digit_is_whole_and_legible() {
    let set = draw(TaskKind::Digits, 2000, 1, 0.0, 11);
    for (index, image) in set.inputs.chunks_exact(784).enumerate() {
        let edge = (0..28).flat_map(|i| [image[i], image[756 + i], image[28 * i], image[28 * i + 27]]);
        assert!(edge.fold(0.0, f32::max) < 0.5, "digit {index} runs off the paper");
        let ink = image.iter().filter(|&&pixel| pixel > 0.5).count();
        assert!((14..=320).contains(&ink), "digit {index} has {ink} dark pixels");
    }
}

#[test]
fn shapes_stand_out_from_their_background() {
    let set = draw(TaskKind::Shapes, 400, 1, 0.0, 4);
    for (index, image) in set.inputs.chunks_exact(3 * 1024).enumerate() {
        let luma = |p: usize| 0.299 * image[p] + 0.587 * image[1024 + p] + 0.114 * image[2048 + p];
        let (low, high) = (0..1024).map(luma).fold((1.0f32, 0.0f32), |(l, h), v| (l.min(v), h.max(v)));
        assert!(high - low > 0.2, "picture {index} spans {} in brightness", high - low);
    }
}

/// A picture's nearest neighbours in the training set mostly have its class: what a network can learn, pixels tell.
#[test]
fn digits_are_told_apart_by_their_pixels() {
    let set = draw(TaskKind::Digits, 2000, 200, 5.0, 9);
    let (train, test) = set.inputs.split_at(2000 * 784);
    let right = test.chunks_exact(784).enumerate().filter(|(index, image)| {
        let distance = |other: &[f32]| image.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
        let nearest = train
            .chunks_exact(784)
            .map(distance)
            .enumerate()
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(place, _)| set.targets[place]);
        nearest == Some(set.targets[2000 + index])
    });
    let right = right.count();
    assert!(right >= 170, "nearest neighbours name {right} of 200 digits");
}

#[test]
fn textures_run_the_way_their_class_says() {
    let set = draw(TaskKind::Textures, 80, 1, 0.0, 6);
    for (image, target) in set.inputs.chunks_exact(1024).zip(&set.targets) {
        // The direction of least change, by the structure tensor (Bigun and Granlund 1987).
        let (mut xx, mut yy, mut xy) = (0.0f64, 0.0f64, 0.0f64);
        for row in 1..31 {
            for column in 1..31 {
                let at = |r: usize, c: usize| f64::from(image[r * 32 + c]);
                let dx = at(row, column + 1) - at(row, column - 1);
                let dy = at(row - 1, column) - at(row + 1, column);
                (xx, yy, xy) = (xx + dx * dx, yy + dy * dy, xy + dx * dy);
            }
        }
        let steepest = 0.5 * f64::atan2(2.0 * xy, xx - yy).to_degrees();
        let along = (steepest + 90.0).rem_euclid(180.0);
        let off = (along - f64::from(*target) * 22.5).rem_euclid(180.0);
        assert!(off.min(180.0 - off) < 11.0, "class {target} runs at {along:.1} degrees");
    }
}

#[test]
fn settings_out_of_range_are_named() {
    let config = |train, test, noise| TaskConfig { train, test, noise, ..TaskConfig::default() };
    for (wrong, message) in [
        (config(9, 200, 0.0), "train is 9; choose a value from 10 to 20000"),
        (config(20_001, 200, 0.0), "train is 20001; choose a value from 10 to 20000"),
        (config(10, 0, 0.0), "test is 0; choose a value from 1 to 5000"),
        (config(10, u32::MAX, 0.0), "test is 4294967295; choose a value from 1 to 5000"),
        (config(10, 1, 50.5), "noise is 50.5; choose a value from 0 to 50"),
        (config(10, 1, f32::NAN), "noise is NaN; choose a value from 0 to 50"),
    ] {
        assert_eq!(samples(&wrong, 0).expect_err("out of range").to_string(), message);
    }
    // A setting that the task does not have is not read.
    let spare = TaskConfig { length: Some(0), symbols: Some(0), delay: Some(0), ..TaskConfig::default() };
    assert_eq!(validate_task(&spare), Ok(()));
}

#[test]
fn ids_are_the_names_in_files() {
    for task in TaskKind::ALL {
        let written = serde_json::to_string(&task).expect("a name");
        assert_eq!(written, format!("\"{}\"", task.id()));
        assert!(task.sentence().ends_with(['.', '?']) && !task.title().is_empty());
    }
}
