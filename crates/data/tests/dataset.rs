//! Settings and splits: what is allowed, what the messages say, and which point goes to which side.

use minibatch_data::{DataConfig, DataError, DatasetKind, Point, Split, Task, generate, validate};

#[test]
fn split_follows_the_share_and_keeps_the_order() {
    let split = |train_share| {
        let config = DataConfig { train_share, samples: 33, ..DataConfig::default() };
        generate(&config, 5).expect("valid settings")
    };
    for (share, train) in [(0.1, 3), (0.5, 17), (0.9, 30)] {
        assert_eq!((split(share).train.len(), split(share).test.len()), (train, 33 - train));
    }
    let joined = |share| [split(share).train, split(share).test].concat();
    assert_eq!(joined(0.1), joined(0.9));
    // Shuffled: the classes, made in turn, no longer come in turn.
    assert!(split(0.9).train.windows(2).any(|pair| pair[0].label == pair[1].label));
}

#[test]
fn own_points_are_all_used_as_they_are() {
    let points = vec![
        Point { x: 1.0, y: 2.0, label: 2.0 },
        Point { x: -1.0, y: 0.5, label: 0.0 },
        Point { x: 9.0, y: 0.0, label: 2.0 },
    ];
    let own = DataConfig {
        kind: DatasetKind::Own,
        noise: 50.0,
        train_share: 0.9,
        points: points.clone(),
        ..DataConfig::default()
    };
    let Split { train, test, task } = generate(&own, 1).expect("valid points");
    assert_eq!((train.len(), test.len(), task), (2, 1, Task::Classification { classes: 3 }));
    assert!(train.iter().chain(&test).all(|point| points.contains(point)));

    let targets = DataConfig { own_regression: true, ..own.clone() };
    assert_eq!(generate(&targets, 1).expect("valid points").task, Task::Regression);
    assert_eq!(DatasetKind::Own.task(&[Point { x: 0.0, y: 0.0, label: 0.5 }]), Task::Regression);
    assert_eq!(DatasetKind::Own.task(&[]), Task::Classification { classes: 2 });
}

#[test]
fn a_class_is_called_by_its_name_and_no_two_alike() {
    let names = |kind, names: &[&str]| {
        let class_names = names.iter().map(|name| name.to_string()).collect();
        let config = DataConfig { kind, class_names, ..DataConfig::default() };
        [0, 1, 2, 3].map(|class| config.class_name(class))
    };
    assert_eq!(names(DatasetKind::Own, &["cat", "dog"]), ["cat", "dog", "2", "3"]);
    assert_eq!(names(DatasetKind::Own, &["1", "2", "3"]), ["1", "2", "3", "#3"]);
    assert_eq!(names(DatasetKind::Own, &["", " ", "dog"]), ["0", "1", "dog", "3"]);
    assert_eq!(names(DatasetKind::Spiral, &["cat"]), ["0", "1", "2", "3"], "they are the own points'");
}

#[test]
fn wrong_settings_name_the_field_the_value_and_the_range() {
    let message = |config: DataConfig| {
        assert_eq!(validate(&config).err(), generate(&config, 0).err());
        validate(&config).expect_err("wrong settings").to_string()
    };
    let default = DataConfig::default;
    assert_eq!(
        message(DataConfig { noise: f32::NAN, ..default() }),
        "noise is NaN; choose a value from 0 to 50"
    );
    assert_eq!(
        message(DataConfig { noise: 51.5, ..default() }),
        "noise is 51.5; choose a value from 0 to 50"
    );
    assert_eq!(
        message(DataConfig { samples: 0, ..default() }),
        "samples is 0; choose a value from 10 to 5000"
    );
    assert_eq!(
        message(DataConfig { samples: u32::MAX, ..default() }),
        "samples is 4294967295; choose a value from 10 to 5000"
    );
    assert_eq!(
        message(DataConfig { train_share: 2.0, ..default() }),
        "train_share is 2; choose a value from 0.1 to 0.9"
    );
    assert_eq!(
        message(DataConfig { train_share: f32::NEG_INFINITY, ..default() }),
        "train_share is -inf; choose a value from 0.1 to 0.9"
    );
}

#[test]
fn wrong_own_points_are_named() {
    let check = |labels: &[f32], own_regression| {
        let points = labels.iter().map(|&label| Point { x: 0.0, y: 0.0, label }).collect();
        validate(&DataConfig { kind: DatasetKind::Own, points, own_regression, ..DataConfig::default() })
    };
    assert_eq!(check(&[], false), Err(DataError::TooFewPoints { found: 0 }));
    assert_eq!(check(&[1.0], true), Err(DataError::TooFewPoints { found: 1 }));
    assert_eq!(check(&[0.0, 16.0], false), Err(DataError::PointNotAClass { index: 2, value: 16.0 }));
    assert_eq!(check(&[0.5, 1.0], false), Err(DataError::PointNotAClass { index: 1, value: 0.5 }));
    assert_eq!(check(&[0.5, -70.0], true), Ok(()));
    let infinite = DataError::PointNotFinite { index: 1, field: "label", value: f32::INFINITY };
    assert_eq!(check(&[f32::INFINITY, 1.0], true), Err(infinite));
    assert_eq!(check(&[0.0; 20_001], false), Err(DataError::TooManyPoints { found: 20_001 }));
    // Points that are not in use cannot be wrong.
    let unused = vec![Point { x: f32::NAN, y: 0.0, label: 0.0 }];
    assert_eq!(validate(&DataConfig { points: unused, ..DataConfig::default() }), Ok(()));
}

#[test]
fn names_are_one_everywhere() {
    for kind in DatasetKind::ALL {
        assert_eq!(serde_json::to_string(&kind).expect("a name"), format!("\"{}\"", kind.id()));
        assert_eq!(DatasetKind::from_id(kind.id()), Some(kind));
        assert!(!kind.title().is_empty() && kind.description().ends_with('.'));
    }
    assert_eq!(DatasetKind::from_id("cats"), None);
}

#[test]
fn settings_survive_json_and_missing_ones_are_defaults() {
    let config = DataConfig {
        kind: DatasetKind::Own,
        train_share: 0.7,
        points: vec![Point { x: 0.1, y: -2.0, label: 1.0 }],
        ..DataConfig::default()
    };
    let text = serde_json::to_string(&config).expect("finite settings");
    assert_eq!(serde_json::from_str::<DataConfig>(&text).expect("our own text"), config);
    let sparse: DataConfig =
        serde_json::from_str(r#"{"kind":"multi-gauss","noise":15}"#).expect("known fields");
    assert_eq!((sparse.kind, sparse.noise, sparse.samples), (DatasetKind::MultiGauss, 15.0, 500));
    assert!(!serde_json::to_string(&DataConfig::default()).expect("defaults").contains("points"));
}
