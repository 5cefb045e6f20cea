//! The shapes of the built-in data sets: where their points lie, and how noise and seed act on them.

#![allow(clippy::disallowed_methods, reason = "what the generators are compared with")]

use minibatch_data::{DataConfig, DatasetKind, Point, Split, Task, generate, thumbnail};

fn config(kind: DatasetKind, noise: f32) -> DataConfig {
    DataConfig { kind, noise, samples: 1000, ..DataConfig::default() }
}

fn made(kind: DatasetKind, noise: f32) -> Vec<Point> {
    let Split { mut train, test, .. } = generate(&config(kind, noise), 42).expect("valid settings");
    train.extend(test);
    train
}

fn built_in() -> impl Iterator<Item = DatasetKind> {
    DatasetKind::ALL.into_iter().filter(|kind| *kind != DatasetKind::Own)
}

fn radius(point: &Point) -> f32 {
    point.x.hypot(point.y)
}

#[test]
fn clean_points_lie_in_the_plane_and_classes_are_balanced() {
    for kind in built_in() {
        let points = made(kind, 0.0);
        assert_eq!(points.len(), 1000, "{kind:?}");
        assert!(points.iter().all(|p| p.x.abs() <= 6.0 && p.y.abs() <= 6.0), "{kind:?} leaves the plane");
        match kind.task(&[]) {
            Task::Regression => {
                assert!(points.iter().all(|p| (-1.0..=1.0).contains(&p.label)), "{kind:?}");
                let mean = points.iter().map(|p| p.label).sum::<f32>() / 1000.0;
                assert!(mean.abs() < 0.1, "{kind:?} leans to one side: {mean}");
            }
            Task::Classification { classes } => {
                let mut counts = vec![0; classes as usize];
                points.iter().for_each(|p| counts[p.label as usize] += 1);
                let (least, most) = (counts.iter().min(), counts.iter().max());
                assert!(most.unwrap() - least.unwrap() <= 1, "{kind:?}: {counts:?}");
            }
        }
    }
}

#[test]
fn circle_and_xor_keep_their_ranges() {
    for point in made(DatasetKind::Circle, 0.0) {
        match point.label {
            1.0 => assert!(radius(&point) <= 2.5001),
            _ => assert!((3.4999..=5.0001).contains(&radius(&point))),
        }
    }
    for point in made(DatasetKind::Xor, 0.0) {
        assert!([point.x, point.y].iter().all(|v| (0.3..=5.3).contains(&v.abs())), "{point:?}");
        assert_eq!(point.label == 1.0, point.x * point.y >= 0.0, "{point:?}");
    }
}

#[test]
fn gauss_has_its_centres_and_variance() {
    for (noise, variance) in [(0.0, 0.5), (25.0, 2.25), (50.0, 4.0)] {
        for (label, centre) in [(1.0, 2.0), (0.0, -2.0)] {
            let xs: Vec<f32> =
                made(DatasetKind::Gauss, noise).iter().filter(|p| p.label == label).map(|p| p.x).collect();
            let mean = xs.iter().sum::<f32>() / xs.len() as f32;
            let found = xs.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / xs.len() as f32;
            assert!((mean - centre).abs() < 0.3, "noise {noise}: mean {mean}");
            assert!((found / variance - 1.0).abs() < 0.2, "noise {noise}: variance {found}, not {variance}");
        }
    }
}

#[test]
fn spirals_wind_from_the_centre_to_radius_five() {
    for (kind, arms, turns) in [
        (DatasetKind::Spiral, 2.0, 1.75),
        (DatasetKind::Spiral3, 3.0, 1.25),
        (DatasetKind::Spiral4, 4.0, 1.0),
    ] {
        for point in made(kind, 0.0) {
            let arm = if kind == DatasetKind::Spiral { 1.0 - point.label } else { point.label };
            let angle = std::f32::consts::TAU * (turns * radius(&point) / 5.0 + arm / arms);
            let expected = (radius(&point) * angle.sin(), radius(&point) * angle.cos());
            let off = (point.x - expected.0).hypot(point.y - expected.1);
            assert!(off < 1e-3 && radius(&point) < 5.0, "{kind:?}: {point:?} is {off} off its arm");
        }
    }
}

