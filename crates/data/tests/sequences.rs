//! The tasks over steps: their schemas, seeds, sides and settings.

use std::collections::BTreeSet;

use minibatch_data::{DataError, SampleSet, Setting, TaskConfig, TaskKind, samples};

const TASKS: [TaskKind; 11] = [
    TaskKind::Waves,
    TaskKind::Sine,
    TaskKind::Echo,
    TaskKind::CopyMemory,
    TaskKind::Parity,
    TaskKind::Adding,
    TaskKind::Brackets,
    TaskKind::Reversal,
    TaskKind::Sorting,
    TaskKind::ModularAddition,
    TaskKind::Language,
];

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
fn every_task_keeps_its_schema() {
    type Schema = (&'static [usize], Option<usize>, &'static [usize], Option<usize>);
    let schemas: [Schema; 11] = [
        (&[15, 10], None, &[], Some(7)),
        (&[50, 1], None, &[50, 1], None),
        (&[20], Some(8), &[20], Some(8)),
        (&[21], Some(10), &[21], Some(8)),
        (&[16], Some(2), &[16], Some(2)),
        (&[30, 2], None, &[1], None),
        (&[20], Some(3), &[], Some(2)),
        (&[16], Some(11), &[16], Some(10)),
        (&[16], Some(11), &[16], Some(10)),
        (&[4], Some(39), &[], Some(37)),
        (&[32], Some(30), &[32], Some(30)),
    ];
    for (task, (input, tokens, target, classes)) in TASKS.into_iter().zip(schemas) {
        let set = made(task);
        assert_eq!((set.input.as_slice(), set.tokens), (input, tokens), "{task:?}");
        assert_eq!((set.target.as_slice(), set.classes), (target, classes), "{task:?}");
        assert_eq!((set.train, set.test), (300, 60), "{task:?}");
        assert_eq!(set.inputs.len(), 360 * input.iter().product::<usize>(), "{task:?}");
        assert_eq!(set.targets.len(), 360 * target.iter().product::<usize>(), "{task:?}");
        assert_eq!(set.vocabulary.len(), tokens.unwrap_or(0), "{task:?}");
        assert_eq!(set.class_names.len(), classes.unwrap_or(0), "{task:?}");
        let whole_below = |values: &[f32], end: usize| {
            values.iter().all(|&value| value >= 0.0 && value < end as f32 && value.fract() == 0.0)
        };
        match tokens {
            Some(tokens) => assert!(whole_below(&set.inputs, tokens), "{task:?}: not a token"),
            None => assert!(set.inputs.iter().all(|value| value.is_finite()), "{task:?}"),
        }
        // One more than the classes: no answer counts there.
        if let Some(classes) = classes {
            assert!(whole_below(&set.targets, classes + 1), "{task:?}: not a class");
            let answers: BTreeSet<usize> = set.targets.iter().map(|&class| class as usize).collect();
            assert!((0..classes).all(|class| answers.contains(&class)), "{task:?}: {answers:?}");
        }
    }
}

#[test]
fn a_seed_decides_every_number_and_another_seed_others() {
    for task in TASKS {
        let config = config(task);
        let set = samples(&config, 5).unwrap();
        assert_eq!(set, samples(&config, 5).unwrap(), "{task:?}");
        assert_ne!(set.inputs, samples(&config, 6).unwrap().inputs, "{task:?}");
    }
}

#[test]
fn a_seed_gives_these_very_samples() {
    let print = |task| {
        let set = samples(&TaskConfig { noise: 10.0, ..config(task) }, 42).unwrap();
        // FNV-1a over the bits.
        set.inputs.iter().chain(&set.targets).fold(0xcbf2_9ce4_8422_2325u64, |hash, value| {
            (hash ^ u64::from(value.to_bits())).wrapping_mul(0x0100_0000_01b3)
        })
    };
    // Another number here means that every saved experiment now trains on other samples.
    assert_eq!(
        TASKS.map(print),
        [
            0x4ecbd2ec7a57c456,
            0x66cce295268212f5,
            0xf80d4379b2156825,
            0x3abc401d152b8065,
            0xb8047d5d1a712725,
            0x696a5c594ba0057d,
            0xb814bb57365087c5,
            0xba6707134e612725,
            0x74587c316f912725,
            0x0e7ba5ea393ac5c5,
            0x0afb7e57ba402b25,
        ]
    );
}

#[test]
fn no_test_sample_is_trained_on() {
    // The language has the same sentences in both parts: there the places in the text are apart.
    for task in TASKS.into_iter().filter(|task| *task != TaskKind::Language) {
        let set = made(task);
        let bits = |input: &[f32]| input.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let all: Vec<_> = rows(&set).iter().map(|(input, _)| bits(input)).collect();
        let (train, test) = all.split_at(set.train);
        let train: BTreeSet<_> = train.iter().collect();
        assert!(test.iter().all(|input| !train.contains(input)), "{task:?}");
        assert_eq!(train.len(), set.train, "{task:?} repeats itself though there is room");
    }
}

