//! Losses, accuracies, confusion and R2 are of all samples of their side, whatever the pieces they were taken in.

use minibatch_graph::DType;
use minibatch_nn::{Model, NamedTensor, Samples, names};
use minibatch_session::{Backend, Command, DataSet, Experiment, Metrics, Supplies, Wait, Work};
use minibatch_tests::drive::Driver;
use serde_json::json;

const BACKENDS: [bool; 2] = [true, false];

fn tensor(name: &str, shape: &[usize], values: Vec<f32>) -> NamedTensor {
    NamedTensor { name: name.into(), shape: shape.to_vec(), values }
}

/// A number within -1 and 1 that looks drawn.
fn noise(i: usize) -> f32 {
    ((i as f64 * 12.9898).sin() * 43_758.547).fract() as f32
}

fn set(input: &[usize], target: &[usize], sides: [usize; 2], answer: impl Fn(usize) -> f32) -> DataSet {
    let size = |shape: &[usize]| shape.iter().product::<usize>();
    let of = |name: &str, shape: &[usize], first: usize, rows: usize, value: &dyn Fn(usize) -> f32| {
        let row = size(shape);
        tensor(name, &[&[rows], shape].concat(), (first * row..(first + rows) * row).map(value).collect())
    };
    let [train, test] = sides;
    DataSet {
        train_inputs: of("train_inputs", input, 0, train, &noise),
        train_targets: of("train_targets", target, 0, train, &answer),
        test_inputs: (test > 0).then(|| of("test_inputs", input, train, test, &noise)),
        test_targets: (test > 0).then(|| of("test_targets", target, train, test, &answer)),
    }
}

fn experiment(
    input: &[usize],
    layers: serde_json::Value,
    loss: &str,
    options: serde_json::Value,
) -> Experiment {
    let text = json!({
        "model": {"input": {"shape": input}, "layers": layers, "samples": {"kind": "random", "train": 4, "test": 1}},
        "loss": loss, "loss_options": options, "training": {"learning_rate": 0.01, "batch_size": 10}
    });
    Experiment::from_json(&text.to_string()).expect("an experiment")
}

fn near(a: f32, b: f64) -> bool {
    (f64::from(a) - b).abs() <= 2e-5 * (1.0 + b.abs())
}

/// Loss and share of right answers of a side in f64, from the model's own answers.
fn by_hand(driver: &mut Driver, data: &DataSet, test: bool, ignored: Option<u32>) -> (f64, f64) {
    let (x, t) = if test {
        (data.test_inputs.clone().expect("test samples"), data.test_targets.clone().expect("test samples"))
    } else {
        (data.train_inputs.clone(), data.train_targets.clone())
    };
    let y = driver.answers(&x).expect("answers");
    let k = *y.shape.last().expect("columns");
    let (mut loss, mut right, mut n) = (0.0, 0.0, 0.0);
    for (z, &class) in y.values.chunks(k).zip(&t.values).filter(|(_, class)| Some(**class as u32) != ignored)
    {
        let most = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f64 = z.iter().map(|&z| f64::from(z - most).exp()).sum();
        loss += sum.ln() + f64::from(most) - f64::from(z[class as usize]);
        right += f64::from(u8::from(z.iter().position(|&z| z == most) == Some(class as usize)));
        n += 1.0;
    }
    (loss / n, right / n)
}

fn told(cpu: bool, e: &Experiment, data: &DataSet, steps: u32) -> (Driver, Metrics) {
    let mut driver = Driver::start(cpu);
    let supplies = Supplies { data: Some(data.clone()), ..Supplies::default() };
    driver.load_with(e, supplies).expect("it fits");
    if steps > 0 {
        driver.step(steps);
    }
    let metrics = driver.metrics.clone();
    (driver, metrics)
}

fn linear(units: usize) -> serde_json::Value {
    json!([{"layer": "linear", "units": units}])
}

