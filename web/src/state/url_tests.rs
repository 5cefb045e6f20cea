//! What is written into an address is read back, and what is wrong in one is named.

use minibatch_session::data::{DatasetKind, Feature, Point, Rng};
use minibatch_session::{Activation, Experiment, Init, Layer, LossKind, OptimizerKind, ScheduleKind, preset};

use super::url::{KEYS, MOST_POINTS, read, write};

#[test]
fn a_model_of_layers_is_written_by_its_presets_name_or_in_full() {
    let mut e = preset("c2").unwrap();
    e.training.learning_rate = 0.5;
    assert_eq!(write(&e), "v=1&preset=c2&lr=0.5");
    assert_eq!(read(&write(&e)).experiment, e);
    e.model.as_mut().unwrap().layers.remove(1);
    e.training.clip_norm = Some(2.0);
    e.loss_options.label_smoothing = 0.25;
    let text = write(&e);
    assert!(text.starts_with("v=1&model=%7B") && text.ends_with("&lr=0.5&clip=2&opt=adam"), "{text}");
    assert_eq!(read(&text), super::url::Opened { experiment: e, ..Default::default() });
    assert!(read("model=%7B1").problems[0].starts_with("model="));
}

/// Draws experiments that are valid, each field by chance left at its default.
struct Chance(Rng);

impl Chance {
    fn yes(&mut self) -> bool {
        self.0.below(2) == 1
    }
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.0.below(all.len() as u32) as usize]
    }
    fn within(&mut self, low: f32, high: f32) -> f32 {
        (self.0.range(f64::from(low), f64::from(high)) as f32).clamp(low, high)
    }

    fn experiment(&mut self) -> Experiment {
        let mut e = Experiment::default();
        e.data.kind = self.of(&DatasetKind::ALL);
        if e.data.kind == DatasetKind::Own {
            e.data.own_regression = self.yes();
            let count = 2 + self.0.below(MOST_POINTS as u32 - 1);
            e.data.points = (0..count)
                .map(|_| {
                    let label =
                        if e.data.own_regression { self.within(-1.0, 1.0) } else { self.of(&[0.0, 1.0]) };
                    Point { x: self.within(-6.0, 6.0), y: self.within(-6.0, 6.0), label }
                })
                .collect();
            if self.yes() {
                e.data.class_names = ["Iris setosa", "ä, ö & 100%"].map(str::to_owned).into();
            }
        }
        if self.yes() {
            e.data.noise = self.within(0.0, 50.0);
            e.data.samples = 10 + self.0.below(4991);
            e.data.train_share = self.within(0.1, 0.9);
        }
        if self.yes() {
            let chosen: Vec<_> = Feature::ALL.into_iter().filter(|_| self.yes()).collect();
            e.features = if chosen.is_empty() { vec![Feature::CosY] } else { chosen };
            e.features.reverse();
        }
        if self.yes() {
            e.hidden = (0..self.0.below(9)).map(|_| self.layer()).collect();
        }
        self.training(&mut e);
        if self.yes() {
            e.loss = self.of(&LossKind::ALL);
            super::edit::mend_loss(&mut e);
            e.output_init = self.of(&Init::ALL);
            e.seed = self.0.next_u32();
        }
        e
    }

    fn layer(&mut self) -> Layer {
        let dropout = if self.yes() { self.within(0.0, 0.9) } else { 0.0 };
        let units = 1 + self.0.below(64);
        Layer { units, activation: self.of(&Activation::ALL), dropout, init: self.of(&Init::ALL) }
    }

    fn training(&mut self, e: &mut Experiment) {
        let t = &mut e.training;
        if self.yes() {
            t.batch_size = 1 + self.0.below(20_000);
            t.learning_rate = self.within(0.0, 100.0);
            (t.l1, t.l2) = (self.within(0.0, 1.0), self.within(0.0, 1e-6));
        }
        if self.yes() {
            let o = &mut t.optimizer;
            o.kind = self.of(&OptimizerKind::ALL);
            (o.momentum, o.beta1, o.beta2) =
                (self.within(0.0, 0.99), self.within(0.0, 0.99), self.within(0.0, 0.99));
            (o.alpha, o.eps) = (self.within(0.0, 0.99), self.within(0.0, 1e-3));
            o.muon_momentum = self.within(0.0, 0.99);
        }
        if self.yes() {
            let s = &mut t.schedule;
            s.kind = self.of(&ScheduleKind::ALL);
            (s.period, s.total, s.warmup) =
                (1 + self.0.below(9999), 1 + self.0.below(99_999), self.0.below(99));
            (s.gamma, s.min) = (self.within(0.0, 1.0), self.within(0.0, 1.0));
        }
    }
}

