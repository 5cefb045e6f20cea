//! Looks into models of layers: what is shown is what the model computes.

use minibatch_session::{
    Block, Command, Event, Experiment, Facts, Look, NamedTensor, OptimizerKind, Probe, ProbeKind,
    SampleSource, Shown, preset,
};
use minibatch_tests::drive::Driver;

const BACKENDS: [bool; 2] = [true, false];
const PRESETS: [&str; 7] = ["c2", "r1", "r2", "r3", "a1", "a3", "a4"];

fn facts(driver: &Driver) -> Facts {
    let loaded = driver.events.iter().rev().find_map(|e| match e {
        Event::Loaded { facts, .. } => Some((**facts).clone()),
        _ => None,
    });
    loaded.expect("it is loaded")
}

fn look(driver: &mut Driver, look: Look) -> Vec<Vec<f32>> {
    driver.arrays.clear();
    driver.send(Command::Look(look));
    driver.settle();
    driver.arrays.clone()
}

fn of<'a>(probe: &Probe, values: &'a [f32]) -> &'a [f32] {
    &values[probe.offset..][..probe.len()]
}

fn near(a: &[f32], b: &[f32], tolerance: f32, what: &str) {
    assert_eq!(a.len(), b.len(), "{what}: {} numbers and {}", a.len(), b.len());
    let largest = b.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        assert!((x - y).abs() <= tolerance * largest, "{what}, number {i}: {x} and {y}");
    }
}

/// With few samples, so that a gradient is taken over all of them.
fn small(name: &str) -> Experiment {
    let mut experiment = preset(name).expect("is a preset");
    let spec = experiment.model.as_mut().expect("is a model of layers");
    spec.samples = SampleSource::Random { train: 8, test: 4 };
    experiment.training.batch_size = 8;
    experiment
}

#[test]
fn the_last_result_inside_is_the_models_answer_and_both_backends_see_the_same() {
    for name in PRESETS {
        let seen = BACKENDS.map(|cpu| {
            let mut driver = Driver::start(cpu);
            driver.load(&small(name));
            driver.step(3);
            let facts = facts(&driver);
            driver.send(Command::Show(Shown::Row(9)));
            driver.send(Command::Samples { id: 5, first: 9, n: 1 });
            let (input, target) = (driver.arrays[0].clone(), driver.arrays[1].clone());
            assert_eq!(target.len(), facts.target.iter().product::<usize>(), "{name}: one target");
            let inside = look(&mut driver, Look { inside: true, ..Look::default() }).remove(0);
            let first = &facts.probes[0];
            assert_eq!((first.kind, of(first, &inside)), (ProbeKind::Input, &input[..]), "{name}: row 9");
            let shape = [&[1], &facts.input[..]].concat();
            let answers = driver.answers(&NamedTensor { name: "x".into(), shape, values: input.clone() });
            let answers = answers.expect("the model answers").values;
            let outputs: Vec<&Probe> = facts.probes.iter().filter(|p| p.kind == ProbeKind::Output).collect();
            let last = outputs.iter().rfind(|p| p.path.matches('.').count() == 1).expect("a last layer");
            near(of(last, &inside), &answers, 1e-5, name);
            driver.send(Command::Ask { id: 6, inputs: input });
            let answer = facts.probes.last().expect("an answer");
            assert_eq!(answer.kind, ProbeKind::Answer);
            near(of(answer, &inside), &driver.arrays[0], 1e-5, name);
            inside
        });
        near(&seen[1], &seen[0], 1e-3, name);
    }
}