/// Breaks where only so many samples a side are looked at: the test labels are the other way round from row 512 on, and
/// those to train on are sorted by class.
#[test]
fn what_is_told_is_of_all_samples_however_they_are_sorted() {
    let [train, test] = [1500, 2000];
    let data = set(&[4], &[], [train, test], |row| {
        let yes = noise(4 * row) > 0.0;
        let turned = row >= train + 512;
        f32::from(u8::from(if row < train { row >= 1000 } else { yes != turned }))
    });
    let e = experiment(&[4], linear(2), "cross-entropy", json!({}));
    for cpu in BACKENDS {
        let (mut driver, m) = told(cpu, &e, &data, 60);
        for (test, loss, accuracy) in
            [(false, m.train_loss, m.train_accuracy), (true, m.test_loss, m.test_accuracy)]
        {
            let wanted = by_hand(&mut driver, &data, test, None);
            let got = (loss.expect("a loss"), accuracy.expect("an accuracy"));
            assert!(
                near(got.0, wanted.0) && near(got.1, wanted.1),
                "cpu {cpu}, test {test}: {got:?}, {wanted:?}"
            );
        }
        assert_eq!(m.confusion.iter().sum::<u32>(), test as u32);
        assert_eq!(m.evaluated.map(|at| at.step), Some(m.step));
        // Best, curve and read-outs are of the same evaluations.
        let points = driver.curve.iter().map(|p| (p.test_loss.expect("is there"), p.step));
        let least = points.chain([(m.test_loss.expect("is there"), m.step)]);
        let least = least.min_by(|a, b| a.0.total_cmp(&b.0)).expect("points");
        assert_eq!(m.best.map(|b| (b.loss, b.step)), Some(least), "cpu {cpu}");
    }
}

/// Breaks where samples whose activations are large are looked at in part, or where pieces lose or repeat some.
#[test]
fn samples_of_large_activations_go_in_pieces_of_a_few() {
    // 16 MiB a sample: five at once.
    let layers = json!([
        {"layer": "conv2d", "channels": 64, "kernel": 1}, {"layer": "adaptive-avg-pool2d", "size": 1},
        {"layer": "flatten"}, {"layer": "linear", "units": 4}
    ]);
    let e = experiment(&[1, 256, 256], layers, "cross-entropy", json!({}));
    let data = set(&[1, 256, 256], &[], [3, 11], |row| (row % 4) as f32);
    for cpu in BACKENDS {
        let (mut driver, m) = told(cpu, &e, &data, 0);
        let wanted = by_hand(&mut driver, &data, true, None);
        assert!(near(m.test_loss.expect("a loss"), wanted.0), "cpu {cpu}: {:?}, {wanted:?}", m.test_loss);
        assert_eq!(m.confusion.iter().sum::<u32>(), 11, "cpu {cpu}: {:?}", m.confusion);
    }
}

/// Breaks where accuracy is left out: of more classes than a table holds, beside ignored ones, of several yes and no.
#[test]
fn accuracy_is_told_wherever_it_means_something() {
    for (classes, ignored) in [(33, None), (100, Some(3)), (5, Some(0)), (3, Some(9))] {
        let e = experiment(&[6], linear(classes), "cross-entropy", json!({ "ignore_index": ignored }));
        let data = set(&[6], &[], [30, 37], |row| {
            if row % 5 == 0 { ignored.unwrap_or(1) as f32 } else { (row * 7 % classes) as f32 }
        });
        for cpu in BACKENDS {
            let (mut driver, m) = told(cpu, &e, &data, 20);
            let wanted = by_hand(&mut driver, &data, true, ignored);
            let got = m.test_accuracy.expect("an accuracy");
            assert!(near(got, wanted.1), "cpu {cpu}, {classes} classes: {got}, {wanted:?}");
            assert!(near(m.test_loss.expect("a loss"), wanted.0), "cpu {cpu}: {:?}, {wanted:?}", m.test_loss);
            assert_eq!(m.confusion.is_empty(), classes > 32, "{classes}");
        }
    }
    let e = experiment(&[4], linear(3), "binary-cross-entropy", json!({}));
    let data = set(&[4], &[3], [20, 41], |i| f32::from(u8::from(noise(i) > 0.2)));
    for cpu in BACKENDS {
        let (mut driver, m) = told(cpu, &e, &data, 20);
        let y = driver.answers(data.test_inputs.as_ref().expect("some")).expect("answers").values;
        let t = &data.test_targets.as_ref().expect("some").values;
        let right = y.iter().zip(t).filter(|(y, t)| (**y > 0.0) == (**t > 0.5)).count();
        assert!(near(m.test_accuracy.expect("an accuracy"), right as f64 / t.len() as f64), "cpu {cpu}");
    }
}

