//! Where an experiment trains: by the rule, by choice, and from one backend to the other without losing anything.

use minibatch_session::{Choice, Command, Event, Experiment, Held, Look, Why, preset};
use minibatch_tests::drive::Driver;

fn place(driver: &Driver) -> (String, Why) {
    driver.place().expect("it was said")
}

/// Breaks where the backend of the first experiment is that of all that come.
#[test]
fn each_experiment_trains_where_the_rule_says() {
    let mut driver = Driver::by_rule();
    assert_eq!(driver.place(), None, "nothing is known before there is an experiment");
    for (name, small) in [("spiral", true), ("digits", false), ("xor", true)] {
        driver.load(&preset(name).expect("a preset"));
        let (backend, why) = place(&driver);
        match why {
            Why::Small => assert!(small && backend == "cpu", "{name}"),
            Why::Software => assert!(!small && backend == "cpu", "{name}"),
            Why::Large => assert!(!small && backend == "gpu", "{name}"),
            other => panic!("{name}: {other:?}"),
        }
        driver.step(2);
    }
}

fn told(driver: &mut Driver) -> Vec<Event> {
    std::mem::take(&mut driver.events)
}

/// What a run says of itself: the losses of its next steps, one by one.
fn losses(driver: &mut Driver, steps: u32) -> Vec<f32> {
    let loss = |driver: &mut Driver| {
        driver.step(1);
        driver.metrics.batch_loss.expect("a batch was trained")
    };
    (0..steps).map(|_| loss(driver)).collect()
}

fn noisy() -> Experiment {
    let mut e = preset("spiral").expect("a preset");
    e.hidden[0].dropout = 0.1;
    e
}

/// Breaks where a run that goes over loses its weights, its optimizer's state, its place in the data, its best step or its
/// curve; where it plays on unasked; where it can be looked at no more.
#[test]
fn a_run_goes_over_to_the_other_backend_as_it_is() {
    for (name, experiment) in [("spiral", noisy()), ("digits", preset("digits").expect("a preset"))] {
        let mut stays = Driver::start(true);
        let mut moves = Driver::start(true);
        for driver in [&mut stays, &mut moves] {
            driver.load(&experiment);
            driver.step(30);
        }
        let (curve, best, before) = (moves.curve.clone(), moves.metrics.best, moves.metrics.clone());
        for (choice, backend) in [(Choice::Gpu, "gpu"), (Choice::Cpu, "cpu")] {
            moves.send(Command::Choose { choice });
            moves.settle();
            assert_eq!(place(&moves), (backend.into(), Why::Chosen), "{name}");
            assert_eq!(moves.metrics.step, before.step, "{name}");
            let (train, was) = (moves.metrics.train_loss, before.train_loss);
            assert!((train.unwrap() - was.unwrap()).abs() < 1e-4, "{name}: {train:?} was {was:?}");
            assert_eq!((&moves.curve, moves.metrics.best), (&curve, best), "{name}: curve and best");
            assert!(!told(&mut moves).contains(&Event::Playing { playing: true }), "{name}");
        }
        moves.send(Command::Choose { choice: Choice::Gpu });
        for (i, (a, b)) in losses(&mut moves, 12).into_iter().zip(losses(&mut stays, 12)).enumerate() {
            assert!((a - b).abs() < 1e-3, "{name}: {i} steps after: {a} and {b}");
        }
        moves.send(Command::Look(Look {
            inside: true,
            gradients: true,
            parameters: true,
            ..Look::default()
        }));
        moves.settle();
        assert!(told(&mut moves).iter().any(|e| matches!(e, Event::Frame { .. })), "{name}");
        assert!(moves.arrays.iter().flatten().all(|v| v.is_finite()), "{name}");
        moves.send(Command::Best { id: 77 });
        moves.settle();
        assert!(told(&mut moves).contains(&Event::Done { id: 77 }), "{name}");
        assert_eq!(Some(moves.metrics.step), moves.metrics.best.map(|b| b.step), "{name}");
    }
}

/// Breaks where a choice made while it plays leaves steps under way, or ids that nobody answers.
#[test]
fn a_choice_while_it_trains_pauses_it_and_answers_everybody() {
    let mut driver = Driver::start(false);
    driver.load(&noisy());
    driver.send(Command::Play);
    for _ in 0..5 {
        driver.tick();
    }
    driver.send(Command::Choose { choice: Choice::Cpu });
    driver.settle();
    let step = driver.metrics.step;
    assert!(step > 0 && place(&driver).0 == "cpu");
    driver.settle();
    assert_eq!(driver.metrics.step, step, "it is paused");
    driver.send(Command::Step { n: 4000, id: 5 });
    driver.send(Command::Choose { choice: Choice::Gpu });
    driver.settle();
    assert!(told(&mut driver).contains(&Event::Done { id: 5 }));
    driver.step(3);
    driver.send(Command::Choose { choice: Choice::Auto });
    driver.step(3);
    assert_eq!(place(&driver), ("cpu".into(), Why::Small));
}

/// Breaks where a GPU too small for the data stops the page, or does not say what was too large.
#[test]
fn what_the_gpu_cannot_hold_trains_on_the_cpu_with_the_reason() {
    let json = r#"{"model": {"input": {"shape": [700]}, "layers": [{"layer": "linear", "units": 2}],
        "samples": {"kind": "random", "train": 50, "test": 0}}, "loss": "cross-entropy"}"#;
    let mut experiment: Experiment = serde_json::from_str(json).expect("JSON");
    let rows = match pollster::block_on(minibatch_gpu::Adapter::find()) {
        Ok(adapter) => adapter.info().largest / 2800 + 1,
        Err(error) => panic!("{error}"),
    };
    // A card's buffers hold more than a test should make.
    if rows > 200_000 {
        return;
    }
    let mut driver = Driver::start(false);
    driver.load(&experiment);
    assert_eq!(place(&driver).0, "gpu");
    let spec = experiment.model.as_mut().expect("layers");
    spec.samples = minibatch_session::SampleSource::Random { train: rows as u32, test: 0 };
    driver.load(&experiment);
    let (backend, why) = place(&driver);
    assert!(
        backend == "cpu" && matches!(why, Why::TooLarge { held: Held::Samples, .. }),
        "{backend}, {why:?}"
    );
    driver.step(1);
}
