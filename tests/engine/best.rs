//! The best checkpoint: kept of the very step that was evaluated, and a place to train on from.

use minibatch_session::data::DatasetKind;
use minibatch_session::{
    Command, Event, Experiment, OptimizerKind, Schedule, Supplies, Training, Wait, preset,
};
use minibatch_tests::drive::Driver;

const BACKENDS: [bool; 2] = [true, false];

/// A network that soon learns its few noisy points by heart, so that its test loss rises again.
fn overfits() -> Experiment {
    let mut experiment = preset("spiral").expect("is a preset");
    experiment.data.kind = DatasetKind::Moons;
    experiment.data.noise = 30.0;
    experiment.data.samples = 60;
    experiment.hidden[0].dropout = 0.1;
    experiment.training.optimizer.kind = OptimizerKind::Adam;
    experiment.training.learning_rate = 0.01;
    experiment.training.schedule = Schedule::default();
    experiment
}

/// One whose batch norms keep running statistics, with so many test samples.
fn with_statistics(test: u32) -> Experiment {
    let model = serde_json::json!({
        "model": {
            "input": { "shape": [3] },
            "layers": [
                { "layer": "linear", "units": 8 }, { "layer": "batch-norm" },
                { "layer": "activation", "activation": "tanh" }, { "layer": "linear", "units": 2 }
            ],
            "samples": { "kind": "random", "train": 40, "test": test }
        },
        "loss": "cross-entropy",
        "training": { "learning_rate": 0.05, "batch_size": 8 }
    });
    Experiment::from_json(&model.to_string()).expect("is sound")
}

fn start(cpu: bool, experiment: &Experiment) -> Driver {
    let mut driver = Driver::start(cpu);
    driver.load_with(experiment, Supplies::default()).expect("is sound");
    driver
}

fn go_to_best(driver: &mut Driver) {
    driver.send(Command::Best { id: 4711 });
    driver.settle();
    assert!(driver.events.contains(&Event::Done { id: 4711 }), "never answered: {:?}", driver.events);
}

/// Breaks where the weights are kept of another step than the one that was evaluated, where part of what training changes
/// is forgotten, and where the run goes on from another place in the data.
#[test]
fn going_to_the_best_step_is_as_having_stopped_there() {
    for (name, experiment) in [("points", overfits()), ("layers", with_statistics(20))] {
        for cpu in BACKENDS {
            let mut driver = start(cpu, &experiment);
            let mut least = (0, driver.metrics.test_loss.expect("is there"));
            let mut tell = |driver: &Driver| {
                let now = (driver.metrics.step, driver.metrics.test_loss.expect("is there"));
                let all = driver.curve.iter().map(|p| (p.step, p.test_loss.expect("is there"))).chain([now]);
                least = all.fold(least, |least, now| if now.1 < least.1 { now } else { least });
                let best = driver.metrics.best.expect("was evaluated");
                assert_eq!((best.step, best.loss), least, "{name}, cpu {cpu}, at {}", driver.metrics.step);
            };
            for n in [3, 17, 30, 150, 1000] {
                driver.step(n);
                tell(&driver);
            }
            assert!(
                (1..1100).contains(&least.0),
                "{name}, cpu {cpu}: the best is no use at step {}",
                least.0
            );
            go_to_best(&mut driver);
            assert_eq!(
                (driver.metrics.step, driver.metrics.test_loss),
                (least.0, Some(least.1)),
                "{name}, cpu {cpu}"
            );
            assert_eq!(driver.curve.iter().filter(|p| p.step > least.0).count(), 0, "the curve ends there");
            let weights = driver.weights();
            driver.take_losses();
            driver.step(60);
            let on = (driver.take_losses(), driver.metrics.test_loss);

            let mut other = start(cpu, &experiment);
            other.step(least.0);
            assert_eq!(other.weights(), weights, "{name}, cpu {cpu}");
            other.take_losses();
            other.step(60);
            assert_eq!((other.take_losses(), other.metrics.test_loss), on, "{name}, cpu {cpu}");
        }
    }
}

/// Breaks where evaluations whose numbers are on their way are forgotten, or counted twice: nearly every one is the best.
#[test]
fn it_can_be_gone_to_at_full_speed() {
    for cpu in BACKENDS {
        let mut driver = start(cpu, &Experiment::default());
        for _ in 0..20 {
            driver.send(Command::Play);
            for _ in 0..12 {
                driver.tick();
            }
            let told = driver.metrics.best.expect("was evaluated");
            go_to_best(&mut driver);
            let best = driver.metrics.best.expect("is kept");
            assert!(best.loss <= told.loss, "cpu {cpu}: {told:?} was told, and it went to {best:?}");
            let now = (driver.metrics.step, driver.metrics.test_loss);
            assert_eq!(now, (best.step, Some(best.loss)), "cpu {cpu}");
            assert_eq!(driver.events.last(), Some(&Event::Done { id: 4711 }));
            assert_eq!(driver.tick(), Wait::Command, "it was paused");
        }
    }
}

