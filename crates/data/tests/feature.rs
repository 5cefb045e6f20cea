//! Input features and the drawing grid: values, layout, names.

use minibatch_data::{DOMAIN, Feature, Point, features_of, grid};

#[test]
fn every_feature_has_its_value() {
    let (x, y) = (1.5_f32, -2.0_f32);
    let expected = [x, y, 2.25, 4.0, -3.0, libm::sinf(x), libm::sinf(y), libm::cosf(x), libm::cosf(y)];
    for (feature, wanted) in Feature::ALL.into_iter().zip(expected) {
        assert!((feature.value(x, y) - wanted).abs() < 1e-6, "{feature:?}");
    }
    // To the last bit, or native and wasm runs of one seed would drift apart.
    let sines: Vec<u32> = Feature::ALL[5..].iter().map(|f| f.value(x, y).to_bits()).collect();
    assert_eq!(sines, [0x3f7f_5bd5, 0xbf68_c7b7, 0x3d90_deaa, 0xbed5_1133]);
}

#[test]
fn rows_are_points_and_columns_features() {
    let points = [(1.0, 2.0), (3.0, 4.0)].map(|(x, y)| Point { x, y, label: 0.0 });
    let rows = features_of(&points, &[Feature::Y, Feature::XTimesY, Feature::X]);
    assert_eq!(rows, [2.0, 2.0, 1.0, 4.0, 12.0, 3.0]);
    assert!(features_of(&points, &[]).is_empty() && features_of(&[], &Feature::ALL).is_empty());
}

#[test]
fn the_grid_starts_at_the_top_left() {
    let cells = grid(3, &[Feature::X, Feature::Y]);
    let row = |y: f32| [-4.0, y, 0.0, y, 4.0, y];
    assert_eq!(cells, [row(4.0), row(0.0), row(-4.0)].concat());
    assert!(grid(0, &Feature::ALL).is_empty());
    assert_eq!(grid(7, &Feature::ALL).len(), 7 * 7 * 9);
    // Symmetric bit for bit, so that a symmetric network gives a symmetric picture; and inside the domain.
    let xs = grid(100, &[Feature::X]);
    assert!(xs[..100].iter().zip(xs[..100].iter().rev()).all(|(a, b)| *a == -b && a.abs() < DOMAIN));
}

#[test]
fn names_are_one_everywhere() {
    for feature in Feature::ALL {
        assert_eq!(serde_json::to_string(&feature).expect("a name"), format!("\"{}\"", feature.id()));
        assert_eq!(Feature::from_id(feature.id()), Some(feature));
        assert!(!feature.title().is_empty());
    }
    assert_eq!(Feature::from_id("tan-x"), None);
}
