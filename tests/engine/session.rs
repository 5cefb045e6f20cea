//! The whole way of an experiment, on both backends.

use minibatch_session::data::{DatasetKind, generate};
use minibatch_session::{Command, Event, Experiment, Look, preset};
use minibatch_tests::drive::Driver;

const BACKENDS: [bool; 2] = [true, false];

/// The batch losses of the first steps, one by one.
fn losses(driver: &mut Driver, steps: u32) -> Vec<f32> {
    (0..steps)
        .map(|_| {
            driver.step(1);
            driver.metrics.batch_loss.expect("a batch was trained")
        })
        .collect()
}

#[test]
fn spiral_reaches_97_percent_on_both_backends() {
    for cpu in BACKENDS {
        let mut driver = Driver::start(cpu);
        driver.load(&preset("spiral").expect("is a preset"));
        let mut best = 0.0f32;
        for _ in 0..30 {
            driver.step(200);
            best = best.max(driver.metrics.test_accuracy.expect("two classes"));
            if best >= 0.97 {
                break;
            }
        }
        assert!(best >= 0.97, "cpu {cpu}: {best} after {} steps", driver.metrics.step);
        eprintln!("cpu {cpu}: {best} at step {}", driver.metrics.step);
    }
}

#[test]
fn both_backends_agree_over_fifty_steps() {
    for name in ["circle", "xor", "spiral", "blobs", "plane", "multi-gauss"] {
        let experiment = preset(name).expect("is a preset");
        let [on_cpu, on_gpu] = BACKENDS.map(|cpu| {
            let mut driver = Driver::start(cpu);
            driver.load(&experiment);
            losses(&mut driver, 50)
        });
        for (step, (a, b)) in on_cpu.iter().zip(&on_gpu).enumerate() {
            assert!((a - b).abs() <= 1e-4, "{name}, step {}: cpu {a}, gpu {b}", step + 1);
        }
    }
}

#[test]
fn reset_replays_bit_for_bit_however_the_steps_are_cut_and_whoever_looks() {
    let mut experiment = preset("spiral").expect("is a preset");
    experiment.hidden[0].dropout = 0.2;
    for cpu in BACKENDS {
        let mut driver = Driver::start(cpu);
        driver.load(&experiment);
        driver.step(100);
        let first = (driver.curve.clone(), driver.metrics.batch_loss);
        driver.send(Command::Reset);
        driver.settle();
        assert_eq!(driver.metrics.step, 0);
        assert_eq!(driver.curve.len(), 1, "a reset begins the curve anew");
        for n in [1, 2, 3, 44, 50] {
            driver.send(Command::Look(Look { boundary: 20, units: 8, parameters: true, ..Look::default() }));
            driver.step(n);
        }
        assert_eq!((driver.curve.clone(), driver.metrics.batch_loss), first, "cpu {cpu}");
    }
}

#[test]
fn playing_trains_until_paused_and_respects_the_limit() {
    let mut driver = Driver::start(true);
    driver.load(&Experiment::default());
    driver.send(Command::Speed { steps_per_second: Some(50.0) });
    driver.send(Command::Play);
    let began = std::time::Instant::now();
    while began.elapsed().as_secs_f64() < 1.0 {
        driver.tick();
    }
    driver.send(Command::Pause);
    driver.settle();
    let step = driver.metrics.step;
    assert!((40..=60).contains(&step), "{step} steps in a second at 50 a second");
    assert!(driver.metrics.train_loss.is_some());
}

#[test]
fn frames_hold_what_was_asked_for() {
    let mut experiment = preset("blobs").expect("is a preset");
    experiment.hidden[0].units = 5;
    for cpu in BACKENDS {
        let mut driver = Driver::start(cpu);
        driver.load(&experiment);
        driver.send(Command::Look(Look { boundary: 10, units: 6, parameters: true, ..Look::default() }));
        driver.settle();
        let sizes: Vec<usize> = driver.arrays.iter().map(Vec::len).collect();
        assert_eq!(sizes, [10 * 10 * 3, 6 * 6 * 5, 6 * 6 * 3, 5 * 3 + 3 * 6], "cpu {cpu}");
        let sum: f32 = driver.arrays[0][..3].iter().sum();
        assert!((sum - 1.0).abs() < 1e-5, "class probabilities sum to {sum}");
        assert!(driver.events.iter().any(|e| matches!(e, Event::Frame { outputs: 3, .. })));
    }
}

