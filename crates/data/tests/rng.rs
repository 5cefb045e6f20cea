//! The generator itself: a known sequence, and the distributions it claims.

use minibatch_data::Rng;

#[test]
fn the_sequence_is_splitmix64() {
    // The published first outputs for seed 0, upper halves. A change here changes every data set ever shared.
    let mut rng = Rng::new(0);
    assert_eq!([rng.next_u32(), rng.next_u32(), rng.next_u32()], [0xe220_a839, 0x6e78_9e6a, 0x06c4_5d18]);
}

#[test]
fn streams_differ_and_stream_zero_is_the_seed() {
    let first = |mut rng: Rng| (rng.next_u32(), rng.next_u32());
    assert_eq!(first(Rng::new(9)), first(Rng::with_stream(9, 0)));
    assert_ne!(first(Rng::new(9)), first(Rng::with_stream(9, 1)));
    assert_ne!(first(Rng::with_stream(9, 1)), first(Rng::with_stream(9, 2)));
    assert_ne!(first(Rng::with_stream(9, 1)), first(Rng::with_stream(10, 1)));
}

#[test]
fn uniform_and_normal_have_their_moments() {
    const COUNT: usize = 100_000;
    let mut rng = Rng::new(3);
    let moments = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / COUNT as f64;
        (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / COUNT as f64)
    };
    let uniform: Vec<f64> = (0..COUNT).map(|_| rng.uniform()).collect();
    assert!(uniform.iter().all(|value| (0.0..1.0).contains(value)));
    let (mean, variance) = moments(&uniform);
    assert!((mean - 0.5).abs() < 0.005 && (variance - 1.0 / 12.0).abs() < 0.002, "{mean} {variance}");

    let normal: Vec<f64> = (0..COUNT).map(|_| rng.normal()).collect();
    let (mean, variance) = moments(&normal);
    assert!(mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    let beyond_two = normal.iter().filter(|value| value.abs() > 2.0).count() as f64 / COUNT as f64;
    assert!((beyond_two - 0.0455).abs() < 0.003, "{beyond_two}");
}

#[test]
fn below_covers_its_range_evenly() {
    let mut rng = Rng::new(4);
    let mut counts = [0; 7];
    (0..70_000).for_each(|_| counts[rng.below(7) as usize] += 1);
    assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
    assert_eq!((rng.below(0), rng.below(1)), (0, 0));
}

#[test]
fn shuffle_keeps_the_items_and_reaches_every_order() {
    let mut rng = Rng::new(5);
    let mut orders = std::collections::HashMap::new();
    for _ in 0..6_000 {
        let mut items = [1, 2, 3];
        rng.shuffle(&mut items);
        *orders.entry(items).or_insert(0) += 1;
    }
    assert_eq!(orders.len(), 6);
    assert!(orders.values().all(|count| (850..1150).contains(count)), "{orders:?}");
    rng.shuffle::<u8>(&mut []);
}
