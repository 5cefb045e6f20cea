//! Muon's step against the same written out plainly, as `torch.optim.Muon` has it, in f64.

use minibatch_cpu::Cpu;
use minibatch_graph::{DType, Graph, Optimizer, control};
use minibatch_nn::{Adjust, Flat, Matrix, Muon};

const LR: f64 = 0.0625;
const DECAY: f64 = 0.25;

fn draws(count: usize, by: f64) -> Vec<f64> {
    (0..count).map(|i| (i as f64 * by + 0.7).sin()).collect()
}

/// A product of matrices given as rows.
fn times(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let dot = |row: &[f64], j: usize| row.iter().zip(b).map(|(x, b)| x * b[j]).sum();
    a.iter().map(|row| (0..b[0].len()).map(|j| dot(row, j)).collect()).collect()
}

fn transposed(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

fn map2(a: &[Vec<f64>], b: &[Vec<f64>], f: impl Fn(f64, f64) -> f64) -> Vec<Vec<f64>> {
    let row = |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(&a, &b)| f(a, b)).collect();
    a.iter().zip(b).map(row).collect()
}

/// `_zeropower_via_newtonschulz`, but in f64 rather than bfloat16.
fn orthogonal(x: Vec<Vec<f64>>, eps: f64) -> Vec<Vec<f64>> {
    if x.len() > x[0].len() {
        return transposed(&orthogonal(transposed(&x), eps));
    }
    let [a, b, c] = [3.4445f32, -4.7750, 2.0315].map(f64::from);
    let norm = x.concat().iter().map(|x| x * x).sum::<f64>().sqrt().max(eps);
    let mut x: Vec<Vec<f64>> = x.iter().map(|row| row.iter().map(|x| x / norm).collect()).collect();
    for _ in 0..5 {
        let gram = times(&x, &transposed(&x));
        let bend = map2(&gram, &times(&gram, &gram), |g, square| b * g + c * square);
        x = map2(&x, &times(&bend, &x), |x, bent| a * x + bent);
    }
    x
}

/// One step on flat values: [params, momentum].
fn expected(muon: &Muon, m: Matrix, params: &[f64], grads: &[f64], buffer: &[f64]) -> [Vec<f64>; 2] {
    let stays = f64::from(muon.momentum);
    let lerp =
        |b: &[f64]| -> Vec<f64> { b.iter().zip(grads).map(|(b, g)| stays * b + (1.0 - stays) * g).collect() };
    let moved = lerp(buffer);
    let direction = if muon.nesterov { lerp(&moved) } else { moved.clone() };
    let rows: Vec<Vec<f64>> = direction.chunks(m.columns).map(<[f64]>::to_vec).collect();
    let step = orthogonal(rows, f64::from(muon.eps)).concat();
    let (rows, columns) = (m.rows as f64, m.columns as f64);
    let factor = match muon.adjust {
        Adjust::Original => (rows / columns).max(1.0).sqrt(),
        Adjust::MatchRmsAdamW => 0.2 * rows.max(columns).sqrt(),
    };
    let params = params.iter().zip(&step).map(|(w, s)| w * (1.0 - LR * DECAY) - LR * factor * s).collect();
    [params, moved]
}

