//! What a task is called, what it asks, where it comes from and which settings it reads.

/// What there is to know of a task before it is drawn.
pub struct About {
    /// Its name in files, as `TaskKind` is written: "copy-memory".
    pub id: &'static str,
    /// Its name for the reader: "Copy memory".
    pub title: &'static str,
    /// One sentence: what comes in and what is asked.
    pub sentence: &'static str,
    /// Where the task was first described; none where it is our own or has no one source.
    pub citation: Option<&'static str>,
    /// How long a sequence is, where it can be chosen.
    pub length: Option<Setting>,
    /// How many symbols there are (or the modulus), where it can be chosen.
    pub symbols: Option<Setting>,
    /// How many steps lie between what is seen and what is asked, where it can be chosen.
    pub delay: Option<Setting>,
    /// Whether `noise` changes the samples.
    pub noise: bool,
}

/// A whole number that a task reads: what it is when left out, and its range, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setting {
    /// The value when left out.
    pub default: u32,
    /// The smallest value allowed.
    pub low: u32,
    /// The largest value allowed.
    pub high: u32,
}