#[test]
fn what_is_set_stays_and_a_reset_forgets() {
    for cpu in BACKENDS {
        let mut driver = start(cpu, &overfits());
        driver.step(900);
        let mut training = overfits().training;
        training.learning_rate = 0.0125;
        driver.send(Command::Tune { training: Box::new(training) });
        go_to_best(&mut driver);
        driver.step(1);
        assert_eq!(driver.metrics.learning_rate, 0.0125);
        let slow = driver.take_losses().last().copied();
        driver.step(1);
        let next = driver.take_losses();

        let mut driver = start(cpu, &overfits());
        driver.step(900);
        go_to_best(&mut driver);
        driver.step(1);
        assert_eq!(driver.take_losses().last().copied(), slow, "the same batch from the same weights");
        driver.step(1);
        assert_ne!(driver.take_losses(), next, "cpu {cpu}: the rate that was set is not the one in force");

        driver.send(Command::Reset);
        driver.settle();
        let best = driver.metrics.best.expect("step 0 is evaluated");
        assert_eq!((best.step, Some(best.loss)), (0, driver.metrics.test_loss), "cpu {cpu}");
    }
}

/// Breaks where a run that went back to its best step, and then diverges, is sent to where it was before.
#[test]
fn after_a_divergence_it_is_a_way_back_too() {
    let mut experiment = preset("plane").expect("is a preset");
    experiment.training.learning_rate = 0.01;
    let tune = |driver: &mut Driver, learning_rate: f32, l2: f32| {
        let training = Box::new(Training { learning_rate, l2, ..experiment.training.clone() });
        driver.send(Command::Tune { training });
    };
    for cpu in BACKENDS {
        let mut driver = start(cpu, &experiment);
        driver.step(100);
        let best = driver.metrics.best.expect("was evaluated");
        // Weights are drawn to zero: the loss rises, and all is sound.
        tune(&mut driver, 0.01, 5.0);
        (0..3).for_each(|_| driver.step(100));
        assert_eq!(driver.metrics.best, Some(best), "cpu {cpu}: {:?}", driver.metrics);
        go_to_best(&mut driver);
        for _ in 0..2 {
            driver.events.clear();
            tune(&mut driver, 90.0, 0.0);
            driver.send(Command::Play);
            driver.settle();
            let good = driver.events.iter().find_map(|e| match e {
                Event::Diverged { good_step, .. } => Some(*good_step),
                _ => None,
            });
            let good = good.expect("it diverges");
            assert!(
                (best.step..best.step + 20).contains(&good),
                "cpu {cpu}: {good} is the way back, {best:?}"
            );
            go_to_best(&mut driver);
            let now = (driver.metrics.step, driver.metrics.test_loss);
            assert_eq!(now, (best.step, Some(best.loss)), "cpu {cpu}");
        }
        tune(&mut driver, 0.01, 0.0);
        driver.step(100);
        assert!(driver.metrics.train_loss.expect("is there").is_finite());
    }
}

#[test]
fn without_test_samples_the_training_loss_counts() {
    for cpu in BACKENDS {
        let mut driver = start(cpu, &with_statistics(0));
        driver.step(30);
        assert_eq!(driver.metrics.test_loss, None);
        let least = driver.curve.iter().map(|p| p.train_loss).fold(f32::INFINITY, f32::min);
        let least = driver.metrics.train_loss.map_or(least, |now| now.min(least));
        assert_eq!(driver.metrics.best.map(|b| b.loss), Some(least), "cpu {cpu}");
        go_to_best(&mut driver);
        assert_eq!(driver.metrics.train_loss, Some(least), "cpu {cpu}");
    }
}

#[test]
fn before_the_first_evaluation_it_says_so() {
    let mut driver = Driver::start(true);
    driver.send(Command::Best { id: 1 });
    driver.send(Command::Load { experiment: Box::new(Experiment::default()), generation: 1 });
    driver.send(Command::Best { id: 2 });
    let told = |e: &Event| match e {
        Event::Failed { message, fatal: false } => Some(message.clone()),
        _ => None,
    };
    let told: Vec<String> = driver.events.iter().filter_map(told).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("no best step yet"), "{told:?}");
    driver.settle();
    assert_eq!(driver.metrics.best.map(|b| b.step), Some(0));
}
