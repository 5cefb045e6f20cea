//! Who waits for what from the engine.

use futures_channel::oneshot::{Receiver, Sender, channel};

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    /// The first metrics of this build.
    Load(u32),
    /// The first metrics after a reset.
    Reset,
    /// The end of the steps asked for under this id; the answer has a row, an empty one, if they were broken off.
    Done(u32),
    /// The outputs asked for under this id.
    Predicted(u32),
    /// The device's buffers.
    Memory,
    /// Samples, by the command's id.
    Samples(u32),
    /// Answers to the learner's inputs, by the command's id.
    Asked(u32),
    /// The next frame with all that is inside.
    Frame,
}

/// What comes of it: rows of numbers where numbers were asked for.
pub type Answer = Result<Vec<Vec<f32>>, String>;

/// All those who wait.
#[derive(Default)]
pub struct Waits {
    list: Vec<(Wait, Sender<Answer>)>,
}

impl Waits {
    /// One more. The receiver gets the answer, or is cancelled with the page.
    pub fn add(&mut self, wait: Wait) -> Receiver<Answer> {
        let (sender, receiver) = channel();
        self.list.push((wait, sender));
        receiver
    }

    /// Whether anybody waits.
    pub fn any(&self) -> bool {
        !self.list.is_empty()
    }

    /// Answers all who wait for something of this kind.
    pub fn settle(&mut self, is: impl Fn(Wait) -> bool, answer: &Answer) {
        let (settled, left) = self.list.drain(..).partition(|(wait, _)| is(*wait));
        self.list = left;
        let settled: Vec<(Wait, Sender<Answer>)> = settled;
        for (_, sender) in settled {
            // Nobody may be waiting any more; that is theirs to decide.
            let _ = sender.send(answer.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gets_its_own_answer() {
        let mut waits = Waits::default();
        let mut first = waits.add(Wait::Done(1));
        let mut second = waits.add(Wait::Done(2));
        let mut load = waits.add(Wait::Load(3));
        waits.settle(|w| w == Wait::Done(2), &Ok(vec![vec![1.0]]));
        assert_eq!(first.try_recv(), Ok(None));
        assert_eq!(second.try_recv(), Ok(Some(Ok(vec![vec![1.0]]))));
        waits.settle(|_| true, &Err("the device is lost".into()));
        assert_eq!(first.try_recv(), Ok(Some(Err("the device is lost".into()))));
        assert_eq!(load.try_recv(), Ok(Some(Err("the device is lost".into()))));
        assert!(waits.list.is_empty());
    }
}
