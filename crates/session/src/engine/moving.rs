//! A run that goes over to the other backend: everything that training changes is read there and written here, so that it
//! trains on from the step it stood at.

use minibatch_graph::control;
use minibatch_nn::names;

use super::backend::{Backend, Lost, Work};
use super::inside::Inside;
use super::probes::Probes;
use super::programs::{BuildError, Start};
use super::session::Session;
use super::snapshots::Snapshots;
use super::update::Update;
use crate::place::{Choice, Needs};

impl Session {
    /// Another choice from now on, and the run where it says.
    pub(super) async fn choose(&mut self, choice: Choice) -> Result<(), BuildError> {
        self.hardware.choice = choice;
        let Some(run) = &self.run else {
            if self.backend.is_some() && choice != Choice::Auto {
                self.settle(&Needs::default()).await;
            }
            return Ok(());
        };
        if run.diverged.is_some() {
            return Ok(());
        }
        let data = &run.programs.data;
        let lens = [data.inputs.len(), data.targets.len()];
        let needs = Needs::of(&run.experiment, &run.programs.model, data.samples.train, lens)?;
        let place = self.place(&needs).await;
        if place.gpu == matches!(self.backend, Some(Backend::Gpu(_))) {
            self.move_to(place).await;
            return Ok(());
        }
        self.land().await?;
        let kept = self.carried().await?;
        // What was under way may have left the numbers.
        let Some(mut run) = self.run.take_if(|run| run.diverged.is_none()) else { return Ok(()) };
        self.move_to(place).await;
        let (model, data, start) = (run.programs.model, run.programs.data, run.programs.start);
        let start = start.unwrap_or_else(|| Start::draw(&model, run.experiment.seed));
        run.programs = match self.build(&run.experiment, (model, data, start)).await {
            Ok(programs) => programs,
            Err(error) => {
                self.give_way(error, false).await?;
                let drawn = self.draw(&run.experiment, &super::load::Supplies::default())?;
                self.build(&run.experiment, drawn).await?
            }
        };
        (run.probes, run.inside, run.update) = (Probes::default(), Inside::default(), Update::default());
        run.snapshots = run.programs.no_copies();
        let step = run.step;
        let slot = run.snapshots.trust(step).slot;
        if let Some(backend) = &mut self.backend {
            kept.iter().try_for_each(|(name, values)| write(backend, name, values))?;
            // The way back from here is here.
            let copies: Vec<(&str, String)> =
                run.programs.kept.iter().map(|v| (v.as_str(), Snapshots::name(slot, v))).collect();
            let work: Vec<Work> = copies.iter().map(|(from, to)| Work::Copy(from, to)).collect();
            backend.submit(&work, &[])?;
        }
        self.run = Some(run);
        self.stand_at(step);
        Ok(())
    }

    /// Pauses, and hears everything that is under way.
    async fn land(&mut self) -> Result<(), BuildError> {
        self.pause();
        if let Some(run) = &mut self.run {
            run.look = None;
        }
        while self.run.as_ref().is_some_and(|r| !r.flights.is_empty() || r.evaluate) {
            self.try_tick().await?;
        }
        Ok(())
    }

    /// Everything that training has changed, and the best of it.
    async fn carried(&mut self) -> Result<Vec<(String, Vec<f32>)>, BuildError> {
        let mut carried = vec![];
        if let (Some(run), Some(backend)) = (&self.run, &mut self.backend) {
            let best = run.programs.best.iter().map(|name| names::best(name));
            for name in run.programs.kept.iter().cloned().chain(best) {
                let values = backend.read_f32(&name).await?;
                carried.push((name, values));
            }
        }
        // What was read before these has come by now.
        self.try_tick().await?;
        if let Some(run) = &mut self.run {
            run.flights.clear();
            run.landed.clear();
        }
        Ok(carried)
    }
}

/// Writes a variable of the same length; the control block's are integers, read as floats of the same bits.
fn write(backend: &mut Backend, name: &str, values: &[f32]) -> Result<(), Lost> {
    if name == control::NAME || name == names::best(control::NAME) {
        let words: Vec<u32> = values.iter().map(|v| v.to_bits()).collect();
        return backend.write_u32(name, 0, &words);
    }
    backend.write_f32(name, 0, values)
}
