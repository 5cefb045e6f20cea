//! The way back from a run that diverges: copies of everything that training changes, taken after each submit. A copy is
//! trusted once its numbers are known to be sound and the next submit began from it with a sound loss. A loss alone says
//! too little: behind a saturated tanh it stays finite while the weights double at every step.

use minibatch_graph::{DType, Graph, GraphError, Op};

/// Where the run stood when a copy was taken.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Snapshot {
    /// Which of the copies.
    pub slot: usize,
    /// The step.
    pub step: u32,
    /// Its numbers are sound; not so as long as they are not known.
    sound: bool,
}

/// Two submits can be under way, one awaits its verdict, three are trusted. Where more are under way some get no copy.
pub const SLOTS: usize = 6;

/// The sums of squares of what training changes, the parameters' first; see [`squares`].
pub const SQUARES: &str = "snapshot.squares";

/// Weights whose mean square is up to this are never too large.
const ORDINARY: f32 = 1.0;
/// How much the weights' mean square may grow while the number of steps doubles: their size by 4. What grows by a factor at each
/// step, however small, passes this long before it leaves the numbers; what training does to weights levels off.
const GROWTH: f32 = 16.0;
/// A sum of squares up to this leaves room for a step that multiplies all by thousands.
const MOST: f32 = 1e30;
/// A run that diverges within so many steps of a copy has that copy to blame, or its settings.
const SOON: u32 = 100;

/// Which copies there are and which to trust.
#[derive(Debug)]
pub struct Snapshots {
    /// The last to trust.
    near: Option<Snapshot>,
    /// An earlier one.
    middle: Option<Snapshot>,
    /// One of at most half as many steps.
    far: Option<Snapshot>,
    candidates: Vec<Snapshot>,
    least_loss: Option<f32>,
    /// How many parameters there are.
    parameters: usize,
    /// Mean squares of the weights, at steps ever further apart.
    sizes: Vec<(u32, f32)>,
    /// The run diverged before, and went back to this step.
    returned: Option<u32>,
}

impl Snapshots {
    /// No copies of a run that starts with these parameters.
    pub fn new(parameters: &[f32]) -> Self {
        let squares: f32 = parameters.iter().map(|p| p * p).sum();
        let size = squares / parameters.len().max(1) as f32;
        Self {
            near: None,
            middle: None,
            far: None,
            candidates: vec![],
            least_loss: None,
            parameters: parameters.len(),
            sizes: vec![(0, size)],
            returned: None,
        }
    }

    /// The last first.
    fn trusted(&self) -> [Option<Snapshot>; 3] {
        [self.near, self.middle, self.far]
    }

    /// Chooses the copy for a submit that ends at `step`; none when all are in use.
    pub fn take(&mut self, step: u32) -> Option<Snapshot> {
        let trusted = self.trusted().into_iter().flatten();
        let used: Vec<usize> = trusted.chain(self.candidates.iter().copied()).map(|s| s.slot).collect();
        let slot = (0..SLOTS).find(|slot| !used.contains(slot))?;
        let snapshot = Snapshot { slot, step, sound: false };
        self.candidates.push(snapshot);
        Some(snapshot)
    }

    /// Learns the sums of squares, [`SQUARES`], of a submit that ended at `step`.
    pub fn weigh(&mut self, step: u32, squares: &[f32]) {
        let size = squares.first().map_or(f32::NAN, |s| s / self.parameters.max(1) as f32);
        let before = self.sizes.iter().rfind(|s| s.0 <= step / 2).map_or(0.0, |s| s.1);
        let finite = squares.iter().all(|s| s.is_finite()) && size * self.parameters as f32 <= MOST;
        let sound = finite && size <= (GROWTH * before).max(ORDINARY);
        self.candidates.iter_mut().filter(|c| c.step == step).for_each(|c| c.sound = sound);
        // A list that is as long as its last step has digits, and knows a size near each half of the way.
        let due = self.sizes.last().is_none_or(|s| step > s.0 && (step - s.0) * 8 >= s.0);
        if finite && due {
            self.sizes.push((step, size));
        }
    }