#[test]
fn in_a_small_space_the_sides_stay_apart() {
    let config = TaskConfig { length: Some(8), train: 4000, test: 1000, ..config(TaskKind::Parity) };
    let set = samples(&config, 1).unwrap();
    let all: Vec<Vec<u32>> =
        rows(&set).iter().map(|(input, _)| input.iter().map(|&bit| bit as u32).collect()).collect();
    let (train, test) = all.split_at(set.train);
    let [train, test]: [BTreeSet<_>; 2] = [train, test].map(|side| side.iter().collect());
    assert!(train.is_disjoint(&test));
    assert_eq!(train.len() + test.len(), 256, "some of the 256 sequences never come");
    assert!((30..80).contains(&test.len()), "{} for the test, a fifth are meant", test.len());
}

#[test]
fn more_training_samples_leave_the_others_as_they_are() {
    for task in TASKS.into_iter().filter(|task| *task != TaskKind::Language) {
        let few = made(task);
        let many = samples(&TaskConfig { train: 400, ..config(task) }, 5).unwrap();
        let size: usize = few.input.iter().product();
        assert_eq!(few.inputs[..300 * size], many.inputs[..300 * size], "{task:?}");
        if task != TaskKind::ModularAddition {
            assert_eq!(few.inputs[300 * size..], many.inputs[400 * size..], "{task:?}");
        }
    }
}

#[test]
fn noise_moves_the_same_waves() {
    for task in [TaskKind::Waves, TaskKind::Sine] {
        let [clean, low, high] =
            [0.0, 10.0, 20.0].map(|noise| samples(&TaskConfig { noise, ..config(task) }, 5).unwrap().inputs);
        let away = |noisy: &[f32]| -> Vec<f32> { noisy.iter().zip(&clean).map(|(a, b)| a - b).collect() };
        let (low, high) = (away(&low), away(&high));
        assert!(low.iter().zip(&high).all(|(low, high)| (2.0 * low - high).abs() < 1e-5), "{task:?}");
        let squares = low.iter().map(|value| value * value).sum::<f32>() / low.len() as f32;
        assert!((squares.sqrt() - 0.1).abs() < 0.01, "{task:?}: deviation {}", squares.sqrt());
    }
}

#[test]
fn every_setting_is_refused_just_outside_its_range_and_works_at_its_ends() {
    for task in TASKS {
        let about = task.about();
        let fields = [about.length, about.symbols, about.delay];
        for (place, setting) in fields.into_iter().enumerate() {
            let Some(Setting { default, low, high }) = setting else { continue };
            assert!((low..=high).contains(&default), "{task:?}");
            let with = |value: u32| {
                let mut config = TaskConfig { train: 10, test: 2, ..config(task) };
                match place {
                    0 => config.length = Some(value),
                    1 => config.symbols = Some(value),
                    _ => (config.delay, config.length) = (Some(value), about.length.map(|s| s.high)),
                }
                if place == 1 && task != TaskKind::ModularAddition {
                    config.length = about.length.map(|length| length.default.max(8));
                }
                if task == TaskKind::Echo && place == 0 {
                    config.symbols = Some(10);
                }
                samples(&config, 5)
            };
            for value in [low, high] {
                assert!(with(value).is_ok(), "{task:?} {place} {value}: {:?}", with(value));
            }
            for value in [low.wrapping_sub(1), high + 1] {
                let error = with(value).unwrap_err();
                assert!(matches!(error, DataError::OutOfRange { .. }), "{task:?} {place} {value}: {error}");
            }
        }
    }
}

#[test]
fn bad_settings_are_named() {
    let error = |config: TaskConfig| samples(&config, 5).unwrap_err().to_string();
    assert_eq!(
        error(TaskConfig { length: Some(4), delay: Some(4), symbols: Some(9), ..config(TaskKind::Echo) }),
        "delay is 4; choose a value from 1 to 3"
    );
    assert_eq!(
        error(TaskConfig { length: Some(3), symbols: Some(2), ..config(TaskKind::CopyMemory) }),
        "there are only 8 different sequences, at least 256 are needed to keep some for the test; raise the length \
         or the symbols"
    );
    assert_eq!(
        error(TaskConfig { noise: f32::NAN, ..config(TaskKind::Waves) }),
        "noise is NaN; choose a value from 0 to 50"
    );
}

#[test]
fn every_task_says_what_it_asks() {
    for task in TASKS {
        let about = task.about();
        assert_eq!(serde_json::to_value(task).unwrap(), about.id);
        assert!(about.sentence.ends_with('.') && (60..200).contains(&about.sentence.len()), "{task:?}");
        assert_eq!(about.citation.is_none(), matches!(task, TaskKind::Waves | TaskKind::Sine), "{task:?}");
    }
}