/// The graph, its plan run twice, and the variables read back: params, momenta, second moments.
fn run(muon: &Muon, len: usize, matrices: &[Matrix]) -> [Vec<f64>; 3] {
    let (mut g, mut cpu) = (Graph::new(), Cpu::<f64>::new());
    let mut words = [0; control::LEN];
    let floats = [(control::LR, LR), (control::L2, DECAY), (control::BIAS1, 0.1), (control::BIAS2, 0.001)];
    floats.iter().for_each(|&(word, value)| words[word] = (value as f32).to_bits());
    cpu.set_u32(control::NAME, &words);
    cpu.set("grads", &draws(len, 1.3));
    cpu.set("params", &draws(len, 0.9));
    cpu.set("decay", &vec![1.0; len]);
    let names = ["params", "grads", "decay", "momenta", "squares"];
    let [params, grads, decay, momenta, squares] =
        names.map(|name| g.variable(name, [len], DType::F32).expect("a variable"));
    let control = g.variable(control::NAME, [control::LEN], DType::U32).expect("a variable");
    let flat = Flat { params, grads, decay, control, state: [momenta, squares] };
    muon.update(&mut g, &flat, matrices).expect("matrices that fit");
    let mut plan = cpu.compile(&g).expect("a plan");
    cpu.run(&mut plan, 1).expect("a run");
    cpu.set("grads", &draws(len, 2.1));
    cpu.run(&mut plan, 1).expect("a run");
    ["params", "momenta", "squares"].map(|name| cpu.read(name).expect("a variable"))
}

/// Breaks where a transposition, a coefficient, the norm of one matrix among several, or the shape's factor is wrong.
#[test]
fn a_step_is_pytorchs() {
    let sizes = [(2, 3, 7), (25, 8, 3), (49, 4, 4), (65, 3, 7), (90, 1, 5)];
    let matrices = sizes.map(|(offset, rows, columns)| Matrix { offset, rows, columns });
    for (nesterov, adjust) in [(true, Adjust::Original), (false, Adjust::MatchRmsAdamW)] {
        let muon = Muon { nesterov, adjust, ..Muon::default() };
        let [params, momenta, _] = run(&muon, 100, &matrices);
        for m in matrices {
            let part = |all: Vec<f64>| all[m.offset..m.offset + m.rows * m.columns].to_vec();
            let zeros = vec![0.0; m.rows * m.columns];
            let [first, second, start] = [1.3, 2.1, 0.9].map(|by| part(draws(100, by)));
            let [w, buffer] = expected(&muon, m, &start, &first, &zeros);
            let wanted = expected(&muon, m, &w, &second, &buffer);
            for (got, want) in [part(params.clone()), part(momenta.clone())].iter().zip(wanted) {
                let off = got.iter().zip(&want).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(off < 1e-7, "{m:?} {adjust:?}: off by {off}");
            }
        }
    }
}

/// Breaks where a parameter between the matrices is left out, or its state is another's.
#[test]
fn the_others_take_adamw() {
    let muon = Muon::default();
    let matrices = [Matrix { offset: 30, rows: 2, columns: 3 }, Matrix { offset: 3, rows: 4, columns: 5 }];
    let (with, without) = (run(&muon, 40, &matrices), run(&muon, 40, &[]));
    assert_eq!(muon.others, Optimizer::AdamW { beta1: 0.9, beta2: 0.999, eps: 1e-8 });
    let between = |i: &usize| !(3..23).contains(i) && !(30..36).contains(i);
    for (with, without) in with.iter().zip(&without) {
        assert!((0..40).filter(between).all(|i| with[i] == without[i] && with[i] != 0.0));
        assert!((3..23).chain(30..36).all(|i| with[i] != without[i]));
    }
}

/// Breaks where matrices that share elements, or lie outside, are taken.
#[test]
fn matrices_that_do_not_fit_are_refused() {
    for (first, second) in [(0, 5), (0, 95)] {
        let mut g = Graph::new();
        let [params, grads, decay, a, b] =
            ["p", "g", "d", "a", "b"].map(|name| g.variable(name, [100], DType::F32).expect("a variable"));
        let control = g.variable(control::NAME, [control::LEN], DType::U32).expect("a variable");
        let flat = Flat { params, grads, decay, control, state: [a, b] };
        let matrices = [first, second].map(|offset| Matrix { offset, rows: 2, columns: 3 });
        let error = Muon::default().update(&mut g, &flat, &matrices).expect_err("they do not fit");
        assert!(
            error.to_string().contains("ends at 6") || error.to_string().contains("from 95 on"),
            "{error}"
        );
    }
}