#[test]
fn attention_sums_to_one_and_sees_nothing_ahead_and_gates_stay_between_0_and_1() {
    for cpu in BACKENDS {
        let mut driver = Driver::start(cpu);
        driver.load(&small("a3"));
        let facts_a3 = facts(&driver);
        let inside = look(&mut driver, Look { inside: true, ..Look::default() }).remove(0);
        let maps: Vec<&Probe> = facts_a3.probes.iter().filter(|p| p.kind == ProbeKind::Attention).collect();
        assert_eq!(maps.len(), 3, "three layers");
        for map in maps {
            assert_eq!(map.shape, [1, 5, 10, 10]);
            for (i, row) in of(map, &inside).chunks(10).enumerate() {
                let sum: f32 = row.iter().sum();
                assert!((sum - 1.0).abs() < 1e-5, "row {i} sums to {sum}");
                assert!(row[i % 10 + 1..].iter().all(|&v| v == 0.0), "row {i} looks ahead: {row:?}");
                assert!(row[..=i % 10].iter().all(|&v| v > 0.0), "row {i} looks back: {row:?}");
            }
        }
        driver.load(&small("r2"));
        let facts_r2 = facts(&driver);
        let inside = look(&mut driver, Look { inside: true, ..Look::default() }).remove(0);
        let find = |kind| facts_r2.probes.iter().find(|p| p.kind == kind).expect("an LSTM has it");
        let (gates, states, cells) =
            (find(ProbeKind::Gates), find(ProbeKind::States), find(ProbeKind::Cells));
        assert_eq!((&gates.shape[..], &states.shape[..]), (&[15, 4, 50][..], &[15, 50][..]));
        let (gates, states, cells) = (of(gates, &inside), of(states, &inside), of(cells, &inside));
        for (t, step) in gates.chunks(200).enumerate() {
            for u in 0..50 {
                let [i, f, g, o] = [0, 1, 2, 3].map(|k| step[k * 50 + u]);
                assert!([i, f, o].iter().all(|v| (0.0..=1.0).contains(v)) && g.abs() <= 1.0);
                let before = if t == 0 { 0.0 } else { cells[(t - 1) * 50 + u] };
                let cell = cells[t * 50 + u];
                assert!((cell - (f * before + i * g)).abs() < 1e-5, "step {t}, unit {u}");
                assert!((states[t * 50 + u] - o * cell.tanh()).abs() < 1e-5, "step {t}, unit {u}");
            }
        }
    }
}

#[test]
fn the_gradient_shown_is_the_step_that_descent_takes() {
    for cpu in BACKENDS {
        for name in ["c2", "r2", "a3"] {
            let mut experiment = small(name);
            experiment.training.optimizer.kind = OptimizerKind::Sgd;
            experiment.training.learning_rate = 1.0;
            // Dropout acts in training alone, and the gradient shown is without.
            let spec = experiment.model.as_mut().expect("is a model of layers");
            for block in &mut spec.layers {
                if let Block::TransformerEncoder(t) = block {
                    t.dropout = 0.0;
                }
            }
            let mut driver = Driver::start(cpu);
            driver.load(&experiment);
            let steps = facts(&driver).gradient_steps;
            let wanted = Look { parameters: true, gradients: true, ..Look::default() };
            let before = look(&mut driver, wanted);
            driver.step(1);
            let after = look(&mut driver, wanted);
            let n = before[0].len();
            assert_eq!(before[1].len(), n + steps, "{name}: {steps} steps");
            assert_eq!(
                steps,
                match name {
                    "r2" => 15,
                    "a3" => 10,
                    _ => 0,
                }
            );
            let moved: Vec<f32> = before[0].iter().zip(&after[0]).map(|(a, b)| a - b).collect();
            near(&before[1][..n], &moved, 2e-3, name);
            assert!(
                before[1][n..].iter().all(|v| v.is_finite() && *v > 0.0),
                "{name}: {:?}",
                &before[1][n..]
            );
        }
    }
}

#[test]
fn an_examination_gives_the_answers_to_the_test_samples() {
    for cpu in BACKENDS {
        let mut driver = Driver::start(cpu);
        driver.load(&small("c2"));
        driver.step(2);
        let facts = facts(&driver);
        assert_eq!((facts.examined, facts.features), ((8, 4), 30));
        let values = look(&mut driver, Look { examine: true, ..Look::default() }).remove(0);
        assert_eq!(values.len(), 4 * (4 + 30));
        driver.send(Command::Samples { id: 1, first: 8, n: 4 });
        let inputs = driver.arrays[0].clone();
        driver.send(Command::Ask { id: 2, inputs });
        near(&values[..16], &driver.arrays[0], 1e-5, "answers");
    }
}

#[test]
fn a_sample_that_does_not_fit_is_refused_and_the_run_goes_on() {
    let mut driver = Driver::start(true);
    driver.load(&small("r2"));
    for wrong in [
        Command::Show(Shown::Own(vec![0.0; 3])),
        Command::Ask { id: 1, inputs: vec![f32::NAN; 150] },
        Command::Ask { id: 2, inputs: vec![] },
    ] {
        driver.events.clear();
        driver.send(wrong);
        let [Event::Failed { message, fatal: false }] = &driver.events[..] else {
            panic!("refused: {:?}", driver.events)
        };
        assert!(message.contains("150") || message.contains("finite"), "{message}");
    }
    driver.step(1);
    assert_eq!(driver.metrics.step, 1);
}
