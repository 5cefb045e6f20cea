//! Submits under way, and how large the next one should be.

use std::collections::VecDeque;

use super::backend::Ticket;
use crate::Look;

/// A submit under way.
pub struct Flight {
    /// Its ticket.
    pub ticket: Ticket,
    /// When it was submitted, in milliseconds.
    pub started: f64,
    /// The steps it trains.
    pub steps: u32,
    /// The pieces of evaluations it goes through.
    pub pieces: u32,
    /// Its results belong to a run that was rewound since.
    pub void: bool,
    /// How to read its answer; none once that has been done.
    pub report: Option<Report>,
}

/// What a submit was asked for, to read its answer by.
pub struct Report {
    /// The steps completed before it.
    pub from: u32,
    /// The steps it trains.
    pub steps: u32,
    /// The ring row of its first batch loss.
    pub loss_row: usize,
    /// The steps at which it evaluates.
    pub evaluations: Vec<u32>,
    /// The ring row of its first evaluation.
    pub evaluation_row: usize,
    /// The pictures it takes.
    pub look: Option<Look>,
}

/// Milliseconds a submit should take: long enough to keep the machine busy, short enough to stop at once.
const TARGET_MS: f64 = 16.0;
/// The most it may take for the sake of a browser that tells late; a submit must end before anybody waits for it.
const LONGEST_MS: f64 = 130.0;
/// The span over which steps a second are counted: two batches at one a second lie within it.
const WINDOW_MS: f64 = 2500.0;

/// How fast training goes and may go.
#[derive(Default)]
pub struct Pace {
    limit: Option<f64>,
    credit: f64,
    credited: f64,
    /// Milliseconds of a step, and of an evaluation's piece.
    ms: [Option<f64>; 2],
    landed: VecDeque<(f64, u32)>,
    last_landing: f64,
    /// Milliseconds until a submit that is done is told.
    delay: f64,
    /// What landed at once with what follows, and is reckoned with it.
    held: Held,
}

/// Submits that have landed: what time they took together, for how many steps and pieces, and whether one took pictures.
#[derive(Default)]
struct Held {
    ms: f64,
    counts: [u32; 2],
    pictures: bool,
}

impl Pace {
    /// The same limit for another run, whose steps take another time.
    pub fn fresh(&self) -> Self {
        Self {
            limit: self.limit,
            credited: self.credited,
            last_landing: self.last_landing,
            delay: self.delay,
            ..Self::default()
        }
    }

    /// Where a submit that is done is told only so many milliseconds later, submits are as long as that, and one more is under
    /// way: some run while others are waited for, and the machine is never idle. Firefox asks the GPU ten times a second.
    pub fn set_delay(&mut self, ms: f64) {
        self.delay = ms;
    }

    /// How many submits are under way at most, on a machine that answers late at all.
    pub fn depth(&self) -> usize {
        if self.tells_late() { 3 } else { 2 }
    }

    fn tells_late(&self) -> bool {
        self.delay > TARGET_MS
    }

    fn target(&self) -> f64 {
        if !self.tells_late() {
            return TARGET_MS;
        }
        // More than was measured, since what is measured varies: where a submit's time is thought shorter than the delay, the delay
        // is all that is ever seen, and submits stay as they are.
        (1.5 * self.delay).min(LONGEST_MS)
    }

    /// Begins to count the limit now.
    pub fn resume(&mut self, now: f64) {
        (self.credit, self.credited) = (1.0, now);
    }

    /// Sets the limit in steps a second.
    pub fn set_limit(&mut self, limit: Option<f32>, now: f64) {
        self.limit = limit.map(f64::from);
        self.resume(now);
    }

    /// Steps the next submit may have while playing, at most `most`.
    pub fn steps(&mut self, now: f64, most: u32) -> u32 {
        let fit = self.fitting().min(most);
        let Some(limit) = self.limit else { return fit };
        // A pause must not be paid back: at most a quarter of a second is saved up, and what passes until a submit is told.
        let most_saved = 1.0 + limit * (0.25 + 2.0 * self.delay / 1000.0);
        self.credit = (self.credit + (now - self.credited) * limit / 1000.0).min(most_saved);
        self.credited = now;
        let steps = fit.min(self.credit as u32);
        self.credit -= f64::from(steps);
        steps
    }

    /// How many steps fill a submit. The first one is a single step, since nobody knows yet.
    pub fn fitting(&self) -> u32 {
        self.ms[STEP].map_or(1, |ms| (self.target() / ms).clamp(1.0, 1e6) as u32)
    }

    /// The room of the next submit.
    pub fn room(&self) -> Room {
        Room { left: self.target(), empty: true, ms: self.ms }
    }

