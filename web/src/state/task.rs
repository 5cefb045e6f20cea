//! Choosing what a model of layers learns from, and fitting its ends to that.

use minibatch_session::data::{SampleSet, TEST_SAMPLES, TRAIN_SAMPLES, TaskConfig, TaskKind, samples};
use minibatch_session::{
    Activation, Area, Block, Experiment, Init, ModelSpec, PRESETS, RecurrentOutput, SampleSource, preset,
};

/// The tasks of an area, in the order in which they are offered.
pub fn tasks(area: Area) -> &'static [TaskKind] {
    match area {
        Area::Points => &[],
        Area::Images => &[TaskKind::Digits, TaskKind::Shapes, TaskKind::Textures, TaskKind::Fabrics],
        Area::Series => &[
            TaskKind::Waves,
            TaskKind::Sine,
            TaskKind::Adding,
            TaskKind::CopyMemory,
            TaskKind::Echo,
            TaskKind::Parity,
        ],
        Area::Language => &[
            TaskKind::Language,
            TaskKind::Brackets,
            TaskKind::Reversal,
            TaskKind::Sorting,
            TaskKind::ModularAddition,
        ],
    }
}

/// The area in which an experiment is at home.
pub fn area(e: &Experiment) -> Area {
    let Some(spec) = &e.model else { return Area::Points };
    if let SampleSource::Task(config) = &spec.samples {
        let home = Area::ALL.into_iter().find(|a| tasks(*a).contains(&config.task));
        return home.unwrap_or(Area::Points);
    }
    match (spec.input.tokens, spec.input.shape.len()) {
        (None, 3) if !any(&spec.layers, &|b| matches!(b, Block::AxialAttention { .. })) => Area::Images,
        _ if any(&spec.layers, &attends) => Area::Language,
        (_, 1) if !any(&spec.layers, &|b| matches!(b, Block::Recurrent { .. })) => Area::Points,
        _ => Area::Series,
    }
}

fn attends(block: &Block) -> bool {
    matches!(
        block,
        Block::SelfAttention { .. }
            | Block::AdditiveAttention { .. }
            | Block::AxialAttention { .. }
            | Block::TransformerEncoder(_)
            | Block::TransformerDecoder(_)
    )
}

fn any(blocks: &[Block], is: &dyn Fn(&Block) -> bool) -> bool {
    blocks.iter().any(|b| {
        is(b)
            || match b {
                Block::Residual { body, shortcut } => any(body, is) || any(shortcut, is),
                Block::Branches { branches, .. } => branches.iter().any(|branch| any(branch, is)),
                Block::EncoderDecoder { encoder, decoder, .. } => any(encoder, is) || any(decoder, is),
                _ => false,
            }
    })
}

/// The task of an experiment, where it has one.
pub fn config(e: &Experiment) -> Option<&TaskConfig> {
    match &e.model.as_ref()?.samples {
        SampleSource::Task(config) => Some(config),
        SampleSource::Random { .. } | SampleSource::Own { .. } | SampleSource::Table { .. } => None,
    }
}

/// The preset that shows a task best: the first whose samples are of it.
pub fn showcase(task: TaskKind) -> Option<Experiment> {
    PRESETS.iter().filter_map(|p| preset(p.name).ok()).find(|e| config(e).is_some_and(|c| c.task == task))
}

/// The experiment with another task, or other settings of the same. The layers stay where they fit once both ends are
/// brought to size; where they do not, the preset of that task lends its own.
///
/// # Errors
/// When the task's settings are wrong; says which.
pub fn retarget(e: &Experiment, task: TaskConfig) -> Result<Experiment, String> {
    let few = TaskConfig { train: *TRAIN_SAMPLES.start(), test: *TEST_SAMPLES.start(), ..task.clone() };
    let set = samples(&few, e.seed).map_err(|error| error.to_string())?;
    let bring = |of: &Experiment| {
        let mut new = of.clone();
        let spec = new.model.as_mut()?;
        spec.samples = SampleSource::Task(task.clone());
        fit(spec, &set);
        let classes = set.classes.is_some();
        let loss_fits = new.validate().is_ok();
        if !loss_fits {
            new.loss = if classes {
                minibatch_session::LossKind::CrossEntropy
            } else {
                minibatch_session::LossKind::Mse
            };
        }
        new.validate().is_ok().then_some(new)
    };
    if let Some(new) = bring(e) {
        return Ok(new);
    }
    let lent = showcase(task.task).map(|p| Experiment { seed: e.seed, ..p });
    let lent = lent.as_ref().and_then(bring);
    lent.ok_or_else(|| format!("no network was found that fits {}; open its preset", task.task.title()))
}