#[test]
fn every_experiment_comes_back_from_its_address() {
    let mut chance = Chance(Rng::new(1));
    for number in 0..500 {
        let experiment = chance.experiment();
        experiment.validate().unwrap_or_else(|e| panic!("number {number} is not valid: {e}"));
        let text = write(&experiment);
        let opened = read(&text);
        assert_eq!(opened.problems, Vec::<String>::new(), "number {number}: {text}");
        assert_eq!(played(&opened.experiment), played(&experiment), "number {number}: {text}");
        assert_eq!(write(&opened.experiment), text, "number {number}");
    }
}

/// The experiment with what plays no part in it at its default.
fn played(e: &Experiment) -> Experiment {
    let default = serde_json::to_value(Experiment::default()).unwrap();
    let mut value = serde_json::to_value(e).unwrap();
    for (_, field) in KEYS.iter().filter(|(_, field)| e.unread(field).is_some()) {
        let place = format!("/{}", field.replace('.', "/"));
        match (value.pointer_mut(&place), default.pointer(&place)) {
            (Some(value), Some(default)) => value.clone_from(default),
            (Some(value), None) => *value = serde_json::json!([]),
            (None, _) => {}
        }
    }
    serde_json::from_value(value).unwrap()
}

#[test]
fn only_what_differs_is_written() {
    assert_eq!(write(&Experiment::default()), "");
    assert_eq!(write(&preset("gauss").unwrap()), "v=1&data=gauss&layers=");
    let mut e = Experiment { seed: 7, ..Experiment::default() };
    e.data.kind = DatasetKind::Spiral;
    e.hidden[0] = Layer { units: 8, activation: Activation::Relu, dropout: 0.2, init: Init::Pytorch };
    e.training.learning_rate = 0.01;
    e.training.optimizer.kind = OptimizerKind::Adam;
    assert_eq!(write(&e), "v=1&data=spiral&layers=8:relu:0.2:pytorch,2&lr=0.01&opt=adam&seed=7");
    assert_eq!(read("").experiment, Experiment::default());
}

#[test]
fn a_wrong_value_is_named_and_costs_only_itself() {
    let opened =
        read("#v=1&noise=abc&lr=0.1&layers=8:relu,99&data=spirl&batch=2&opt=adam&loss=cross-entropy-x");
    let e = &opened.experiment;
    assert_eq!((e.training.learning_rate, e.training.batch_size), (0.1, 2));
    assert_eq!(e.training.optimizer.kind, OptimizerKind::Adam);
    assert_eq!(e.hidden, Experiment::default().hidden);
    let all = opened.problems.join("\n");
    for part in ["noise=abc", "layers=8:relu,99", "99", "data=spirl", "spiral", "loss=cross-entropy-x"] {
        assert!(all.contains(part), "{part} is not in:\n{all}");
    }
    assert_eq!(opened.problems.len(), 4, "{all}");
}

#[test]
fn values_outside_their_range_or_not_finite_are_refused() {
    for text in
        ["lr=NaN", "lr=inf", "lr=-1", "noise=51", "n=9", "batch=0", "layers=0", "seed=-1", "own=1,2", "in="]
    {
        let opened = read(text);
        assert_eq!(opened.problems.len(), 1, "{text}: {:?}", opened.problems);
        assert_eq!(opened.experiment, Experiment::default(), "{text}");
    }
}

#[test]
fn unknown_keys_and_newer_versions_are_named() {
    let opened = read("v=1&colour=red&lr=1&&x");
    assert_eq!(opened.experiment.training.learning_rate, 1.0);
    assert_eq!(opened.problems.len(), 2, "{:?}", opened.problems);
    assert!(opened.problems[0].starts_with("colour=red: there is no such key"), "{:?}", opened.problems);
    let newer = read("v=2&lr=1");
    assert_eq!(newer.experiment.training.learning_rate, 1.0);
    assert!(newer.problems[0].contains("newer"), "{:?}", newer.problems);
}

#[test]
fn an_address_may_start_from_a_preset_and_may_come_encoded() {
    let opened = read("#lr=0.02&preset=spiral");
    assert_eq!(opened.experiment.hidden, preset("spiral").unwrap().hidden);
    assert_eq!(opened.experiment.training.learning_rate, 0.02);
    assert_eq!(read("layers=8%3Arelu%2C4").experiment.hidden.len(), 2);
    assert_eq!(read("lr=%zz%").problems.len(), 1);
}

#[test]
fn the_loss_is_judged_by_the_data_it_comes_with() {
    let opened = read("loss=cross-entropy&data=blobs4");
    assert_eq!(opened.problems, Vec::<String>::new());
    assert_eq!(opened.experiment.loss, LossKind::CrossEntropy);
    assert_eq!(read("loss=cross-entropy&data=plane").problems.len(), 1);
}

#[test]
fn too_many_own_points_stay_out() {
    let mut e = Experiment::default();
    e.data.kind = DatasetKind::Own;
    e.data.points = vec![Point { x: 1.5, y: -2.0, label: 1.0 }; MOST_POINTS + 1];
    assert!(!write(&e).contains("own="));
    e.data.points.truncate(2);
    assert_eq!(write(&e), "v=1&data=own&own=1.5,-2,1;1.5,-2,1");
}