#[test]
fn divergence_stops_with_a_way_back() {
    let mut experiment = preset("plane").expect("is a preset");
    for cpu in BACKENDS {
        experiment.training.learning_rate = 0.01;
        let mut driver = Driver::start(cpu);
        driver.load(&experiment);
        driver.step(30);
        driver.step(30);
        let sound = driver.metrics.train_loss.expect("is there");
        let mut wild = experiment.training.clone();
        wild.learning_rate = 90.0;
        driver.send(Command::Tune { training: Box::new(wild) });
        driver.send(Command::Play);
        driver.settle();
        let good = driver.events.iter().find_map(|e| match e {
            Event::Diverged { learning_rate, good_step, .. } => {
                assert_eq!(*learning_rate, 90.0);
                Some(*good_step)
            }
            _ => None,
        });
        let good = good.unwrap_or_else(|| panic!("cpu {cpu}: never diverged, loss {:?}", driver.metrics));
        driver.send(Command::Recover { learning_rate: 0.01 });
        driver.settle();
        assert_eq!(driver.metrics.step, good);
        let back = driver.metrics.train_loss.expect("is there");
        assert!(back <= 100.0 * sound + 1.0, "cpu {cpu}: loss {back} after going back to step {good}");
        driver.step(20);
        assert!(driver.metrics.train_loss.expect("is there").is_finite());
    }
}

#[test]
fn a_wrong_experiment_leaves_the_run_as_it_is() {
    let mut driver = Driver::start(true);
    driver.load(&Experiment::default());
    driver.step(10);
    let mut wrong = Experiment::default();
    wrong.data.kind = DatasetKind::Own;
    driver.send(Command::Load { experiment: Box::new(wrong), generation: 2 });
    assert!(driver.events.iter().any(|e| matches!(e, Event::Refused { generation: 2, kept: Some(1), .. })));
    driver.step(5);
    assert_eq!(driver.metrics.step, 15);
}

#[test]
fn a_weight_can_be_set_and_reset_brings_the_first_ones_back() {
    for cpu in BACKENDS {
        let mut driver = Driver::start(cpu);
        driver.load(&Experiment::default());
        let parameters = |driver: &mut Driver| {
            driver.send(Command::Look(Look { boundary: 0, units: 0, parameters: true, ..Look::default() }));
            driver.settle();
            driver.arrays[0].clone()
        };
        let initial = parameters(&mut driver);
        driver.send(Command::SetParameter { index: 3, value: 7.5 });
        driver.send(Command::SetParameter { index: 10_000, value: 7.5 });
        assert_eq!(parameters(&mut driver)[3], 7.5);
        driver.send(Command::Reset);
        assert_eq!(parameters(&mut driver), initial, "cpu {cpu}");
    }
}

#[test]
fn predictions_are_probabilities_of_the_right_class() {
    let experiment = preset("gauss").expect("is a preset");
    for cpu in BACKENDS {
        let mut driver = Driver::start(cpu);
        driver.load(&experiment);
        driver.step(300);
        let points = generate(&experiment.data, experiment.seed).expect("is valid").test;
        let ask = points.iter().map(|p| [p.x, p.y]).collect();
        driver.send(Command::Predict { id: 9, points: ask });
        let right =
            points.iter().zip(&driver.arrays[0]).filter(|(p, v)| (**v > 0.5) == (p.label > 0.5)).count();
        assert!(right * 100 >= points.len() * 97, "cpu {cpu}: {right} of {}", points.len());
    }
}

#[test]
fn a_lost_device_is_said_and_nothing_hangs() {
    let mut driver = Driver::start(false);
    driver.load(&Experiment::default());
    driver.send(Command::Play);
    driver.tick();
    driver.send(Command::LoseDevice);
    for _ in 0..100 {
        if driver.tick() == minibatch_session::Wait::Command {
            break;
        }
    }
    assert!(
        driver.events.iter().any(|e| matches!(e, Event::Failed { fatal: true, .. })),
        "{:?}",
        driver.events
    );
}

