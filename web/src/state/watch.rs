//! Who looks at what inside a model: a picture is asked for only while somebody sees it.

use futures_channel::oneshot::Receiver;
use leptos::prelude::*;
use minibatch_session::{Command, Look, Shown};

use super::Page;
use super::waits::{Answer, Wait};

/// What can be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Watch {
    /// All that the model makes of the sample shown.
    Inside,
    /// The gradients.
    Gradients,
    /// The answers to many test samples.
    Examine,
    /// The parameters.
    Parameters,
    /// How far the last step moved them.
    Update,
}

/// How many look at each.
#[derive(Clone, Copy, Default, Debug)]
pub struct Watched([u32; 5]);

impl Watched {
    /// With what is looked at besides the views of the plane.
    pub fn look(&self, look: Look) -> Look {
        let [inside, gradients, examine, parameters, update] = self.0.map(|n| n > 0);
        Look {
            inside,
            gradients,
            examine,
            update,
            parameters: look.parameters || parameters || update,
            ..look
        }
    }

    fn change(&mut self, watch: Watch, by: i32) {
        let slot = &mut self.0[watch as usize];
        *slot = slot.saturating_add_signed(by);
    }
}

impl Page {
    /// Asks for this with every frame, for as long as the component that calls it lives.
    pub fn watch(&self, watch: Watch) {
        let page = *self;
        page.watched.update_value(|w| w.change(watch, 1));
        page.stir();
        on_cleanup(move || page.watched.update_value(|w| w.change(watch, -1)));
    }

    /// The step that the frame just received shows. After the numbers were lost it is of a later one than the run is said to
    /// be at, which stands for it then: no other will come.
    pub fn frame_step(&self) -> u32 {
        let step = self.metrics.with_untracked(|m| m.step);
        self.frame.with_value(|frame| frame.step.min(step))
    }

    /// The next frame with everything inside; the receiver hears when it is there, or that the engine has stopped.
    pub fn look_inside(&self) -> Receiver<Answer> {
        const ALL: [Watch; 3] = [Watch::Inside, Watch::Gradients, Watch::Parameters];
        ALL.iter().for_each(|w| self.watched.update_value(|all| all.change(*w, 1)));
        let gone = self.stopped();
        let receiver = self.errands.try_update_value(|e| {
            e.pull.early = e.pull.outstanding;
            let receiver = e.waits.add(Wait::Frame);
            if let Some(why) = gone {
                e.waits.settle(|w| w == Wait::Frame, &Err(why));
            }
            receiver
        });
        self.stir();
        receiver.unwrap_or_else(|| futures_channel::oneshot::channel().1)
    }

    /// Ends what [`Page::look_inside`] began.
    pub fn looked_inside(&self) {
        for watch in [Watch::Inside, Watch::Gradients, Watch::Parameters] {
            self.watched.update_value(|all| all.change(watch, -1));
        }
    }

    /// Chooses the sample that looks inside show.
    pub fn show_sample(&self, shown: Shown) {
        // What is being built begins with its own first sample.
        if self.status.with_untracked(|s| s.loaded) {
            self.sample.set(shown.clone());
            self.send(Command::Show(shown));
            self.stir();
        }
    }

    /// Samples as they are: the receiver gets inputs and targets.
    pub fn samples(&self, first: u32, n: u32) -> Receiver<Answer> {
        self.wait_by_id(Wait::Samples, |id| Command::Samples { id, first, n })
    }

    /// The model's answers to inputs of the learner's, as the learner reads them.
    pub fn ask(&self, inputs: Vec<f32>) -> Receiver<Answer> {
        self.wait_by_id(Wait::Asked, |id| Command::Ask { id, inputs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_watches_is_asked_for_until_nobody_does() {
        let mut watched = Watched::default();
        assert_eq!(watched.look(Look::default()), Look::default());
        watched.change(Watch::Inside, 1);
        watched.change(Watch::Inside, 1);
        watched.change(Watch::Examine, 1);
        watched.change(Watch::Inside, -1);
        let look = watched.look(Look::default());
        assert!(look.inside && look.examine && !look.gradients && !look.parameters);
        watched.change(Watch::Inside, -1);
        watched.change(Watch::Inside, -1);
        assert!(!watched.look(Look::default()).inside, "it never goes below nobody");
    }
}