/// Breaks where R2 is taken about one mean for all columns, or told for squared errors alone.
#[test]
fn r2_is_the_mean_of_the_columns() {
    for loss in ["mse", "half-mse", "sum-squares", "l1", "huber"] {
        let e = experiment(&[2], linear(3), loss, json!({}));
        // The second column lies far from the first, and the last one never changes.
        let data = set(&[2], &[3], [30, 47], |i| [noise(i), 100.0 + noise(i), 5.0][i % 3]);
        for cpu in BACKENDS {
            let (mut driver, m) = told(cpu, &e, &data, 5);
            let y = driver.answers(data.test_inputs.as_ref().expect("some")).expect("answers").values;
            let t = &data.test_targets.as_ref().expect("some").values;
            let column = |c: usize| {
                let both = || y.iter().zip(t).skip(c).step_by(3).map(|(y, t)| (f64::from(*y), f64::from(*t)));
                let mean = both().map(|p| p.1).sum::<f64>() / 47.0;
                let spread: f64 = both().map(|p| (p.1 - mean).powi(2)).sum();
                // As scikit-learn has it: what never changes was not met.
                if spread < 1e-9 {
                    0.0
                } else {
                    1.0 - both().map(|(y, t)| (y - t).powi(2)).sum::<f64>() / spread
                }
            };
            let wanted = (column(0) + column(1) + column(2)) / 3.0;
            let got = m.test_r2.expect("R2");
            assert!(
                (f64::from(got) - wanted).abs() < 1e-3 * (1.0 + wanted.abs()),
                "{loss}, cpu {cpu}: {got}, {wanted}"
            );
            assert_eq!((m.test_accuracy, m.confusion.len()), (None, 0));
        }
    }
}

/// Breaks where a side that has no answers shows a stale number, or counts as a divergence.
#[test]
fn a_side_without_answers_says_nothing() {
    let e = experiment(&[2], linear(3), "cross-entropy", json!({"ignore_index": 2}));
    for (ignored, sides) in [(20..27, [20, 7]), (0..0, [20, 0]), (1..27, [20, 7])] {
        let data = set(&[2], &[], sides, |row| if ignored.contains(&row) { 2.0 } else { (row % 2) as f32 });
        for cpu in BACKENDS {
            let (driver, m) = told(cpu, &e, &data, 30);
            let there = [!ignored.contains(&0), sides[1] > 0 && !ignored.contains(&20)];
            assert_eq!([m.train_loss.is_some(), m.test_loss.is_some()], there, "cpu {cpu}, {ignored:?}");
            assert_eq!(
                [m.train_accuracy.is_some(), m.test_accuracy.is_some()],
                there,
                "cpu {cpu}, {ignored:?}"
            );
            assert_eq!((m.step, m.best.is_some()), (30, there != [false, false]), "cpu {cpu}, {ignored:?}");
            assert!(driver.curve.iter().all(|p| p.train_loss.is_finite()));
        }
    }
}

/// The variables of an evaluation, and all its sums after it went through in pieces of `rows`.
fn sums(cpu: bool, model: &Model, samples: Samples, rows: usize) -> Vec<f32> {
    pollster::block_on(async {
        let mut backend = if cpu { Backend::cpu() } else { Backend::gpu().await.expect("a GPU") };
        let all = samples.train + samples.test;
        let size: usize = model.input.shape.iter().product();
        let target: usize = model.target().iter().product();
        backend.set_f32(names::INPUTS, &(0..all * size).map(noise).collect::<Vec<_>>()).expect("set");
        if model.loss.takes_classes() {
            let classes: Vec<u32> = (0..all * target).map(|i| (i * i % 7) as u32).collect();
            backend.set_u32(names::TARGETS, &classes).expect("set");
        } else {
            backend
                .set_f32(names::TARGETS, &(0..all * target).map(|i| noise(i + 9)).collect::<Vec<_>>())
                .expect("set");
        }
        backend.set_f32(names::PARAMETERS, &model.layout.draw(3)).expect("set");
        let piece = backend.compile(&model.piece(samples, rows).expect("a graph")).await.expect("a plan");
        let kept = [(names::PARAMETERS, model.parameters(), DType::F32)];
        backend
            .set_f32(&names::best(names::PARAMETERS), &vec![f32::MAX; 1 + model.parameters()])
            .expect("set");
        let end = backend.compile(&model.conclude(2, true, &kept).expect("a graph")).await.expect("a plan");
        // Twice: the second one begins anew.
        for _ in 0..2 {
            let work = [Work::Run(&piece, all.div_ceil(rows) as u32), Work::Run(&end, 1)];
            backend.submit(&work, &[]).expect("submitted");
        }
        let ring = backend.read_f32(names::EVALUATIONS).await.expect("read");
        let width = model.evaluation_width();
        assert_eq!(
            ring[1..=width],
            ring[1 + width..],
            "cpu {cpu}, {rows} rows: the second evaluation is another"
        );
        let best = backend.read_f32(&names::best(names::PARAMETERS)).await.expect("read");
        [&ring[1..=width], &best[..1]].concat()
    })
}

