//! The workloads, as they are judged: the loss they begin with, what is aimed at, and what others reached elsewhere.

/// A workload and what is known of it beforehand.
pub struct Workload {
    /// Its name, in all programs.
    pub name: &'static str,
    /// The loss of the first step, the same for all since weights and data are; none for a product.
    pub first: Option<f64>,
    /// What our CPU backend is to reach natively, on two processors, and in the browser: milliseconds a step, GFLOP/s of a
    /// product.
    pub targets: [f64; 2],
    /// What a peer reached whose code is not ours to keep: milliseconds a step in the browser.
    pub quoted: Option<Quoted>,
}

/// A figure that is not measured here.
pub struct Quoted {
    /// Milliseconds a step.
    pub ms: f64,
    /// Whose it is.
    pub peer: &'static str,
    /// When and on what.
    pub measured: &'static str,
}

const fn trained(name: &'static str, first: f64, targets: [f64; 2]) -> Workload {
    Workload { name, first: Some(first), targets, quoted: None }
}

/// All of them, in the order of the tables.
pub const WORKLOADS: [Workload; 6] = [
    Workload {
        quoted: Some(Quoted {
            ms: 0.0072,
            peer: "TensorFlow Playground's own code",
            measured: "November 2026, Chromium 156, another machine of 2 processors",
        }),
        ..trained("mlp-2d", 0.349_988, [0.002, 0.0025])
    },
    trained("mlp-mnist", 2.333_878, [0.30, 0.85]),
    trained("cnn-28", 2.306_691, [1.0, 4.5]),
    trained("lstm-seed", 1.933_151, [0.55, 1.4]),
    trained("gpt-nano", 4.306_083, [8.0, 27.0]),
    Workload { name: "matmul-1024", first: None, targets: [150.0, 38.0], quoted: None },
];

/// How far a first loss may be from the one all begin with.
pub const FIRST_WITHIN: f64 = 1e-4;

/// The workload of this name.
pub fn workload(name: &str) -> Option<&'static Workload> {
    WORKLOADS.iter().find(|workload| workload.name == name)
}
