//! Building an experiment: drawn by its seed, or with weights and samples from outside.

use minibatch_nn::{Model, NamedTensor};

use super::backend::Backend;
use super::data::{Data, DataSet};
use super::looks::Looks;
use super::need::{drawing, need};
use super::own::brought;
use super::programs::{BuildError, Programs, Start};
use super::run::Run;
use super::session::Session;
use crate::{Choice, Event, Experiment, ExperimentError, Message, Needs};

/// What takes the place of what the seed would give.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Supplies {
    /// All parameters and running statistics by name; the seed's where there are none. Tables that follow from the
    /// experiment, and PyTorch's `num_batches_tracked`, are passed over.
    pub weights: Vec<NamedTensor>,
    /// The samples.
    pub data: Option<DataSet>,
}

impl Session {
    /// As [`crate::Command::Load`], with weights and samples from outside. From here on every batch loss is kept for
    /// [`Session::take_losses`].
    ///
    /// # Errors
    /// When the experiment is wrong, or something supplied does not fit it: the message names the array and both shapes,
    /// and the run under way goes on. Or when the device fails, or the GPU was asked for and cannot train it.
    pub async fn load_with(
        &mut self,
        experiment: Experiment,
        generation: u32,
        supplies: Supplies,
    ) -> Result<(), BuildError> {
        self.load(experiment, generation, &supplies, true).await?;
        self.losses = Some(vec![]);
        Ok(())
    }

    /// The batch losses since the last call, in order and none missing, as (step, loss); kept for experiments that came
    /// by [`Session::load_with`]. The first step is 1.
    pub fn take_losses(&mut self) -> Vec<(u32, f32)> {
        self.losses.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Builds an experiment where the rule says. `strict`: where the GPU was asked for, it is the GPU or an error.
    pub(super) async fn load(
        &mut self,
        experiment: Experiment,
        generation: u32,
        supplies: &Supplies,
        strict: bool,
    ) -> Result<(), BuildError> {
        // What can be wrong with the experiment itself is found before the run under way is touched.
        let (model, data, start) = self.draw(&experiment, supplies)?;
        if self.backend.is_none() {
            return Ok(());
        }
        let facts = Box::new(super::inside::facts(&model, &data)?);
        let lens = [data.inputs.len(), data.targets.len()];
        let needs = Needs::of(&experiment, &model, data.samples.train, lens)?;
        // The new run has variables of its own: nothing of the old one is found by it, and if it cannot be built the old one
        // goes on. Both at once must be little; a large one makes room first.
        let asked: Vec<u32> = self.run.iter().flat_map(|r| r.goals.iter()).map(|g| g.id).collect();
        let (place, aside) = (self.hardware.told(), self.backend.as_mut().map(Backend::set_aside));
        let old = self.run.take().filter(|run| run.programs.bytes() <= BESIDE);
        let old = old.zip(aside);
        let built = self.place_and_build(&experiment, (model, data, start), supplies, (&needs, strict)).await;
        let programs = match built {
            Ok(programs) => programs,
            Err(error) => {
                if let (false, Some((run, aside)), Some(place)) = (error.lost(), old, place) {
                    self.move_to(place).await;
                    if let Some(backend) = &mut self.backend {
                        backend.put_back(aside);
                    }
                    self.run = Some(run);
                }
                return Err(error);
            }
        };
        let flat = |points: &[minibatch_data::Point]| {
            points.iter().flat_map(|p| [p.x, p.y, p.label]).collect::<Vec<f32>>()
        };
        let split = programs.data.points.as_ref();
        let arrays = vec![split.map_or(vec![], |s| flat(&s.train)), split.map_or(vec![], |s| flat(&s.test))];
        let (steps_per_epoch, batch_size) = (programs.steps_per_epoch, programs.batch as u32);
        let event = Event::Loaded { generation, steps_per_epoch, batch_size, facts: facts.clone() };
        self.messages.push(Message { event, arrays });
        self.answer(asked);
        self.pace = self.pace.fresh();
        self.looks = Looks::default();
        self.run = Some(Run::new(generation, experiment, programs, facts));
        self.say(Event::Playing { playing: false });
        Ok(())
    }
}

impl Session {
    /// What a run begins with, or what is wrong with it.
    pub(super) fn draw(
        &self,
        experiment: &Experiment,
        supplies: &Supplies,
    ) -> Result<(Model, Data, Start), BuildError> {
        experiment.validate()?;
        let model = experiment.model()?;
        self.fits(experiment, &model, supplies, self.hardware.choice == Choice::Cpu)?;
        // What is handed in takes the place of what the experiment says, so that nobody looks for that then.
        let data = match &supplies.data {
            Some(set) => Data::new(experiment, &model, Some(set))?,
            None => match brought(experiment, self.own.as_ref())? {
                Some(data) => data,
                None => Data::new(experiment, &model, None)?,
            },
        };
        let mut start = Start::draw(&model, experiment.seed);
        if !supplies.weights.is_empty() {
            take_weights(&model, &supplies.weights, &mut start)?;
        }
        Ok((model, data, start))
    }