    /// Learns the batch losses of a submit that began at step `from`. The copy taken at `from` is sound when its numbers
    /// are, and training from it began with a loss that is a number and not far above the least so far.
    pub fn judge(&mut self, from: u32, losses: &[f32]) {
        let Some(&first) = losses.first() else { return };
        let bound = self.least_loss.map_or(f32::INFINITY, |least| 100.0 * least + 1.0);
        if let Some(i) = self.candidates.iter().position(|c| c.step == from) {
            let candidate = self.candidates[i];
            if candidate.sound && first.is_finite() && first <= bound {
                self.accept(candidate);
            }
            self.candidates.drain(..=i);
        }
        let mean = losses.iter().sum::<f32>() / losses.len() as f32;
        if mean.is_finite() {
            self.least_loss = Some(self.least_loss.map_or(mean, |least| least.min(mean)));
        }
    }

    fn accept(&mut self, candidate: Snapshot) {
        let last = self.near.replace(candidate);
        if self.middle.is_none_or(|middle| candidate.step / 2 >= middle.step) {
            (self.far, self.middle) = (self.middle.or(self.far), last);
        }
    }

    /// A copy of a step that is known to be sound, in place of all others.
    pub fn trust(&mut self, step: u32) -> Snapshot {
        let good = Snapshot { slot: 0, step, sound: true };
        (self.near, self.middle, self.far, self.returned) = (Some(good), None, None, None);
        self.candidates.clear();
        self.sizes.retain(|s| s.0 <= step);
        good
    }

    /// The run diverged at `step`: gives the copy to go back to, none for the initial weights. What came after that copy no
    /// longer counts. Where it had gone back before, trained with `calmer` settings since, and diverged again soon all the
    /// same, the copy it went back to was not worth its trust, and what followed from it neither.
    pub fn fall_back(&mut self, step: u32, calmer: bool) -> Option<Snapshot> {
        self.candidates.clear();
        if let Some(from) = self.returned
            && calmer
            && step <= from.saturating_add(SOON)
        {
            self.near = self.trusted().into_iter().flatten().find(|s| s.step < from);
            self.middle = self.far.filter(|far| self.near.is_some_and(|near| far.step < near.step));
            self.far = None;
        }
        let back = self.near.map_or(0, |s| s.step);
        self.returned = Some(back);
        self.sizes.retain(|s| s.0 <= back);
        self.near
    }

    /// The name of a variable's copy.
    pub fn name(slot: usize, variable: &str) -> String {
        format!("snapshot.{slot}.{variable}")
    }
}

