//! Products: four transposes, odd extents, bias and each epilogue, one or many at a time.

use minibatch_graph::{Activation, Epilogue, Op, Shape};

use super::{Builder, Case};

/// (m, k, n)
const SHAPES: [[usize; 3]; 22] = [
    [1, 1, 1],
    [1, 7, 1],
    [1, 64, 65],
    [2, 3, 5],
    [3, 5, 2],
    [7, 1, 11],
    [13, 2, 1],
    [15, 16, 17],
    [16, 16, 16],
    [17, 15, 16],
    [31, 33, 32],
    [63, 64, 65],
    [64, 64, 64],
    [65, 63, 64],
    [127, 129, 67],
    [1, 1030, 3],
    [5, 257, 129],
    [300, 2, 8],
    [8, 300, 2],
    [2, 8, 300],
    [1031, 3, 1],
    [64, 784, 33],
];

/// (batch, m, k, n)
const BATCHES: [[usize; 4]; 6] =
    [[1, 2, 3, 5], [3, 1, 1, 1], [5, 7, 4, 3], [2, 33, 9, 31], [3, 65, 17, 66], [2, 3, 1030, 2]];

pub(super) fn cases() -> Vec<Case> {
    let transposes = [[false, false], [false, true], [true, false], [true, true]];
    let mut all = vec![];
    for [trans_a, trans_b] in transposes {
        for [m, k, n] in SHAPES {
            all.push(product([m, k, n], [trans_a, trans_b, false], Epilogue::None));
        }
        for [m, k, n] in [[1, 1, 1], [17, 5, 33], [64, 12, 64], [65, 7, 3]] {
            all.push(product([m, k, n], [trans_a, trans_b, true], Epilogue::None));
            all.push(product([m, k, n], [trans_a, trans_b, true], Epilogue::Activation(Activation::Tanh)));
            all.push(product(
                [m, k, n],
                [trans_a, trans_b, false],
                Epilogue::ActivationGrad(Activation::Sigmoid),
            ));
        }
    }
    for [trans_a, trans_b] in transposes {
        for [batch, m, k, n] in BATCHES {
            all.push(products(batch, [m, k, n], [trans_a, trans_b, false], Epilogue::None));
        }
        let tanh = Epilogue::Activation(Activation::Tanh);
        all.push(products(3, [17, 5, 33], [trans_a, trans_b, true], tanh));
        let sigmoid = Epilogue::ActivationGrad(Activation::Sigmoid);
        all.push(products(3, [65, 7, 3], [trans_a, trans_b, true], sigmoid));
    }
    for [m, k, n] in SHAPES.into_iter().chain([[17, 2000, 2], [40, 5000, 20]]) {
        all.push(weight_grad([m, k, n], k % 3));
    }
    for [trans_a, trans_b] in transposes {
        all.push(product([17, 5, 33], [trans_a, trans_b, true], Epilogue::Add));
        all.push(products(3, [65, 7, 3], [trans_a, trans_b, false], Epilogue::Add));
    }
    for f in Activation::ALL {
        all.push(product([17, 5, 33], [false, true, true], Epilogue::Activation(f)));
        all.push(product([9, 4, 2], [false, true, false], Epilogue::Activation(f)));
        all.push(product([17, 5, 33], [false, true, true], Epilogue::Both(f)));
        all.push(products(3, [65, 7, 3], [false, true, true], Epilogue::Both(f)));
        all.push(product([17, 5, 33], [false, false, false], Epilogue::ActivationGrad(f)));
        all.push(product([6, 4, 9], [false, true, true], Epilogue::ActivationGrad(f)));
    }
    all
}

/// One product of random matrices.
pub(super) fn product(extents: [usize; 3], options: [bool; 3], epilogue: Epilogue) -> Case {
    case(&[], extents, options, epilogue)
}

/// So many products side by side.
fn products(batch: usize, extents: [usize; 3], options: [bool; 3], epilogue: Epilogue) -> Case {
    case(&[batch], extents, options, epilogue)
}

/// Random matrices, with the batch before their extents if there is one. The error grows with the inner extent.
fn case(
    batch: &[usize],
    [m, k, n]: [usize; 3],
    [trans_a, trans_b, bias]: [bool; 3],
    epilogue: Epilogue,
) -> Case {
    let dims = |rows, columns| Shape::new([batch, &[rows, columns]].concat());
    let mark = |transposed| if transposed { "'" } else { "" };
    let bias_mark = if bias { " + bias" } else { "" };
    let name = format!(
        "matmul {batch:?} ({m}, {k}){} x ({k}, {n}){}{bias_mark} {epilogue:?}",
        mark(trans_a),
        mark(trans_b)
    );
    let mut builder = Builder::new(name).tolerance(1e-5 + 4e-7 * k as f32);
    let a = builder.float("a", if trans_a { dims(k, m) } else { dims(m, k) });
    let b = builder.float("b", if trans_b { dims(n, k) } else { dims(k, n) });
    let mut inputs = vec![a, b];
    if bias {
        inputs.push(builder.float("bias", [n]));
    }
    if let Epilogue::ActivationGrad(f) = epilogue {
        let (low, high) = super::elementwise::range_of_saved(f);
        inputs.push(builder.between("saved", dims(m, n), low, high));
    }
    if epilogue == Epilogue::Add {
        inputs.push(builder.float("other", dims(n, m)));
    }
    let product = builder.op(Op::Matmul { trans_a, trans_b, bias, epilogue }, &inputs);
    builder.compares(product)
}

/// dz (k, m) with x (k, n); what lies in the gap is looked at by its pack.
fn weight_grad([m, k, n]: [usize; 3], gap: usize) -> Case {
    let mut builder = Builder::new(format!("weight_grad ({k}, {m})' x ({k}, {n}), gap {gap}"));
    builder = builder.tolerance(1e-5 + 4e-7 * k as f32);
    let (dz, x) = (builder.float("dz", [k, m]), builder.float("x", [k, n]));
    let both = builder.op(Op::WeightGrad { gap }, &[dz, x]);
    if gap == 0 {
        return builder.compares(both);
    }
    let between = builder.float("between", [gap]);
    let copied = builder.op(Op::Activation(Activation::Linear), &[between]);
    let g = builder.graph();
    let [weight, bias] =
        [(0, m * n), (m * n + gap, m)].map(|(at, len)| g.view(both, at, [len]).expect("in range"));
    let pack = builder.op(Op::Pack, &[weight, copied, bias]);
    builder.compares(pack)
}
