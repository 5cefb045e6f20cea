//! Every gradient against central differences, in f64. A wrong derivative, a gradient sent to the wrong operand, or one
//! shared where it must not be, fails here.

mod arrange;
mod attention;
mod losses;
mod norm;
mod recurrent;
mod spatial;

use minibatch_cpu::Cpu;
use minibatch_graph::random::hash3;
use minibatch_graph::{
    Activation, Binary, DType, Epilogue, Graph, Loss, NodeId, Op, Reduction, Shape, backward, control,
};

/// A graph under test, its variables filled with draws.
struct Check {
    graph: Graph,
    cpu: Cpu<f64>,
    wrt: Vec<(String, NodeId)>,
    draws: u32,
}

impl Check {
    fn draw(&mut self, count: usize) -> Vec<f64> {
        self.draws += 1;
        (0..count as u32).map(|i| f64::from(hash3(5, self.draws, i)) / 2f64.powi(31) - 1.0).collect()
    }

    /// A float variable that is differentiated.
    fn param(&mut self, name: &str, shape: impl Into<Shape>) -> NodeId {
        let node = self.data(name, shape);
        self.wrt.push((name.into(), node));
        node
    }

    /// A float variable that is not.
    fn data(&mut self, name: &str, shape: impl Into<Shape>) -> NodeId {
        let node = self.graph.variable(name, shape, DType::F32).unwrap();
        let values = self.draw(self.graph.shape(node).numel());
        self.cpu.set(name, &values);
        node
    }

    fn words(&mut self, name: &str, values: &[u32]) -> NodeId {
        self.cpu.set_u32(name, values);
        self.graph.variable(name, [values.len()], DType::U32).unwrap()
    }

    fn control(&mut self) -> NodeId {
        let mut words = [0; control::LEN];
        words[control::SEED] = 3;
        words[control::STEP] = 9;
        self.words(control::NAME, &words)
    }

    fn op(&mut self, op: Op, inputs: &[NodeId]) -> NodeId {
        self.graph.add_node(op, inputs).unwrap()
    }

    fn activation(&mut self, f: Activation, x: NodeId) -> NodeId {
        self.op(Op::Activation(f), &[x])
    }

    fn loss_at(&mut self, plan: &mut minibatch_cpu::Plan<f64>) -> f64 {
        self.cpu.run(plan, 1).unwrap();
        self.cpu.read("loss").unwrap()[0]
    }
}

/// Checks the gradient of a randomly weighted sum of what `build` returns, for each of its params.
fn check(name: &str, build: impl FnOnce(&mut Check) -> NodeId) {
    let mut check = Check { graph: Graph::new(), cpu: Cpu::new(), wrt: vec![], draws: 0 };
    let result = build(&mut check);
    let count = check.graph.shape(result).numel();
    let row = check.graph.view(result, 0, [1, count]).unwrap();
    let weights = check.data("weights of the sum", [count, 1]);
    let sum = check.graph.matmul((row, false), (weights, false), None, Activation::Linear).unwrap();
    check.graph.output("loss", sum).unwrap();
    let loss = check.graph.view(sum, 0, [1]).unwrap();
    let wrt: Vec<NodeId> = check.wrt.iter().map(|(_, node)| *node).collect();
    let grads = backward(&mut check.graph, loss, &wrt).unwrap();
    let names: Vec<String> = check.wrt.iter().map(|(name, _)| name.clone()).collect();
    for ((name, &grad), &of) in names.iter().zip(&grads).zip(&wrt) {
        assert_eq!(check.graph.shape(grad), check.graph.shape(of), "gradient of {name}");
        let copy = check.op(Op::Activation(Activation::Linear), &[grad]);
        check.graph.output(&format!("gradient of {name}"), copy).unwrap();
    }
    let mut plan = check.cpu.compile(&check.graph).unwrap();
    check.loss_at(&mut plan);
    let analytic: Vec<Vec<f64>> =
        names.iter().map(|n| check.cpu.read(&format!("gradient of {n}")).unwrap()).collect();
    for (param, analytic) in names.iter().zip(analytic) {
        let at = check.cpu.read(param).unwrap();
        for (i, &found) in analytic.iter().enumerate() {
            let step = 1e-5;
            let mut beside = |by: f64| {
                let mut moved = at.clone();
                moved[i] += by;
                check.cpu.set(param, &moved);
                check.loss_at(&mut plan)
            };
            let numeric = (beside(step) - beside(-step)) / (2.0 * step);
            check.cpu.set(param, &at);
            let off = (found - numeric).abs() / (1.0 + numeric.abs());
            assert!(off < 1e-7, "{name}: d {param}[{i}] is {found}, by differences {numeric}");
        }
    }
}

