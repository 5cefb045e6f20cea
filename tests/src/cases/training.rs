//! What makes a step and an evaluation: begin_step, update, record, keep_least.

use minibatch_graph::{Op, Optimizer, control};
use minibatch_nn::{Flat, Matrix, Muon};

use super::{Builder, Case};

/// The rules, with and without every branch.
pub(super) const OPTIMIZERS: [Optimizer; 8] = [
    Optimizer::Sgd { momentum: 0.0, nesterov: false },
    Optimizer::Sgd { momentum: 0.9, nesterov: false },
    Optimizer::Sgd { momentum: 0.9, nesterov: true },
    Optimizer::RmsProp { alpha: 0.99, eps: 1e-8 },
    Optimizer::Adagrad { eps: 1e-10 },
    Optimizer::Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8 },
    Optimizer::AdamW { beta1: 0.9, beta2: 0.999, eps: 1e-8 },
    Optimizer::Adadelta { rho: 0.9, eps: 1e-3 },
];

pub(super) fn cases() -> Vec<Case> {
    let mut all = vec![];
    for optimizer in OPTIMIZERS {
        for length in [1, 15, 64, 65, 1009] {
            all.push(update(optimizer, length));
        }
    }
    for nesterov in [false, true] {
        all.extend([1, 65, 1009].map(|length| momentum(length, nesterov)));
    }
    all.push(muon());
    // (samples, batch, cursor): begins an epoch, ends one, spans two, takes all, takes one.
    for [samples, batch, cursor] in [
        [250, 10, 0],
        [250, 10, 240],
        [250, 64, 200],
        [65, 64, 64],
        [250, 250, 0],
        [1, 1, 0],
        [1009, 1, 1008],
        [5000, 513, 4999],
    ] {
        let kept = [(control::CURSOR, cursor as u32)];
        all.push(begin_step(&format!("of {batch} from {cursor} of {samples}"), samples, batch, &kept));
    }
    all.extend(schedules());
    for next in [0, 1, 6] {
        for width in [1, 3, 65] {
            all.push(record(next, width));
        }
    }
    for length in [1, 64, 1009] {
        all.extend([0.5, 0.25].map(|loss| keep_least(length, loss)));
        all.extend([f32::NAN, f32::NEG_INFINITY].map(|loss| keep_least(length, loss)));
    }
    all.push(keep_least_words());
    all
}

pub(super) fn update(optimizer: Optimizer, length: usize) -> Case {
    let mut builder = Builder::new(format!("update {optimizer:?} ({length})"));
    let params = builder.float("params", [length]);
    let grads = builder.float("grads", [length]);
    let decay = builder.given("decay", [length], (0..length).map(|i| (i % 3 != 1) as u32 as f32).collect());
    let control = builder.control(&[]);
    let mut state = vec![];
    let names = ["state 0", "state 1"];
    for &name in &names[..optimizer.state_count()] {
        state.push(builder.between(name, [length], 0.01, 1.0));
    }
    builder.graph().update(optimizer, [params, grads, decay, control], &state).expect("a case's update");
    let changed: Vec<&str> = ["params"].iter().chain(&names[..optimizer.state_count()]).copied().collect();
    builder.changes(&changed, &[])
}

/// Of a part of a flat buffer, into a pack.
fn momentum(length: usize, nesterov: bool) -> Case {
    let mut builder = Builder::new(format!("momentum ({length}), nesterov {nesterov}"));
    let (whole, grads) = (builder.float("buffer", [length + 7]), builder.float("grads", [length]));
    let buffer = builder.graph().view(whole, 3, [length]).expect("in range");
    let direction = builder.op(Op::Momentum { momentum: 0.9, nesterov }, &[buffer, grads]);
    let packed = builder.op(Op::Pack, &[grads, direction]);
    builder.compares_as("packed", packed).changes(&["buffer"], &[])
}