#[test]
fn a_second_divergence_still_knows_the_good_weights() {
    let mut experiment = preset("plane").expect("is a preset");
    experiment.training.learning_rate = 0.01;
    let mut driver = Driver::start(true);
    driver.load(&experiment);
    (0..3).for_each(|_| driver.step(100));
    let mut wild = experiment.training.clone();
    wild.learning_rate = 90.0;
    driver.send(Command::Tune { training: Box::new(wild) });
    for _ in 0..2 {
        driver.events.clear();
        driver.send(Command::Play);
        driver.settle();
        let good = driver.events.iter().find_map(|e| match e {
            Event::Diverged { good_step, .. } => Some(*good_step),
            _ => None,
        });
        assert!(good.expect("it diverges") >= 200, "the trained weights were lost: {good:?}");
        driver.send(Command::Recover { learning_rate: 90.0 });
        driver.settle();
    }
}

#[test]
fn the_curve_begins_at_step_0_whoever_is_in_a_hurry() {
    let mut driver = Driver::start(true);
    let load = Command::Load { experiment: Box::new(Experiment::default()), generation: 1 };
    driver.send(load);
    driver.step(50);
    driver.send(Command::Reset);
    driver.step(25);
    assert_eq!(driver.curve.iter().map(|p| p.step).collect::<Vec<_>>(), [0, 1, 2, 4, 8, 16, 25]);
}

#[test]
fn a_long_epoch_of_single_samples_has_points_within() {
    let mut driver = Driver::start(true);
    let r3 = preset("r3").expect("a preset");
    driver.load(&r3);
    driver.step(3400);
    // Powers of two alone would leave off at 2,048.
    let steps: Vec<u32> = driver.curve.iter().map(|p| p.step).chain([3400]).collect();
    let widest = steps.windows(2).map(|two| two[1] - two[0]).max();
    assert!(widest < Some(2000), "points at {steps:?}");
}

#[test]
fn pause_ends_a_long_step() {
    let mut driver = Driver::start(true);
    driver.load(&Experiment::default());
    driver.send(Command::Step { n: u32::MAX, id: 77 });
    for _ in 0..3 {
        driver.tick();
    }
    driver.send(Command::Epoch { id: 78 });
    driver.send(Command::Pause);
    driver.settle();
    let step = driver.metrics.step;
    assert!(step > 0);
    for id in [77, 78] {
        let told = |event: Event| driver.events.iter().position(|e| *e == event);
        let (broken, done) = (told(Event::BrokenOff { id, step }), told(Event::Done { id }));
        assert!(broken.is_some() && broken < done, "{id}: {broken:?} {done:?} at {step}");
    }
    // What was through before is not broken off, and a reset breaks off too.
    driver.send(Command::Step { n: 3, id: 79 });
    driver.settle();
    driver.send(Command::Pause);
    driver.send(Command::Step { n: u32::MAX, id: 80 });
    driver.tick();
    driver.send(Command::Reset);
    driver.settle();
    let broken = |id| driver.events.iter().any(|e| matches!(e, Event::BrokenOff { id: i, .. } if *i == id));
    assert_eq!([broken(79), broken(80)], [false, true]);
    assert!(driver.events.contains(&Event::Done { id: 80 }));
}

#[test]
fn an_epoch_ends_when_every_point_was_seen() {
    let mut experiment = Experiment::default();
    experiment.training.batch_size = 200;
    let mut driver = Driver::start(true);
    driver.load(&experiment);
    for (id, step) in [(1001, 2), (1002, 3), (1003, 4), (1004, 5)] {
        driver.send(Command::Epoch { id });
        driver.settle();
        assert_eq!(driver.metrics.step, step, "epoch {}", driver.metrics.epoch);
    }
    assert_eq!(driver.metrics.epoch, 4.0);
}

#[test]
fn equal_targets_have_no_r2() {
    let mut experiment = preset("plane").expect("is a preset");
    experiment.data.kind = DatasetKind::Own;
    experiment.data.own_regression = true;
    experiment.data.points =
        (0..20).map(|i| minibatch_session::data::Point { x: i as f32 / 4.0, y: 1.0, label: 0.1 }).collect();
    let mut driver = Driver::start(true);
    driver.load(&experiment);
    assert_eq!(driver.metrics.test_r2, None);
}