fn product(trans_a: bool, trans_b: bool, bias: bool, epilogue: Epilogue) -> Op {
    Op::Matmul { trans_a, trans_b, bias, epilogue }
}

#[test]
fn activations() {
    for f in Activation::ALL {
        check(f.id(), |c| {
            let x = c.param("x", [5, 7]);
            let wide = c.op(Op::Binary(Binary::Add), &[x, x]);
            c.activation(f, wide)
        });
    }
}

#[test]
fn products() {
    for [trans_a, trans_b, bias] in (0..8).map(|i| [i & 1 > 0, i & 2 > 0, i & 4 > 0]) {
        for f in Activation::ALL.into_iter().filter(|f| f.derivative_from_output()) {
            let epilogue = if f == Activation::Linear { Epilogue::None } else { Epilogue::Activation(f) };
            check(&format!("product {trans_a} {trans_b} {bias} {f:?}"), |c| {
                let a = c.param("a", if trans_a { [6, 5] } else { [5, 6] });
                let b = c.param("b", if trans_b { [9, 6] } else { [6, 9] });
                let mut inputs = vec![a, b];
                if bias {
                    inputs.push(c.param("bias", [9]));
                }
                c.op(product(trans_a, trans_b, bias, epilogue), &inputs)
            });
        }
    }
}

#[test]
fn losses() {
    for loss in [Loss::Mse, Loss::HalfMse, Loss::BinaryCrossEntropy, Loss::CROSS_ENTROPY] {
        check(&format!("{loss:?}"), |c| {
            let x = c.param("x", [4, 3]);
            let wide = c.op(Op::Binary(Binary::Add), &[x, x]);
            let target = match loss {
                Loss::CrossEntropy { .. } => c.words("target", &[2, 0, 1, 2]),
                _ => c.data("target", [4, 3]),
            };
            c.op(Op::Loss(loss), &[wide, target])
        });
    }
}

#[test]
fn rows_and_places() {
    check("sum_rows", |c| {
        let x = c.param("x", [5, 3]);
        let y = c.activation(Activation::Tanh, x);
        c.op(Op::Reduce { reduction: Reduction::Sum, axes: vec![0] }, &[y])
    });
    check("gather with repeats", |c| {
        let (table, index) = (c.param("table", [4, 3]), c.words("index", &[1, 3, 1, 0, 1]));
        let rows = c.op(Op::Gather, &[table, index]);
        c.activation(Activation::Sine, rows)
    });
    check("gather of computed rows", |c| {
        let (table, index) = (c.param("table", [4, 3]), c.words("index", &[3, 3]));
        let table = c.activation(Activation::Silu, table);
        c.op(Op::Gather, &[table, index])
    });
    check("dropout", |c| {
        let (x, control) = (c.param("x", [9, 3]), c.control());
        let y = c.activation(Activation::Gelu, x);
        c.op(Op::Dropout { rate: 0.4, stream: 1 }, &[y, control])
    });
    check("view of a part", |c| {
        let x = c.param("x", [10]);
        let part = c.graph.view(x, 3, [2, 3]).unwrap();
        c.activation(Activation::Sigmoid, part)
    });
    check("overlapping views of a computed value", |c| {
        let x = c.param("x", [10]);
        let y = c.activation(Activation::Tanh, x);
        let (left, right) = (c.graph.view(y, 0, [6]).unwrap(), c.graph.view(y, 4, [6]).unwrap());
        let right = c.activation(Activation::Softplus, right);
        c.op(Op::Binary(Binary::Add), &[left, right])
    });
    check("pack", |c| {
        let (x, y) = (c.param("x", [2, 2]), c.param("y", [3]));
        let wave = c.activation(Activation::Sine, y);
        let packed = c.op(Op::Pack, &[x, wave, x]);
        c.activation(Activation::Gelu, packed)
    });
    check("nothing depends on it", |c| {
        let (x, _) = (c.param("x", [2]), c.param("unused", [3]));
        c.activation(Activation::Sine, x)
    });
}