    /// Whether there is memory for it: for all of it on the CPU, else for what is drawn here.
    fn fits(
        &self,
        experiment: &Experiment,
        model: &Model,
        supplies: &Supplies,
        on_cpu: bool,
    ) -> Result<(), BuildError> {
        let Some(room) = self.room else { return Ok(()) };
        let supplied = supplies.data.as_ref().map(DataSet::counts);
        let samples = supplied.unwrap_or_else(|| experiment.counts());
        let need =
            if on_cpu { need(experiment, model, samples, self.keep)? } else { drawing(model, samples) };
        if need > room { Err(BuildError::Memory { need, room }) } else { Ok(()) }
    }

    /// Builds where the rule says, or on the CPU where the GPU is too small for it.
    async fn place_and_build(
        &mut self,
        experiment: &Experiment,
        drawn: (Model, Data, Start),
        supplies: &Supplies,
        (needs, strict): (&Needs, bool),
    ) -> Result<Programs, BuildError> {
        self.settle(needs).await;
        if let Some(refused) = self.refused(strict) {
            return Err(refused.into());
        }
        let on_cpu = matches!(self.backend, Some(Backend::Cpu(..)));
        self.fits(experiment, &drawn.0, supplies, on_cpu)?;
        match self.build(experiment, drawn).await {
            Ok(programs) => Ok(programs),
            Err(error) => {
                self.give_way(error, strict).await?;
                // Drawn anew: the build that failed has taken the first.
                let drawn = self.draw(experiment, supplies)?;
                self.build(experiment, drawn).await
            }
        }
    }

    pub(super) async fn build(
        &mut self,
        experiment: &Experiment,
        drawn: (Model, Data, Start),
    ) -> Result<Programs, BuildError> {
        // There is one from the start on.
        let backend = self.backend.get_or_insert_with(Backend::cpu);
        Programs::build(backend, experiment, drawn, self.keep).await
    }
}

/// Bytes on the host that a run may hold while another is built beside it.
const BESIDE: usize = 64 << 20;

/// Puts weights in the place of those that were drawn. All must be there, and none besides.
fn take_weights(model: &Model, weights: &[NamedTensor], start: &mut Start) -> Result<(), ExperimentError> {
    let wrong = |name: &str, message: String| ExperimentError::Supply { name: name.into(), message };
    let (parameters, buffers) = (&model.layout.parameters, &model.layout.buffers);
    let wanted = |name: &str| {
        parameters.iter().any(|p| p.name == name) || buffers.iter().any(|b| b.saved && b.name == name)
    };
    let spare = weights.iter().find(|w| !wanted(&w.name) && !w.name.ends_with(".num_batches_tracked"));
    if let Some(w) = spare {
        return Err(wrong(&w.name, format!("of shape {:?} belongs to no layer of this model", w.shape)));
    }
    let find = |name: &str, shape: &[usize]| match weights.iter().find(|w| w.name == name) {
        None => Err(wrong(name, format!("is missing; the model needs it with the shape {shape:?}"))),
        Some(w) if w.shape != shape || w.values.len() != shape.iter().product::<usize>() => {
            Err(wrong(name, format!("the shape is {:?}, and the model needs {shape:?}", w.shape)))
        }
        Some(w) => match w.values.iter().position(|v| !v.is_finite()) {
            Some(at) => Err(wrong(name, format!("number {at} is {}; give finite numbers", w.values[at]))),
            None => Ok(w),
        },
    };
    for p in parameters {
        start.parameters[p.offset..p.offset + p.len()].copy_from_slice(&find(&p.name, &p.shape)?.values);
    }
    for b in buffers.iter().filter(|b| b.changes) {
        let values = &find(&b.name, &b.shape)?.values;
        for variable in start.buffers.iter_mut().filter(|v| v.0 == b.variable) {
            variable.1[b.offset..b.offset + values.len()].copy_from_slice(values);
        }
    }
    Ok(())
}