#[test]
fn regressions_are_what_they_say() {
    for point in made(DatasetKind::Plane, 0.0) {
        assert!((point.label - (point.x + point.y) / 12.0).abs() < 1e-6, "{point:?}");
    }
    let bumps = made(DatasetKind::MultiGauss, 0.0);
    for point in &bumps {
        // Nearer than one unit to a bump's top the target is at least half; far from all of them it is zero.
        let (dx, dy) = (point.x - 4.0 * (point.x / 4.0).round(), point.y.abs() - 2.5);
        match dx.hypot(dy) {
            near if near < 1.0 => assert!(point.label.abs() >= 0.5, "{point:?}"),
            far if far > 2.0 => assert_eq!(point.label, 0.0, "{point:?}"),
            _ => {}
        }
        if point.label != 0.0 {
            let middle = point.x.abs() < 2.0;
            assert_eq!(point.label > 0.0, (point.y > 0.0) != middle, "wrong sign: {point:?}");
        }
    }
}

#[test]
fn noise_moves_the_same_points_and_more_of_it_further() {
    for kind in built_in() {
        let clean = made(kind, 0.0);
        let change = |noise: f32| -> f32 {
            let noisy = made(kind, noise);
            let pairs = clean.iter().zip(&noisy);
            pairs.map(|(a, b)| (a.x - b.x).hypot(a.y - b.y) + (a.label - b.label).abs()).sum::<f32>() / 1000.0
        };
        let (little, some, much) = (change(10.0), change(30.0), change(50.0));
        assert!(0.0 < little && little < some && some < much, "{kind:?}: {little} {some} {much}");
        // Fresh points would be several units away on average.
        assert!(little < 0.7, "{kind:?}: 10% of noise changes {little} a point");
    }
}

#[test]
fn noisy_labels_stay_labels() {
    for kind in built_in() {
        for point in made(kind, 50.0) {
            assert!(point.x.is_finite() && point.y.is_finite());
            match kind.task(&[]) {
                Task::Regression => assert!((-1.0..=1.0).contains(&point.label)),
                Task::Classification { classes } => {
                    assert!((0..classes).any(|class| class as f32 == point.label), "{kind:?}: {point:?}");
                }
            }
        }
    }
}

#[test]
fn seed_and_kind_decide_the_points() {
    for kind in built_in() {
        let of_seed = |seed| generate(&config(kind, 10.0), seed).expect("valid settings");
        assert_eq!(of_seed(1), of_seed(1), "{kind:?}");
        assert_ne!(of_seed(1).train, of_seed(2).train, "{kind:?}");
    }
    // Streams are a kind's own: otherwise plane and multi-gauss would share all their places.
    let (plane, bumps) = (made(DatasetKind::Plane, 0.0), made(DatasetKind::MultiGauss, 0.0));
    assert!(plane.iter().all(|p| bumps.iter().all(|q| p.x != q.x)));
}

#[test]
fn values_never_drift() {
    // A digest of all 1000 points at 20% noise and seed 42. If this fails, links and lessons that people have
    // shared show other data than they did; the same must hold in wasm.
    let expected = [
        ("circle", 13570507855262773579_u64),
        ("xor", 7219998644116851523),
        ("gauss", 6052660506194785263),
        ("spiral", 16765921130778221298),
        ("moons", 11003236122762531370),
        ("checkerboard", 4600258046114670592),
        ("blobs3", 5538383742946354565),
        ("blobs4", 5311858560007774541),
        ("spiral3", 16196762401033107085),
        ("spiral4", 15006412978687937738),
        ("plane", 4052623553862427439),
        ("multi-gauss", 11260020937865503459),
    ];
    let found = built_in().map(|kind| {
        let points = made(kind, 20.0);
        let bytes = points.iter().flat_map(|p| [p.x, p.y, p.label]).flat_map(f32::to_le_bytes);
        // FNV-1a, 64 bits.
        let digest = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        (kind.id(), digest)
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn thumbnails_differ_and_stay_in_the_plane() {
    for (index, kind) in DatasetKind::ALL.into_iter().enumerate() {
        let points = thumbnail(kind);
        assert!((50..=300).contains(&points.len()), "{kind:?}: {}", points.len());
        assert!(points.iter().all(|p| p.x.abs() <= 6.0 && p.y.abs() <= 6.0), "{kind:?}");
        assert!(DatasetKind::ALL[..index].iter().all(|other| thumbnail(*other) != points), "{kind:?}");
        assert_eq!(points, thumbnail(kind));
    }
}