    /// So many of the steps that [`Self::steps`] gave were not taken.
    pub fn give_back(&mut self, steps: u32) {
        if self.limit.is_some() {
            self.credit += f64::from(steps);
        }
    }

    /// Whether training keeps up with its limit; without one nothing ever does.
    pub fn in_time(&self) -> bool {
        self.limit.is_some_and(|limit| self.credit < 1.0 + limit / 8.0)
    }

    /// Milliseconds until the limit allows a step.
    pub fn wait(&self) -> f64 {
        self.limit.map_or(0.0, |limit| ((1.0 - self.credit) * 1000.0 / limit).clamp(0.0, 50.0))
    }

    /// A submit of so many steps and pieces has been done. One that took pictures as well tells little of what those take: it
    /// can only show that they are quicker than was thought, so that looking does not make the submits smaller. Gives the
    /// milliseconds that they do not account for.
    pub fn landed(&mut self, started: f64, [steps, pieces]: [u32; 2], pictures: bool, now: f64) -> f64 {
        self.count(steps, now);
        let merges = self.tells_late();
        let held = &mut self.held;
        held.ms += (now - started.max(self.last_landing)).max(0.001);
        held.counts = [held.counts[STEP] + steps, held.counts[PIECE] + pieces];
        held.pictures |= pictures;
        self.last_landing = now;
        // Of two that are told by one tick of the browser's clock one would have taken no time, and the other all of it.
        if merges && held.ms < self.delay / 2.0 {
            return 0.0;
        }
        let Held { ms: took, counts: [steps, pieces], pictures } = std::mem::take(held);
        let counts = [(STEP, steps), (PIECE, pieces)].map(|(kind, n)| (kind, f64::from(n)));
        let known = counts.iter().all(|&(kind, n)| n == 0.0 || self.ms[kind].is_some());
        let thought: f64 = counts.iter().map(|&(kind, n)| n * self.ms[kind].unwrap_or(0.0)).sum();
        let beside = if known && steps + pieces > 0 { took - thought } else { took };
        // What is not known yet stands by itself in its submit.
        let off = if known && thought > 0.0 { took / thought } else { 1.0 };
        let off = if pictures { off.min(1.0) } else { off };
        for (kind, n) in counts.into_iter().filter(|c| c.1 > 0.0) {
            let ms = self.ms[kind].map_or(took / n, |old| old * off);
            // Growth is doubled at most, since the first submits carry the start-up.
            self.ms[kind] = Some(self.ms[kind].map_or(ms, |old| (0.7 * old + 0.3 * ms).max(old / 2.0)));
        }
        if known { beside } else { 0.0 }
    }

    /// Counts steps for [`Self::rate`].
    fn count(&mut self, steps: u32, now: f64) {
        if steps > 0 {
            self.landed.push_back((now, steps));
        }
        while self.landed.front().is_some_and(|l| now - l.0 > WINDOW_MS) {
            self.landed.pop_front();
        }
    }

    /// Steps a second of late; 0 when nothing landed.
    pub fn rate(&self, now: f64) -> f32 {
        let mut recent = self.landed.iter().filter(|l| now - l.0 <= WINDOW_MS);
        let Some(&(first, _)) = recent.next() else { return 0.0 };
        let (steps, last) = recent.fold((0, first), |(steps, _), l| (steps + l.1, l.0));
        let span = last - first;
        if span <= 0.0 {
            return 0.0;
        }
        (f64::from(steps) * 1000.0 / span) as f32
    }
}

/// A training step, among what fills a submit.
pub const STEP: usize = 0;
/// A piece of an evaluation.
pub const PIECE: usize = 1;

/// What fits into a submit beside what it holds already.
pub struct Room {
    left: f64,
    empty: bool,
    ms: [Option<f64>; 2],
}

impl Room {
    /// How many of at most `want` steps or pieces fit; at least one into an empty submit. Of what nobody knows yet how long it
    /// takes, one, by itself.
    pub fn take(&mut self, kind: usize, want: u32) -> u32 {
        let n = match self.ms[kind] {
            None => {
                let n = want.min(u32::from(self.empty));
                self.left = if n > 0 { 0.0 } else { self.left };
                n
            }
            Some(ms) => want.min(((self.left / ms) as u32).max(u32::from(self.empty))),
        };
        self.left -= f64::from(n) * self.ms[kind].unwrap_or(0.0);
        self.empty &= n == 0;
        n
    }
}

