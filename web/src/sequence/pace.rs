//! How often something may be done so that it takes a small share of the time.

/// Keeps something that takes time down to a share of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pace {
    /// The least between two beginnings, in milliseconds.
    least: f64,
    /// The most of the time it may take.
    share: f64,
    /// The quickest so far, in milliseconds: what it takes when nothing else is in the way.
    took: Option<f64>,
}

impl Pace {
    /// At most once in `least` milliseconds, and no more than this share of the time.
    pub fn new(least: f64, share: f64) -> Self {
        Self { least, share, took: None }
    }

    /// It took so many milliseconds, waiting included.
    pub fn took(&mut self, ms: f64) {
        self.took = Some(self.took.map_or(ms, |t| t.min(ms)));
    }

    /// How many milliseconds after the end of one the next may begin.
    pub fn rest(&self) -> f64 {
        let took = self.took.unwrap_or(0.0);
        (took / self.share - took).max(self.least - took).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[test]
    fn it_takes_its_share_and_no_more() {
        let mut pace = Pace::new(50.0, 0.1);
        assert_eq!(pace.rest(), 50.0);
        pace.took(20.0);
        assert_eq!(pace.rest(), 180.0, "20 of 200 ms");
        pace.took(400.0);
        assert_eq!(pace.rest(), 180.0, "one that waited long tells nothing of its cost");
        pace.took(1.0);
        assert_eq!(pace.rest(), 49.0);
    }
}