/// A step of Muon over a wide matrix, a tall one, two alike, and what lies between them.
fn muon() -> Case {
    let mut builder = Builder::new("muon").tolerance(2e-5);
    let sizes = [(3, 17, 33), (570, 65, 9), (1160, 5, 5), (1185, 5, 5)];
    let matrices = sizes.map(|(offset, rows, columns)| Matrix { offset, rows, columns });
    let [params, grads] = ["params", "grads"].map(|name| builder.float(name, [1213]));
    let decay = builder.given("decay", [1213], (0..1213).map(|i| (i % 3 != 1) as u32 as f32).collect());
    let state = [builder.float("state 0", [1213]), builder.between("state 1", [1213], 0.01, 1.0)];
    let control = builder.control(&[]);
    let flat = Flat { params, grads, decay, control, state };
    Muon::default().update(builder.graph(), &flat, &matrices).expect("a case's step");
    builder.changes(&["params", "state 0", "state 1"], &[])
}

fn begin_step(name: &str, samples: usize, batch: usize, words: &[(usize, u32)]) -> Case {
    let mut builder = Builder::new(format!("begin_step {name}"));
    let control = builder.control(words);
    let index = builder.op(Op::BeginStep { samples, batch }, &[control]);
    builder.compares_as("index", index).changes(&[], &[control::NAME])
}

/// Each schedule early, late and past its end, with and without warm-up, and with nonsense periods.
fn schedules() -> Vec<Case> {
    use control::schedule;
    let mut all = vec![];
    for schedule in [schedule::CONSTANT, schedule::STEP, schedule::EXPONENTIAL, schedule::COSINE] {
        for step in [0, 2, 3, 19, 25] {
            for warmup in [0.0f32, 10.0] {
                let words = [
                    (control::SCHEDULE, schedule),
                    (control::STEP, step),
                    (control::WARMUP, warmup.to_bits()),
                ];
                let name = format!("schedule {schedule} at {step}, warm-up {warmup}");
                all.push(begin_step(&name, 100, 7, &words));
            }
        }
        let none = 0.0f32.to_bits();
        let words = [(control::SCHEDULE, schedule), (control::PERIOD, none), (control::TOTAL, none)];
        all.push(begin_step(&format!("schedule {schedule} without a period"), 100, 7, &words));
    }
    all
}

/// A ring of 7 rows whose next row is `next`.
fn record(next: usize, width: usize) -> Case {
    let mut builder = Builder::new(format!("record row {next} of width {width}")).tolerance(0.0);
    let mut rows: Vec<f32> = (0..1 + 7 * width).map(|i| i as f32 / 8.0).collect();
    rows[0] = next as f32;
    let ring = builder.given("ring", [1 + 7 * width], rows);
    let values = builder.float("values", [width]);
    builder.op(Op::Record, &[ring, values]);
    builder.changes(&["ring"], &[])
}

/// Kept by a loss of one half: less is kept, as much or what is no number is not. All operands at an offset.
pub(super) fn keep_least(length: usize, loss: f32) -> Case {
    let mut builder = Builder::new(format!("keep_least of {length} at {loss}")).tolerance(0.0);
    let mut before: Vec<f32> = (0..3 + length).map(|i| (i % 1000) as f32 / 8.0).collect();
    before[1] = 0.5;
    let whole = builder.given("kept", [3 + length], before);
    let (kept, loss) =
        (builder.graph().view(whole, 1, [1 + length]), builder.given("losses", [2], vec![9.0, loss]));
    let values = builder.float("values", [length + 2]);
    let values = builder.graph().view(values, 2, [length]).expect("in range");
    let loss = builder.graph().view(loss, 1, [1]).expect("in range");
    builder.op(Op::KeepLeast, &[kept.expect("in range"), values, loss]);
    builder.changes(&["kept"], &[])
}

/// Of integers, whose bits are no floats worth the name; the loss is kept by its bits.
fn keep_least_words() -> Case {
    let mut builder = Builder::new("keep_least of words").tolerance(0.0);
    let kept = builder.given_words("kept", [4], vec![0.5f32.to_bits(), 1, 2, 3]);
    let values = builder.given_words("values", [3], vec![u32::MAX, 0x7f80_0001, 7]);
    let loss = builder.given("loss", [1], vec![0.25]);
    builder.op(Op::KeepLeast, &[kept, values, loss]);
    builder.changes(&[], &["kept"])
}