#[test]
fn shared_values() {
    check("used by three", |c| {
        let (x, w) = (c.param("x", [4, 4]), c.param("w", [4, 4]));
        let h = c.activation(Activation::Gelu, x);
        let left = c.op(product(false, true, false, Epilogue::Activation(Activation::Tanh)), &[h, w]);
        let right = c.op(product(true, false, false, Epilogue::None), &[w, h]);
        let sum = c.op(Op::Binary(Binary::Add), &[left, right]);
        c.op(Op::Binary(Binary::Add), &[sum, h])
    });
    // The gradient of a sum goes to both addends: joining one addend's activation to it would change the other's.
    check("a sum of two activations before a product", |c| {
        let (x, y, w) = (c.param("x", [4, 3]), c.param("y", [4, 3]), c.param("w", [3, 5]));
        let (tanh, sigmoid) = (c.activation(Activation::Tanh, x), c.activation(Activation::Sigmoid, y));
        let sum = c.op(Op::Binary(Binary::Add), &[tanh, sigmoid]);
        c.op(product(false, false, false, Epilogue::None), &[sum, w])
    });
    check("a residual layer", |c| {
        let (x, w, v) = (c.param("x", [4, 3]), c.param("w", [3, 3]), c.param("v", [3, 2]));
        let h = c.op(product(false, true, false, Epilogue::Activation(Activation::Relu)), &[x, w]);
        let sum = c.op(Op::Binary(Binary::Add), &[x, h]);
        c.op(product(false, false, false, Epilogue::None), &[sum, v])
    });
}

#[test]
fn whole_networks() {
    let stacks = [
        [Activation::Gelu, Activation::Silu, Activation::Sine],
        [Activation::Tanh, Activation::Gelu, Activation::Softplus],
        [Activation::LeakyRelu, Activation::Elu, Activation::Sigmoid],
        [Activation::Sine, Activation::Relu, Activation::Silu],
    ];
    for (loss, stack) in
        [Loss::Mse, Loss::HalfMse, Loss::BinaryCrossEntropy, Loss::CROSS_ENTROPY].into_iter().zip(stacks)
    {
        check(&format!("network {stack:?} {loss:?}"), |c| {
            let (table, index) = (c.data("samples", [20, 4]), c.words("index", &[3, 19, 0, 7, 7, 12]));
            let flat = c.param("params", [4 * 5 + 5 + 5 * 6 + 6 + 6 * 3 + 3]);
            let control = c.control();
            let mut x = c.op(Op::Gather, &[table, index]);
            let mut at = 0;
            for (f, [from, to]) in stack.into_iter().zip([[4, 5], [5, 6], [6, 3]]) {
                let w = c.graph.view(flat, at, [to, from]).unwrap();
                let b = c.graph.view(flat, at + from * to, [to]).unwrap();
                at += from * to + to;
                x = c.graph.matmul((x, false), (w, true), Some(b), f).unwrap();
                x = c.op(Op::Dropout { rate: 0.2, stream: at as u32 }, &[x, control]);
            }
            let target = match loss {
                Loss::CrossEntropy { .. } => c.words("target", &[2, 0, 1, 2, 1, 0]),
                _ => c.data("target", [6, 3]),
            };
            c.graph.loss(loss, x, target).unwrap()
        });
    }
}