/// The sums of squares of those of these variables that hold floats, (name, length, type), in their order, to [`SQUARES`].
///
/// # Errors
/// When there are none.
pub fn squares(kept: &[(&str, usize, DType)]) -> Result<Graph, GraphError> {
    let mut g = Graph::new();
    g.set_label("soundness");
    let mut sums = vec![];
    for &(name, len, _) in kept.iter().filter(|v| v.2 == DType::F32) {
        let variable = g.variable(name, [len], DType::F32)?;
        sums.push(g.add_node(Op::SumSquares, &[variable])?);
    }
    let all = g.add_node(Op::Pack, &sums)?;
    g.output(SQUARES, all)?;
    Ok(g)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Snapshots {
        Snapshots::new(&[0.5; 4])
    }

    /// A submit from one step to another, after which the weights' sum of squares is this.
    fn submit(s: &mut Snapshots, from: u32, to: u32, squares: f32, losses: &[f32]) {
        s.take(to).expect("one is free");
        s.weigh(to, &[squares]);
        s.judge(from, losses);
    }

    #[test]
    fn a_copy_is_trusted_only_after_a_sound_next_submit() {
        let mut s = fresh();
        submit(&mut s, 0, 10, 1.0, &[1.0, 0.9]);
        assert_eq!(s.near, None, "nobody has trained from step 10 yet");
        submit(&mut s, 10, 20, 1.0, &[0.8, 0.7]);
        assert_eq!(s.near.map(|s| s.step), Some(10));
        submit(&mut s, 20, 30, 1.0, &[f32::NAN, f32::NAN]);
        assert_eq!(s.fall_back(21, false).map(|s| s.step), Some(10), "step 20 led to NaN at once");
    }

    #[test]
    fn a_huge_loss_is_not_sound() {
        let mut s = fresh();
        submit(&mut s, 0, 10, 1.0, &[0.5]);
        submit(&mut s, 10, 20, 1.0, &[0.4]);
        submit(&mut s, 20, 30, 1.0, &[1e9]);
        assert_eq!(s.near.map(|s| s.step), Some(10));
    }

    #[test]
    fn weights_that_grow_at_every_step_are_not_sound_whatever_the_loss() {
        for factor in [1.02f32, 1.3, 2.0, 100.0] {
            let mut s = fresh();
            let mut step = 0;
            loop {
                let squares = factor.powi(2 * (step + 1)) * 1.0;
                if !squares.is_finite() {
                    break;
                }
                submit(&mut s, step as u32, step as u32 + 1, squares, &[0.5]);
                step += 1;
            }
            let back = s.fall_back(step as u32, false).map_or(0, |s| s.step);
            let size = factor.powi(back as i32);
            assert!(size <= 100.0, "times {factor} a step: back at {back} of {step}, grown to {size}");
        }
    }

    #[test]
    fn what_grows_and_then_stays_is_sound_again() {
        let mut s = fresh();
        for step in 0..100 {
            let squares = if step < 40 { 1.0 } else { 1e6 };
            submit(&mut s, step, step + 1, squares, &[0.5]);
            let back = s.near.map_or(0, |s| s.step);
            match step {
                45..80 => assert_eq!(back, 40, "a leap at step 41"),
                90.. => assert!(back > 85, "it has levelled off: {back}"),
                _ => {}
            }
        }
        submit(&mut s, 100, 101, f32::INFINITY, &[0.5]);
        submit(&mut s, 101, 102, f32::INFINITY, &[0.5]);
        assert_eq!(s.near.map(|s| s.step), Some(100), "an infinity among the numbers");
    }

    #[test]
    fn divergences_in_a_row_lead_further_back() {
        let mut s = fresh();
        (0..1000).for_each(|step| submit(&mut s, step, step + 1, 1.0, &[0.5]));
        let mut back = s.fall_back(1000, false).map_or(0, |s| s.step);
        assert_eq!(back, 999);
        assert_eq!(
            s.fall_back(1001, false).map(|s| s.step),
            Some(999),
            "the settings' fault, not the copy's"
        );
        for _ in 0..4 {
            let next = s.fall_back(back + 3, true).map_or(0, |s| s.step);
            assert!(next < back || back == 0, "{back}, then {next}");
            back = next;
        }
        assert_eq!(back, 0, "the initial weights are always there");
    }

    #[test]
    fn a_run_that_went_on_for_long_is_not_blamed_on_its_copy() {
        let mut s = fresh();
        (0..50).for_each(|step| submit(&mut s, step, step + 1, 1.0, &[0.5]));
        assert_eq!(s.fall_back(50, false).map(|s| s.step), Some(49));
        (49..500).for_each(|step| submit(&mut s, step, step + 1, 1.0, &[0.5]));
        assert_eq!(s.fall_back(500, true).map(|s| s.step), Some(499));
    }

    #[test]
    fn copies_never_run_out_with_two_submits_under_way() {
        let mut s = fresh();
        s.take(1).expect("free");
        for step in 2..200 {
            assert!(s.take(step).is_some(), "no copy left at step {step}");
            s.weigh(step - 1, &[1.0]);
            s.judge(step - 2, &[0.5]);
        }
    }
}
