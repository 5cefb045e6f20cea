//! When a look may be taken while it trains. What looks cost the device is measured, and the next one waits until that was a
//! small share of the time between: a device that is also the page's processor would be slowed more than a little.

/// The share of the time that looks may take while it trains as fast as it can.
const SHARE: f64 = 0.035;
/// The longest wait, in milliseconds: what is watched still moves.
const LONGEST: f64 = 1000.0;

/// What looks cost, and when the next one may be taken.
#[derive(Default)]
pub struct Looks {
    begun: bool,
    cost: f64,
    due: f64,
}

impl Looks {
    /// Whether one may be taken now, beside so many steps of training. One that keeps nobody waiting always may.
    pub fn may(&self, now: f64, steps: u32, in_time: bool) -> bool {
        steps == 0 || in_time || now >= self.due
    }

    /// One was taken.
    pub fn taken(&mut self, now: f64) {
        self.due = now + (self.cost / SHARE).min(LONGEST);
    }

    /// One was done that took so many milliseconds more than its steps did: a noisy number, so the mean of many counts, and
    /// one that is far too large but little. The first is not counted at all: it carries the making of its kernels.
    pub fn cost(&mut self, ms: f64) {
        if std::mem::replace(&mut self.begun, true) {
            self.cost = (0.8 * self.cost + 0.2 * ms.min(4.0 * self.cost + 20.0)).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_take_their_share_of_the_time_while_it_trains() {
        let mut looks = Looks::default();
        assert!(looks.may(0.0, 10, false), "the first one waits for nothing");
        (0..50).for_each(|_| looks.cost(7.0));
        looks.taken(100.0);
        let due = 100.0 + 7.0 / SHARE;
        assert!(!looks.may(due - 1.0, 10, false) && looks.may(due + 1.0, 10, false));
        assert!(looks.may(100.0, 0, false), "a look that holds up no step may be taken at once");
        assert!(looks.may(100.0, 10, true), "and one where training keeps its pace");
        (0..50).for_each(|_| looks.cost(1e6));
        looks.taken(0.0);
        assert!(looks.may(LONGEST, 10, false), "what is watched still moves");
    }

    #[test]
    fn a_stall_of_the_machine_is_no_cost_for_long() {
        let mut looks = Looks::default();
        looks.cost(3000.0);
        assert_eq!(looks.cost, 0.0, "the first one made its kernels");
        (0..40).for_each(|i| looks.cost(if i % 2 == 0 { 9.0 } else { 1.0 }));
        assert!((4.0..6.0).contains(&looks.cost), "the mean of what is noisy: {}", looks.cost);
        looks.cost(5000.0);
        assert!(looks.cost < 15.0, "one stall: {}", looks.cost);
        (0..40).for_each(|_| looks.cost(-3.0));
        assert_eq!(looks.cost, 0.0);
    }
}
