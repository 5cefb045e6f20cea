//! What each op means, against numbers worked out by hand: f32 and f64 share their code, so that comparing the two
//! would not see a wrong formula. Products, activations, losses and optimizers are PyTorch's to judge (golden.rs).

mod measure;

use minibatch_cpu::Cpu;
use minibatch_graph::{Activation, Conv2d, DType, Epilogue, Graph, Op, Reduction, Shape, control};

/// Runs one op over these variables, each (name, shape, values); words come first among the inputs when `words_first`.
fn run(
    op: Op,
    floats: &[(&str, Shape, &[f32])],
    words: &[(&str, &[u32])],
    words_first: bool,
) -> (Cpu, Vec<f32>) {
    let (mut graph, mut cpu) = (Graph::new(), Cpu::<f32>::new());
    let mut inputs = vec![];
    for (name, shape, values) in floats {
        cpu.set_f32(name, values);
        inputs.push(graph.variable(name, shape.clone(), DType::F32).expect("a variable"));
    }
    let at = if words_first { 0 } else { inputs.len() };
    for (name, values) in words {
        cpu.set_u32(name, values);
        inputs.insert(at, graph.variable(name, [values.len()], DType::U32).expect("a variable"));
    }
    let changes = !op.changes().is_empty();
    let node = graph.add_node(op, &inputs).expect("a node");
    if !changes {
        graph.output("out", node).expect("an output");
    }
    let mut plan = cpu.compile(&graph).expect("a plan");
    cpu.run(&mut plan, 1).expect("a run");
    let out = if changes { vec![] } else { cpu.read_f32("out").expect("an output") };
    (cpu, out)
}

fn block(changes: &[(usize, u32)]) -> Vec<u32> {
    let mut words = vec![0; control::LEN];
    changes.iter().for_each(|&(word, value)| words[word] = value);
    words
}

#[test]
fn rows_are_summed_gathered_and_scattered() {
    let x: [f32; 6] = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0];
    let table = ("x", Shape::from([2, 3]), &x[..]);
    assert_eq!(
        run(
            Op::Reduce { reduction: Reduction::Sum, axes: vec![0] },
            std::slice::from_ref(&table),
            &[],
            false
        )
        .1,
        [11.0, 22.0, 33.0]
    );
    let (_, rows) = run(Op::Gather, &[table], &[("index", &[1, 0, 9])], false);
    assert_eq!(
        rows,
        [10.0, 20.0, 30.0, 1.0, 2.0, 3.0, 10.0, 20.0, 30.0],
        "an index past the end is the last row"
    );
    let dy = ("dy", Shape::from([3, 2]), &x[..]);
    let (_, grad) = run(Op::GatherGrad { rows: 4 }, &[dy], &[("index", &[2, 0, 2])], true);
    assert_eq!(grad, [3.0, 10.0, 0.0, 0.0, 21.0, 32.0, 0.0, 0.0]);
}

/// Whole numbers, so that every order of summing gives the same. The extents end before, at and after tiles and blocks.
#[test]
fn products_are_sums_of_products() {
    for [m, k, n] in [[1, 1, 1], [3, 2, 7], [4, 5, 8], [5, 1, 9], [64, 64, 64], [65, 3, 17], [131, 70, 23]] {
        let a: Vec<f32> = (0..m * k).map(|i| (i * i % 7) as f32 - 3.0).collect();
        let b: Vec<f32> = (0..k * n).map(|i| (i * i % 11) as f32 - 5.0).collect();
        let transposed = |x: &[f32], rows: usize, columns: usize| -> Vec<f32> {
            (0..rows * columns).map(|i| x[i % rows * columns + i / rows]).collect()
        };
        let term = |row: usize, column: usize, p: usize| a[row * k + p] * b[p * n + column];
        let wanted: Vec<f32> = (0..m * n).map(|i| (0..k).map(|p| term(i / n, i % n, p)).sum()).collect();
        for [trans_a, trans_b] in [[false, false], [false, true], [true, false], [true, true]] {
            let (a_shape, a_values) =
                if trans_a { ([k, m], transposed(&a, m, k)) } else { ([m, k], a.clone()) };
            let (b_shape, b_values) =
                if trans_b { ([n, k], transposed(&b, k, n)) } else { ([k, n], b.clone()) };
            let op = Op::Matmul { trans_a, trans_b, bias: false, epilogue: Epilogue::None };
            let inputs =
                [("a", Shape::from(a_shape), &a_values[..]), ("b", Shape::from(b_shape), &b_values[..])];
            assert_eq!(
                run(op, &inputs, &[], false).1,
                wanted,
                "({m}, {k}) x ({k}, {n}), {trans_a} {trans_b}"
            );
        }
    }
}

