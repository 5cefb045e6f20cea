//! How long a leader works alone after a helper that others kept from its processor.

use std::time::{Duration, Instant};

/// How many times as long as was lost by a late helper one works alone, at first and at most.
const ALONE: [f64; 2] = [2.0, 64.0];

/// How long a leader works alone.
pub(super) struct Rest {
    until: Option<Instant>,
    /// How many times as long as is lost the next rest is.
    times: f64,
}

impl Rest {
    /// Works with the others.
    pub const NONE: Self = Self { until: None, times: ALONE[0] };

    /// Whether the leader is to work alone at this moment.
    pub fn lasts(&mut self, now: Instant) -> bool {
        self.until = self.until.filter(|&until| now < until);
        self.until.is_some()
    }

    /// Each helper that is late leads to a longer rest, each that is not to a shorter one. `lost` is what was lost by it.
    pub fn judge(&mut self, lost: Option<Duration>, now: Instant) {
        self.until = lost.map(|lost| now + lost.mul_f64(self.times));
        let factor = if lost.is_some() { 2.0 } else { 0.99 };
        self.times = (self.times * factor).clamp(ALONE[0], ALONE[1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks where a leader that had to wait does not rest, rests for good, or does not learn.
    #[test]
    fn who_had_to_wait_works_alone_for_a_while() {
        let (mut rest, mut now, lost) = (Rest::NONE, Instant::now(), Duration::from_millis(3));
        let mut after = |late: bool| {
            rest.judge(late.then_some(lost), now);
            let begun = now;
            while rest.lasts(now) {
                now += Duration::from_micros(100);
            }
            (now - begun).as_micros()
        };
        assert_eq!([false, true, true].map(&mut after), [0, 6_000, 12_000]);
        assert_eq!([true; 9].map(&mut after)[8], 192_000);
        (0..500).for_each(|_| assert_eq!(after(false), 0));
        assert_eq!(after(true), 6_000);
    }
}
