//! Words for a long start: large orthogonal matrices, wide pooling and many samples take their time before the first line of a
//! run. Whoever waits is told what for; a run that starts at once says nothing.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::output::note;

/// So long nothing is said.
const PATIENCE: Duration = Duration::from_secs(2);

/// Somebody who tells what is under way, on the standard error, until it is dropped.
pub struct Waiting(Sender<&'static str>);

impl Waiting {
    /// Begins with `stage`.
    pub fn begin(stage: &'static str) -> Self {
        Self::with(stage, PATIENCE, |words| note(&words))
    }

    fn with(stage: &'static str, patience: Duration, say: impl Fn(String) + Send + 'static) -> Self {
        let (sender, stages) = channel();
        thread::spawn(move || {
            let began = Instant::now();
            // Said again each time the wait has doubled: a sign of life that fills no screen.
            let (mut stage, mut due) = (stage, patience);
            loop {
                match stages.recv_timeout(due.saturating_sub(began.elapsed())) {
                    Ok(next) => {
                        stage = next;
                        // Where it has taken long already, what comes next is told as it begins.
                        if due > patience {
                            say(format!("note: {stage}"));
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        say(format!("note: {stage}, {:.0} s so far", began.elapsed().as_secs_f64()));
                        due *= 2;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        });
        Self(sender)
    }

    /// Goes on to the next stage.
    pub fn stage(&self, stage: &'static str) {
        // Without the thread nothing is told.
        self.0.send(stage).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_waits_are_told_and_short_ones_are_not() {
        let (sender, said) = channel();
        let begin = |patience| {
            let sender = sender.clone();
            Waiting::with("building", Duration::from_millis(patience), move |words| {
                sender.send(words).ok();
            })
        };
        let short = begin(60_000);
        short.stage("the first evaluation");
        drop(short);
        let long = begin(1);
        let next = || said.recv_timeout(Duration::from_secs(20)).expect("words");
        assert!(next().starts_with("note: building, "), "the short one said nothing");
        long.stage("the first evaluation");
        while !next().starts_with("note: the first evaluation") {}
        assert!(next().starts_with("note: the first evaluation, "), "it says again that it goes on");
        drop(long);
    }
}
