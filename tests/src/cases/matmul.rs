//! Products: four transposes, odd extents, bias and each epilogue.

use minibatch_graph::{Activation, Epilogue, Op};

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
    for f in Activation::ALL {
        if f.derivative_from_output() {
            all.push(product([17, 5, 33], [false, true, true], Epilogue::Activation(f)));
            all.push(product([9, 4, 2], [false, true, false], Epilogue::Activation(f)));
        }
        all.push(product([17, 5, 33], [false, false, false], Epilogue::ActivationGrad(f)));
        all.push(product([6, 4, 9], [false, true, true], Epilogue::ActivationGrad(f)));
    }
    all
}

/// One product of random matrices. Its error grows with the inner extent.
pub(super) fn product(
    [m, k, n]: [usize; 3],
    [trans_a, trans_b, bias]: [bool; 3],
    epilogue: Epilogue,
) -> Case {
    let mark = |transposed| if transposed { "'" } else { "" };
    let bias_mark = if bias { " + bias" } else { "" };
    let name =
        format!("matmul ({m}, {k}){} x ({k}, {n}){}{bias_mark} {epilogue:?}", mark(trans_a), mark(trans_b));
    let mut builder = Builder::new(name).tolerance(1e-5 + 4e-7 * k as f32);
    let a = builder.float("a", if trans_a { [k, m] } else { [m, k] });
    let b = builder.float("b", if trans_b { [n, k] } else { [k, n] });
    let mut inputs = vec![a, b];
    if bias {
        inputs.push(builder.float("bias", [n]));
    }
    if let Epilogue::ActivationGrad(f) = epilogue {
        let (low, high) = super::elementwise::range_of_saved(f);
        inputs.push(builder.between("saved", [m, n], low, high));
    }
    let product = builder.op(Op::Matmul { trans_a, trans_b, bias, epilogue }, &inputs);
    builder.compares(product)
}
