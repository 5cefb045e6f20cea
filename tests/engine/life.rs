//! The life of an engine: experiments that follow one another while something is under way, divergences and the ways back,
//! and what the device refuses.

use minibatch_session::{
    Activation, Command, Event, Experiment, Look, OptimizerKind, Shown, Training, Wait, preset,
};
use minibatch_tests::drive::Driver;

/// Everything that can be looked at.
const ALL: Look = Look {
    boundary: 100,
    units: 24,
    parameters: true,
    inside: true,
    gradients: true,
    examine: true,
    update: true,
};

fn load(driver: &mut Driver, experiment: &Experiment, generation: u32) {
    driver.send(Command::Load { experiment: Box::new(experiment.clone()), generation });
}

/// What failed, if anything has.
fn failed(driver: &Driver) -> Option<&Event> {
    driver.events.iter().find(|e| matches!(e, Event::Failed { .. } | Event::Refused { .. }))
}

/// Loads one after the other, with so many ticks between whatever is asked, and asks for everything of each.
fn follow(driver: &mut Driver, all: &[Experiment], ticks: usize) {
    for (i, experiment) in all.iter().enumerate() {
        load(driver, experiment, i as u32 + 1);
        driver.send(Command::Play);
        (0..ticks).for_each(|_| _ = driver.tick());
        driver.send(Command::Look(ALL));
        driver.send(Command::Show(Shown::Row(3)));
        (0..ticks).for_each(|_| _ = driver.tick());
        driver.send(Command::Step { n: 100_000, id: 7000 + i as u32 });
        driver.send(Command::Look(ALL));
        if ticks % 2 == 1 {
            driver.tick();
        }
    }
}