/// The experiment with samples that the learner brought. The layers stay where they fit; else those of the digits.
pub fn brought(e: &Experiment, source: &SampleSource) -> Option<Experiment> {
    let SampleSource::Own { input, classes, .. } = source else { return None };
    let set = SampleSet { input: input.clone(), classes: Some(*classes as usize), ..SampleSet::default() };
    let bring = |mut new: Experiment| {
        let spec = new.model.as_mut()?;
        spec.samples = source.clone();
        fit(spec, &set);
        new.validate().is_ok().then_some(new)
    };
    let digits = Experiment { seed: e.seed, ..preset("digits").ok()? };
    // Pictures too small for convolutions and pooling, or too narrow.
    let mut dense = digits.clone();
    if let Some(spec) = &mut dense.model {
        let linear = |units, activation| Block::Linear { units, bias: true, activation, init: Init::Pytorch };
        spec.layers = vec![Block::Flatten, linear(32, Activation::Relu), linear(1, Activation::Linear)];
    }
    bring(e.clone()).or_else(|| bring(digits)).or_else(|| bring(dense))
}

/// Brings the ends of a model to the size of samples: its input, its embeddings, its last layer.
pub fn fit(spec: &mut ModelSpec, set: &SampleSet) {
    let old = spec.input.tokens;
    spec.input.shape.clone_from(&set.input);
    spec.input.tokens = set.tokens;
    // Embeddings of the old tokens take the new ones; padding is a task's own affair.
    if let (Some(old), Some(new)) = (old, set.tokens) {
        for block in &mut spec.layers {
            if let Block::Embedding { vocabulary, padding, .. } = block
                && *vocabulary == old
                && old != new
            {
                *vocabulary = new;
                *padding = padding.map(|_| new.saturating_sub(1) as u32);
            }
        }
    }
    let answers_each_step =
        !set.target.is_empty() && set.target.len() == set.input.len().min(2) && set.input.len() < 3;
    if let Some(Block::Recurrent { output, .. }) =
        spec.layers.iter_mut().rfind(|b| matches!(b, Block::Recurrent { .. }))
    {
        let each = if set.classes.is_some() { !set.target.is_empty() } else { answers_each_step };
        *output = if each { RecurrentOutput::Sequence } else { RecurrentOutput::Last };
    }
    let width = set.classes.unwrap_or_else(|| set.target.last().copied().unwrap_or(1));
    if let Some(Block::Linear { units, .. }) = spec.layers.last_mut() {
        *units = width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_has_an_area_and_a_preset_that_is_at_home_there() {
        for task in TaskKind::ALL {
            let home = Area::ALL.into_iter().find(|a| tasks(*a).contains(&task)).expect("an area");
            let shown = showcase(task).unwrap_or_else(|| panic!("no preset of {}", task.id()));
            assert_eq!(area(&shown), home, "{}", task.id());
        }
    }

    #[test]
    fn every_preset_is_at_home_where_the_gallery_has_it() {
        for p in PRESETS {
            let e = preset(p.name).expect(p.name);
            assert_eq!(area(&e), p.area, "{}", p.name);
        }
    }

    #[test]
    fn from_every_model_one_gets_to_every_task() {
        for p in PRESETS {
            let e = preset(p.name).expect(p.name);
            if e.model.is_none() {
                continue;
            }
            for task in TaskKind::ALL {
                let symbols = (task == TaskKind::ModularAddition).then_some(23);
                let wanted = TaskConfig { task, train: 100, test: 20, symbols, ..TaskConfig::default() };
                let new = retarget(&e, wanted.clone())
                    .unwrap_or_else(|w| panic!("{} to {}: {w}", p.name, task.id()));
                assert_eq!(config(&new), Some(&wanted));
                new.validate().expect("fits");
            }
        }
    }

    #[test]
    fn layers_stay_where_they_fit() {
        let digits = preset("digits").expect("a preset");
        let wanted = TaskConfig { task: TaskKind::Shapes, ..TaskConfig::default() };
        let new = retarget(&digits, wanted).expect("fits");
        let (old, new) = (digits.model.expect("layers").layers, new.model.expect("layers").layers);
        assert_eq!(old[..5], new[..5]);
        assert!(matches!(new[5], Block::Linear { units: 4, .. }));

        let waves = preset("r2").expect("a preset");
        let wanted = TaskConfig { task: TaskKind::Sine, length: Some(30), ..TaskConfig::default() };
        let new = retarget(&waves, wanted).expect("fits").model.expect("layers");
        assert_eq!(new.input.shape, [30, 1]);
        assert!(matches!(
            new.layers[0],
            Block::Recurrent { units: 50, output: RecurrentOutput::Sequence, .. }
        ));
    }

    #[test]
    fn samples_from_files_find_a_network() {
        let source = SampleSource::Own {
            name: "cats.zip".into(),
            input: vec![3, 32, 32],
            classes: 5,
            train: 40,
            test: 10,
        };
        for name in ["c2", "spiral", "language"] {
            let new = brought(&preset(name).expect("a preset"), &source).expect(name);
            let spec = new.model.expect("layers");
            assert_eq!((&spec.samples, &spec.input.shape[..]), (&source, &[3, 32, 32][..]), "{name}");
        }
    }

    #[test]
    fn wrong_settings_are_named() {
        let e = preset("language").expect("a preset");
        let wanted =
            TaskConfig { task: TaskKind::Language, text: Some("aaaa".into()), ..TaskConfig::default() };
        let why = retarget(&e, wanted).expect_err("one symbol");
        assert!(why.contains("symbol"), "{why}");
    }
}