/// What joins a product or a weight's gradient, on numbers worked out by hand.
#[test]
fn what_is_joined_is_the_same() {
    fn of<'a>(name: &'a str, shape: &[usize], values: &'a [f32]) -> (&'a str, Shape, &'a [f32]) {
        (name, Shape::new(shape.to_vec()), values)
    }
    let dz = of("dz", &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let x = of("x", &[3, 1], &[1.0, 10.0, 100.0]);
    let (_, both) = run(Op::WeightGrad { gap: 0 }, &[dz, x], &[], false);
    assert_eq!(both, [531.0, 642.0, 9.0, 12.0], "the weight's, then the bias's");
    let x = of("x", &[1, 1, 2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let dy = of("dy", &[1, 1, 2, 2], &[1.0, 1.0, 1.0, 2.0]);
    let op = Op::Conv2dGradWeight { conv: Conv2d::default(), kernel: [1, 1], bias: Some(0) };
    assert_eq!(run(op, &[x, dy], &[], false).1, [14.0, 5.0]);
    let product = |epilogue, other: Option<f32>| {
        let op = Op::Matmul { trans_a: false, trans_b: false, bias: false, epilogue };
        let other = other.map(|other| [other]);
        let mut inputs = vec![of("a", &[1, 1], &[2.0]), of("b", &[1, 1], &[-3.0])];
        inputs.extend(other.as_ref().map(|other| of("other", &[1], other)));
        run(op, &inputs, &[], false).1
    };
    assert_eq!(product(Epilogue::Add, Some(4.0)), [-2.0]);
    assert_eq!(product(Epilogue::Both(Activation::Relu), None), [0.0, -6.0], "f(z), then z");
}

#[test]
fn activations_hold_far_out() {
    let x = [-1e4f32, -100.0, 0.0, 100.0, 1e4];
    for f in Activation::ALL {
        let (_, y) = run(Op::Activation(f), &[("x", Shape::from([5]), &x)], &[], false);
        assert!(y.iter().all(|y| y.is_finite()), "{f:?}: {y:?}");
        let wanted_high = match f {
            Activation::Tanh | Activation::Sigmoid => 1.0,
            Activation::Sine => y[3],
            Activation::Linear | Activation::Relu | Activation::LeakyRelu | Activation::Elu => 100.0,
            Activation::Gelu | Activation::Silu | Activation::Softplus => 100.0,
        };
        assert_eq!(y[3], wanted_high, "{f:?} of 100");
    }
}

#[test]
fn every_epoch_visits_every_sample_once() {
    let (mut graph, mut cpu) = (Graph::new(), Cpu::<f32>::new());
    let words = block(&[(control::SEED, 5), (control::BASE_LR, 0.1f32.to_bits())]);
    cpu.set_u32(control::NAME, &words);
    let control = graph.variable(control::NAME, [control::LEN], DType::U32).expect("control");
    let batch = graph.add_node(Op::BeginStep { samples: 10, batch: 3 }, &[control]).expect("a node");
    graph.output("batch", batch).expect("an output");
    let mut plan = cpu.compile(&graph).expect("a plan");
    let mut order = vec![];
    for _ in 0..10 {
        cpu.run(&mut plan, 1).expect("a step");
        order.extend(cpu.read_u32("batch").expect("a batch"));
    }
    let mut epochs: Vec<Vec<u32>> = order.chunks(10).map(<[u32]>::to_vec).collect();
    assert!(epochs[0] != epochs[1] && epochs[1] != epochs[2], "each epoch has its own order");
    epochs.iter_mut().for_each(|epoch| epoch.sort_unstable());
    assert_eq!(epochs, vec![(0..10).collect::<Vec<u32>>(); 3]);
    let after = cpu.read_u32(control::NAME).expect("control");
    assert_eq!([control::STEP, control::EPOCH, control::CURSOR].map(|w| after[w]), [10, 3, 0]);
    assert_eq!(after[control::LR], 0.1f32.to_bits());
}

#[test]
fn a_batch_of_everything_keeps_its_order() {
    let words = block(&[(control::SEED, 5)]);
    let (mut graph, mut cpu) = (Graph::new(), Cpu::<f32>::new());
    cpu.set_u32(control::NAME, &words);
    let control = graph.variable(control::NAME, [control::LEN], DType::U32).expect("control");
    let batch = graph.add_node(Op::BeginStep { samples: 7, batch: 7 }, &[control]).expect("a node");
    graph.output("batch", batch).expect("an output");
    let mut plan = cpu.compile(&graph).expect("a plan");
    cpu.run(&mut plan, 2).expect("two steps");
    assert_eq!(cpu.read_u32("batch").expect("a batch"), [0, 1, 2, 3, 4, 5, 6]);
    // A smaller data set than the cursor remembers.
    let stray = block(&[(control::CURSOR, 1_000_003)]);
    cpu.set_u32(control::NAME, &stray);
    cpu.run(&mut plan, 1).expect("a step");
    assert!(cpu.read_u32("batch").expect("a batch").iter().all(|&row| row < 7));
}

#[test]
fn dropout_keeps_its_share_and_scales_it() {
    let x = vec![1.0f32; 20_000];
    let drop = |step: u32, stream: u32| {
        let words = block(&[(control::SEED, 1), (control::STEP, step)]);
        let x = ("x", Shape::from([x.len()]), &x[..]);
        run(Op::Dropout { rate: 0.25, stream }, &[x], &[(control::NAME, &words)], false).1
    };
    let first = drop(1, 0);
    assert!(first.iter().all(|&y| y == 0.0 || (y - 4.0 / 3.0).abs() < 1e-6));
    let kept = first.iter().filter(|&&y| y > 0.0).count();
    assert!((14_700..15_300).contains(&kept), "kept {kept} of 20000 at rate 0.25");
    assert_eq!(first, drop(1, 0));
    assert_ne!(first, drop(2, 0), "each step draws anew");
    assert_ne!(first, drop(1, 1), "each dropout draws its own");
}

#[test]
fn the_ring_goes_round() {
    let ring = [2.0f32, 0.0, 0.0, 1.0, 1.0, 5.0, 5.0];
    let inputs = [("ring", Shape::from([7]), &ring[..]), ("values", Shape::from([2]), &[8.0f32, 9.0][..])];
    let (cpu, _) = run(Op::Record, &inputs, &[], false);
    assert_eq!(cpu.read_f32("ring").expect("the ring"), [0.0, 0.0, 0.0, 1.0, 1.0, 8.0, 9.0]);
    let lost = [f32::NAN, 0.0, 0.0, 1.0, 1.0];
    let inputs = [("ring", Shape::from([5]), &lost[..]), ("values", Shape::from([2]), &[8.0f32, 9.0][..])];
    let (cpu, _) = run(Op::Record, &inputs, &[], false);
    assert_eq!(cpu.read_f32("ring").expect("the ring"), [1.0, 8.0, 9.0, 1.0, 1.0]);
}

#[test]
fn the_least_loss_is_kept_with_what_it_came_from() {
    let keep = |loss: f32| {
        let inputs = [
            ("kept", Shape::from([3]), &[0.5f32, 1.0, 2.0][..]),
            ("values", Shape::from([2]), &[8.0f32, 9.0][..]),
            ("loss", Shape::from([1]), &[loss][..]),
        ];
        run(Op::KeepLeast, &inputs, &[], false).0.read_f32("kept").expect("kept")
    };
    assert_eq!(keep(0.25), [0.25, 8.0, 9.0]);
    for loss in [0.5, 0.75, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(keep(loss), [0.5, 1.0, 2.0], "{loss}");
    }
}