/// Breaks where the last piece counts twice or is left out, or where a piece's size shows in the result.
#[test]
fn pieces_of_any_size_give_the_same() {
    let layers = json!([{"layer": "linear", "units": 5}, {"layer": "activation", "activation": "tanh"}, {"layer": "linear", "units": 7}]);
    let samples = Samples { train: 23, test: 14 };
    for (loss, input) in [
        ("cross-entropy", &[3][..]),
        ("cross-entropy", &[2, 3]),
        ("mse", &[2, 3]),
        ("binary-cross-entropy", &[3]),
    ] {
        let model = experiment(input, layers.clone(), loss, json!({})).model().expect("a model");
        let wanted = sums(true, &model, samples, 37);
        let answers = wanted[1] + wanted[4];
        assert_eq!(answers as usize % 37, 0, "{wanted:?}");
        for cpu in BACKENDS {
            for rows in [1, 2, 13, 22, 23, 24, 36, 37] {
                let got = sums(cpu, &model, samples, rows);
                for (i, (a, b)) in got.iter().zip(&wanted).enumerate() {
                    assert!(
                        (a - b).abs() <= 1e-4 * (1.0 + b.abs()),
                        "{loss}, cpu {cpu}, {rows} rows, {i}: {a}, {b}"
                    );
                }
            }
        }
    }
}

/// Breaks where a long evaluation holds up the learner, or where training goes on between its pieces.
#[test]
fn a_long_evaluation_is_of_one_step_and_gives_way() {
    // A large network over many samples: hundreds of submits.
    let layers = json!([{"layer": "linear", "units": 700}, {"layer": "linear", "units": 700}, {"layer": "linear", "units": 2}]);
    let e = experiment(&[4], layers, "cross-entropy", json!({}));
    let data = set(&[4], &[], [20, 9000], |row| (row % 2) as f32);
    let mut driver = Driver::start(true);
    let supplies = Supplies { data: Some(data.clone()), ..Supplies::default() };
    driver.load_with(&e, supplies).expect("it fits");
    driver.step(3);
    let m = driver.metrics.clone();
    assert_eq!((m.step, m.evaluated.map(|at| at.step)), (3, Some(3)));
    let wanted = by_hand(&mut driver, &data, true, None);
    assert!(near(m.test_loss.expect("a loss"), wanted.0), "{:?}, {wanted:?}", m.test_loss);
    // Paused in the middle of an evaluation of a step that is on no curve, and on again: it does not wait for it.
    driver.send(Command::SetParameter { index: 0, value: 0.5 });
    driver.tick();
    driver.tick();
    driver.send(Command::Play);
    let began = std::time::Instant::now();
    while driver.metrics.step == 3 && began.elapsed().as_secs() < 60 {
        driver.tick();
    }
    assert!(driver.metrics.step > 3, "it never went on");
    driver.send(Command::Pause);
    while driver.tick() != Wait::Command {}
    let m = driver.metrics.clone();
    assert_eq!(m.evaluated.map(|at| at.step), Some(m.step), "a pause looks at all");
    let wanted = by_hand(&mut driver, &data, true, None);
    assert!(near(m.test_loss.expect("a loss"), wanted.0), "{:?}, {wanted:?}", m.test_loss);
}
