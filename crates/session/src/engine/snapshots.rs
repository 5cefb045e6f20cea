//! The way back from a run that diverges: copies of everything that training changes, taken after each submit and
//! trusted once the next submit began with a sound loss.

/// Where the run stood when a copy was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// Which of the copies.
    pub slot: usize,
    /// The step.
    pub step: u32,
}

/// Two submits can be under way, one awaits its verdict, one is trusted.
pub const SLOTS: usize = 4;

/// Which copies there are and which to trust.
#[derive(Debug, Default)]
pub struct Snapshots {
    good: Option<Snapshot>,
    candidates: Vec<Snapshot>,
    least_loss: Option<f32>,
}

impl Snapshots {
    /// Chooses the copy for a submit that ends at `step`; none when all are in use.
    pub fn take(&mut self, step: u32) -> Option<Snapshot> {
        let used = |slot| self.good.iter().chain(&self.candidates).any(|s| s.slot == slot);
        let slot = (0..SLOTS).find(|&slot| !used(slot))?;
        let snapshot = Snapshot { slot, step };
        self.candidates.push(snapshot);
        Some(snapshot)
    }

    /// Learns the batch losses of a submit that began at step `from`. The copy taken at `from` is sound when training
    /// from it began with a loss that is a number and not far above the least so far.
    pub fn judge(&mut self, from: u32, losses: &[f32]) {
        let Some(&first) = losses.first() else { return };
        let bound = self.least_loss.map_or(f32::INFINITY, |least| 100.0 * least + 1.0);
        if let Some(i) = self.candidates.iter().position(|c| c.step == from) {
            let candidate = self.candidates[i];
            if first.is_finite() && first <= bound {
                self.good = Some(candidate);
            }
            self.candidates.drain(..=i);
        }
        let mean = losses.iter().sum::<f32>() / losses.len() as f32;
        if mean.is_finite() {
            self.least_loss = Some(self.least_loss.map_or(mean, |least| least.min(mean)));
        }
    }

    /// A copy of a step that is known to be sound, in place of all others.
    pub fn trust(&mut self, step: u32) -> Snapshot {
        let good = Snapshot { slot: 0, step };
        *self = Self { good: Some(good), least_loss: self.least_loss, ..Self::default() };
        good
    }

    /// The run goes on from the trusted copy: what came after it no longer counts, the copy itself still does.
    pub fn went_back(&mut self) {
        self.candidates.clear();
    }

    /// The last copy to trust; none means the initial weights.
    pub fn good(&self) -> Option<Snapshot> {
        self.good
    }

    /// The name of a variable's copy.
    pub fn name(slot: usize, variable: &str) -> String {
        format!("snapshot.{slot}.{variable}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_trusted_only_after_a_sound_next_submit() {
        let mut s = Snapshots::default();
        s.take(10).expect("all are free");
        s.judge(0, &[1.0, 0.9]);
        assert_eq!(s.good(), None, "nobody has trained from step 10 yet");
        s.take(20).expect("three are free");
        s.judge(10, &[0.8, 0.7]);
        assert_eq!(s.good().map(|s| s.step), Some(10));
        s.judge(20, &[f32::NAN, f32::NAN]);
        assert_eq!(s.good().map(|s| s.step), Some(10), "step 20 led to NaN at once");
    }

    #[test]
    fn a_huge_loss_is_not_sound() {
        let mut s = Snapshots::default();
        s.take(10).expect("all are free");
        s.judge(0, &[0.5]);
        s.take(20).expect("three are free");
        s.judge(10, &[0.4]);
        s.judge(20, &[1e9]);
        assert_eq!(s.good().map(|s| s.step), Some(10));
    }

    #[test]
    fn copies_never_run_out_with_two_submits_under_way() {
        let mut s = Snapshots::default();
        s.take(1).expect("free");
        for step in 2..100 {
            assert!(s.take(step).is_some(), "no copy left at step {step}");
            s.judge(step - 2, &[0.5]);
        }
    }
}
