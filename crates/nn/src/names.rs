//! The variables that the graphs of one model share.

/// (parameters) f32: all weights and biases, layer after layer; see [`crate::Layout`].
pub const PARAMETERS: &str = "parameters";
/// (parameters) f32: 1 where L1 and L2 apply.
pub const DECAY: &str = "decay";
/// (parameters) f32 each: what the optimizer keeps.
pub const STATE: [&str; 2] = ["state.0", "state.1"];
/// (samples, input shape) f32: training rows, then test rows.
pub const INPUTS: &str = "inputs";
/// (samples, target shape) f32, or u32 classes.
pub const TARGETS: &str = "targets";
/// (1 + rows) f32: each step's batch loss, a ring.
pub const LOSSES: &str = "losses";
/// (1 + rows * width) f32: evaluations, a ring; see [`crate::Model::evaluation_width`].
pub const EVALUATIONS: &str = "evaluations";

/// (1) u32: the first sample of an evaluation's next piece.
pub const CURSOR: &str = "cursor";
/// (2 sides, 2, 3) f32: what an evaluation adds up of the loss; see [`minibatch_graph::Op::Tally`].
pub const TALLY: &str = "tally";
/// (2 sides, 2, columns) f32: the squared errors it adds up.
pub const SQUARES: &str = "squares";
/// (2 sides, classes, classes) f32: the answers it counts.
pub const COUNTS: &str = "counts";

/// (1 + elements) of the variable's type: the least loss of an evaluation, and the variable as it was then; see
/// [`minibatch_graph::Op::KeepLeast`].
pub fn best(variable: &str) -> String {
    format!("best.{variable}")
}

/// (rows, input shape) f32: what the probe `name` looks at.
pub fn probe_inputs(name: &str) -> String {
    format!("{name}.inputs")
}

/// (rows, units) f32: what the probe `name` sees of layer `layer`.
pub fn probe_layer(name: &str, layer: usize) -> String {
    format!("{name}.{layer}")
}

/// (rows, output shape) f32: the probe `name`'s last result.
pub fn probe_output(name: &str) -> String {
    format!("{name}.output")
}