/// The values of `rows` rows from `first` on in a ring read back whole; `ring[0]` is the next row.
pub fn ring_rows(ring: &[f32], width: usize, first: usize, rows: usize) -> Vec<&[f32]> {
    let capacity = (ring.len() - 1) / width;
    (0..rows).map(|i| 1 + (first + i) % capacity * width).map(|at| &ring[at..at + width]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_kept_and_pauses_are_not_paid_back() {
        let mut pace = Pace::default();
        pace.set_limit(Some(10.0), 0.0);
        pace.landed(0.0, [100, 0], false, 1.0);
        let mut steps = 0;
        for ms in 1..=2000 {
            steps += pace.steps(f64::from(ms), 512);
        }
        assert!((20..=22).contains(&steps), "{steps} steps in 2 s at 10 a second");
        assert!(pace.steps(60_000.0, 512) <= 3, "a minute's pause came back as a burst");
    }

    #[test]
    fn submits_grow_to_fill_their_time() {
        let mut pace = Pace::default();
        assert_eq!(pace.fitting(), 1);
        for i in 0..40 {
            let start = f64::from(i) * 10.0;
            pace.landed(start, [10, 0], false, start + 1.0);
        }
        assert!((140..=170).contains(&pace.fitting()), "{} steps of 0.1 ms in 16 ms", pace.fitting());
    }

    /// Breaks where a submit holds more than its time: steps and pieces of very different cost, learnt from mixed submits.
    #[test]
    fn steps_and_pieces_share_a_submits_time() {
        let (step, piece) = (0.1, 3.0);
        let mut pace = Pace::default();
        let mut now = 0.0;
        for round in 0..60 {
            let mut room = pace.room();
            let first = if round == 0 { [PIECE, STEP] } else { [STEP, PIECE] };
            let mut took = [0, 0];
            for kind in first {
                took[kind] = room.take(kind, if kind == STEP { 40 } else { 90 });
            }
            assert!(took[STEP] + took[PIECE] > 0);
            let ms = f64::from(took[STEP]) * step + f64::from(took[PIECE]) * piece;
            assert!(ms < 2.0 * TARGET_MS, "{took:?} took {ms} ms in round {round}");
            pace.landed(now, took, false, now + ms);
            now += ms;
        }
        let mut room = pace.room();
        let all = [room.take(STEP, 40), room.take(PIECE, 90)];
        assert!(all[0] >= 30 && (2..=5).contains(&all[1]), "{all:?}");
        assert_eq!((room.take(PIECE, 1), pace.room().take(STEP, 0)), (0, 0));
    }

    /// Steps a second that a device makes of steps of so many milliseconds, where a submit is told at `told` of the time that
    /// it was done at.
    fn train(step: f64, delay: f64, told: impl Fn(f64) -> f64) -> f64 {
        let mut pace = Pace::default();
        pace.set_delay(delay);
        let (mut now, mut free, mut steps) = (0.0f64, 0.0f64, 0);
        let mut flights = VecDeque::new();
        while now < 20_000.0 {
            while flights.len() < pace.depth() {
                let n = pace.room().take(STEP, pace.fitting());
                free = free.max(now) + f64::from(n) * step;
                flights.push_back((now, free, n));
            }
            let (started, done, n) = flights.pop_front().unwrap();
            now = now.max(told(done));
            pace.landed(started, [n, 0], false, now);
            steps += if now > 10_000.0 { n } else { 0 };
        }
        f64::from(steps) / 10.0
    }

    /// Breaks where a browser's clock is taken for the GPU's: with submits of one step, ten a second are told.
    #[test]
    fn training_keeps_its_pace_where_the_browser_tells_late() {
        for step in [0.05, 1.1, 9.0, 40.0, 120.0] {
            let at_once = train(step, 0.3, |done| done + 0.3);
            assert!(at_once > 0.9 * 1000.0 / step, "{step} ms a step: {at_once} a second");
            let late = train(step, 100.0, |done| done + 100.0);
            let at_ticks = train(step, 100.0, |done| (done / 100.0).ceil() * 100.0);
            // A timer that other work may hurry, and one that is slower than it was measured to be.
            let hurried = train(step, 100.0, |done| (done / 25.0).ceil() * 25.0);
            let slower = train(step, 84.0, |done| (done / 125.0).ceil() * 125.0);
            for (name, rate) in
                [("late", late), ("at ticks", at_ticks), ("hurried", hurried), ("slower", slower)]
            {
                assert!(rate > 0.8 * at_once, "{step} ms a step, told {name}: {rate} of {at_once} a second");
            }
        }
    }

    #[test]
    fn ring_rows_wrap() {
        let ring = [1.0, 10.0, 11.0, 12.0];
        let rows = ring_rows(&ring, 1, 2, 2);
        assert_eq!(rows, [&[12.0][..], &[10.0]]);
    }
}