#[test]
fn nothing_of_one_run_reaches_the_next() {
    let all: Vec<Experiment> =
        ["spiral", "digits", "brackets", "plane", "r1"].map(|n| preset(n).expect(n)).into();
    for cpu in [true, false] {
        for ticks in [0, 1, 2] {
            let mut driver = Driver::start(cpu);
            // On the CPU each comes after each other one.
            let order: Vec<usize> =
                if cpu { vec![0, 1, 2, 3, 4, 0, 2, 4, 1, 3, 0, 3, 1, 4, 2, 0] } else { vec![0, 2, 4, 0] };
            let run: Vec<Experiment> = order.iter().map(|&i| all[i].clone()).collect();
            follow(&mut driver, &run, ticks);
            driver.send(Command::Pause);
            driver.settle();
            assert_eq!(failed(&driver), None, "cpu {cpu}, {ticks} ticks between");
            for id in 0..run.len() as u32 {
                let id = 7000 + id;
                assert!(
                    driver.events.contains(&Event::Done { id }),
                    "cpu {cpu}: step {id} was never answered"
                );
            }
            let last = run.len() as u32;
            let late = driver
                .events
                .iter()
                .rposition(|e| matches!(e, Event::Loaded { generation, .. } if *generation == last));
            let frames = driver.events[late.expect("it is loaded")..]
                .iter()
                .filter(|e| matches!(e, Event::Frame { .. }));
            assert!(frames.clone().count() > 0, "cpu {cpu}: the last one is seen");
            for frame in frames {
                assert!(matches!(frame, Event::Frame { generation, .. } if *generation == last), "{frame:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_built_leaves_the_last_run_going_on() {
    let mut wrong = preset("spiral").expect("a preset");
    wrong.hidden[0].units = 0;
    for cpu in [true, false] {
        let mut driver = Driver::start(cpu);
        load(&mut driver, &preset("spiral").expect("a preset"), 1);
        driver.step(20);
        let loss = driver.metrics.train_loss;
        driver.send(Command::Play);
        load(&mut driver, &wrong, 2);
        let told = driver.events.iter().find_map(|e| match e {
            Event::Refused { generation: 2, kept, message, .. } => Some((*kept, message.clone())),
            _ => None,
        });
        let (kept, message) = told.unwrap_or_else(|| panic!("cpu {cpu}: {:?}", driver.events));
        assert!(kept == Some(1) && message.len() > 20, "cpu {cpu}: {kept:?} {message}");
        (0..5).for_each(|_| _ = driver.tick());
        driver.send(Command::Pause);
        driver.settle();
        assert!(driver.metrics.step > 20 && loss.is_some(), "cpu {cpu}: it trains on");
        driver.send(Command::Look(Look { boundary: 10, ..Look::default() }));
        driver.settle();
        assert_eq!(driver.arrays[0].len(), 100, "cpu {cpu}: and is seen");
    }
}

/// The last divergence told: at which step, and where it went back to.
fn divergence(driver: &Driver) -> Option<(u32, u32)> {
    driver.events.iter().rev().find_map(|e| match e {
        Event::Diverged { step, good_step, .. } => Some((*step, *good_step)),
        _ => None,
    })
}

/// Plays until it diverges; false when it has gone on for so many steps.
fn diverges(driver: &mut Driver, steps: u32) -> bool {
    driver.events.clear();
    let from = driver.metrics.step;
    driver.send(Command::Play);
    while driver.tick() != Wait::Command && driver.metrics.step < from.saturating_add(steps) {}
    driver.send(Command::Pause);
    driver.settle();
    divergence(driver).is_some()
}

fn parameters(driver: &mut Driver) -> Vec<f32> {
    driver.send(Command::Look(Look { parameters: true, ..Look::default() }));
    driver.settle();
    driver.arrays[0].clone()
}

/// After a divergence: looks at what it went back to, takes a tenth of the rate until it goes on, and checks that it does.
fn comes_back(driver: &mut Driver, experiment: &Experiment, name: &str) {
    let mut rate = experiment.training.learning_rate;
    for round in 0.. {
        let (step, good) = divergence(driver).expect("it has diverged");
        assert!(good < step, "{name}: back from {step} to {good}");
        let weights = parameters(driver);
        let most = weights.iter().fold(0.0f32, |most, w| most.max(w.abs()));
        assert!(
            weights.iter().all(|w| w.is_finite()) && most < 1e4,
            "{name}: weights up to {most} at step {good}"
        );
        assert!(round < 5, "{name}: {round} divergences in a row, the last at step {step}");
        rate /= 10.0;
        driver.send(Command::Recover { learning_rate: rate });
        driver.settle();
        assert_eq!(driver.metrics.step, good, "{name}");
        if !diverges(driver, 300) {
            break;
        }
    }
    let loss = driver.metrics.train_loss.expect("it was evaluated");
    assert!(
        loss.is_finite() && driver.metrics.step > 100,
        "{name}: loss {loss} at step {}",
        driver.metrics.step
    );
}

#[test]
fn every_way_back_from_a_divergence_leads_to_a_run_that_goes_on() {
    use OptimizerKind as O;
    let mut cases = vec![];
    for (activation, optimizer, l2, rate) in [
        (Activation::Tanh, O::Sgd, 10.0, 0.3),
        (Activation::Relu, O::Sgd, 10.0, 0.3),
        (Activation::Tanh, O::Momentum, 10.0, 10.0),
        (Activation::Tanh, O::Nesterov, 10.0, 10.0),
        (Activation::Tanh, O::Sgd, 7.0, 0.3),
        (Activation::Relu, O::Momentum, 0.0, 100.0),
    ] {
        let mut e = preset("spiral").expect("a preset");
        e.hidden.iter_mut().for_each(|l| l.activation = activation);
        e.training.optimizer.kind = optimizer;
        (e.training.l2, e.training.learning_rate) = (l2, rate);
        cases.push((format!("{activation:?} {optimizer:?} l2 {l2} rate {rate}"), e));
    }
    for kind in [O::Adagrad, O::RmsProp, O::Adam, O::AdamW] {
        let mut e = preset("plane").expect("a preset");
        e.hidden.iter_mut().for_each(|l| l.activation = Activation::Relu);
        e.training.optimizer.kind = kind;
        (e.training.l2, e.training.learning_rate) = (1.0, 1e7);
        cases.push((format!("plane {kind:?} rate 1e7"), e));
    }
    let mut layers = preset("m2").expect("a preset");
    (layers.training.l2, layers.training.learning_rate) = (10.0, 0.3);
    cases.push(("m2, l2 10".into(), layers));
    for (i, (name, experiment)) in cases.iter().enumerate() {
        // A software GPU takes its time: some of the kinds there.
        for cpu in if [0, 1, 2, 5].contains(&i) { vec![true, false] } else { vec![true] } {
            let name = format!("cpu {cpu}: {name}");
            let mut driver = Driver::start(cpu);
            driver.load(experiment);
            if diverges(&mut driver, 2_000) {
                comes_back(&mut driver, experiment, &name);
            } else {
                // The others may hold out.
                assert!(i > 1, "{name} does not diverge");
            }
        }
    }
}

#[test]
fn a_rate_set_by_hand_after_a_divergence_is_obeyed() {
    let mut experiment = preset("plane").expect("a preset");
    for cpu in [true, false] {
        experiment.training.learning_rate = 0.03;
        let mut driver = Driver::start(cpu);
        driver.load(&experiment);
        driver.step(100);
        let tune = |rate: f32| {
            let training = Training { learning_rate: rate, ..experiment.training.clone() };
            Command::Tune { training: Box::new(training) }
        };
        driver.send(tune(90.0));
        assert!(diverges(&mut driver, 5000), "cpu {cpu}");
        let (_, good) = divergence(&driver).expect("just now");
        driver.events.clear();
        driver.send(tune(90.0));
        driver.settle();
        driver.send(Command::Play);
        driver.settle();
        assert!(divergence(&driver).is_some(), "cpu {cpu}: the same rate mends nothing");
        driver.send(tune(0.01));
        driver.settle();
        assert_eq!(driver.metrics.step, good, "cpu {cpu}: it stands where it was last good");
        assert_eq!(driver.metrics.learning_rate, 0.01, "cpu {cpu}");
        assert!(!diverges(&mut driver, 200), "cpu {cpu}");
        assert!(driver.metrics.step >= good + 200 && driver.metrics.learning_rate == 0.01, "cpu {cpu}");
    }
}

#[test]
fn a_look_after_a_divergence_shows_the_last_good_weights() {
    let mut experiment = preset("spiral").expect("a preset");
    (experiment.training.l2, experiment.training.learning_rate) = (10.0, 0.3);
    experiment.training.optimizer.kind = OptimizerKind::Sgd;
    for cpu in [true, false] {
        let mut driver = Driver::start(cpu);
        driver.load(&experiment);
        driver.send(Command::Play);
        while divergence(&driver).is_none() {
            driver.send(Command::Look(Look { boundary: 10, ..Look::default() }));
            driver.tick();
        }
        driver.settle();
        driver.events.clear();
        driver.send(Command::Look(Look { boundary: 10, ..Look::default() }));
        driver.settle();
        assert!(driver.events.iter().any(|e| matches!(e, Event::Frame { .. })), "cpu {cpu}");
        assert!(driver.arrays[0].iter().all(|v| v.is_finite()), "cpu {cpu}: {:?}", driver.arrays[0]);
    }
}
