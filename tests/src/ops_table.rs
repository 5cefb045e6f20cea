//! The table of docs/ops.md, made from the code: what each op does, which kernels and gradient it has, how closely the
//! backends agree and by how many cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use minibatch_gpu::kernels_of;
use minibatch_graph::{Activation, DType, Graph, NodeId, Op, backward};

use crate::cases::{Case, cases, large_cases};
use crate::every_op::every_op;
use crate::losses_table::losses_table;

/// Where the table is kept.
pub fn path() -> PathBuf {
    root().join("docs/ops.md")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace")
}

/// What the cases say about one op.
#[derive(Default)]
struct Facts {
    cases: usize,
    /// Of each case that is about the op.
    tolerances: Vec<f32>,
    kernels: BTreeSet<&'static str>,
    gradient: BTreeSet<&'static str>,
}

/// The whole file.
pub fn document() -> String {
    let facts = facts();
    let descriptions = descriptions();
    let checked = gradient_checks();
    let mut text = String::from(HEAD);
    for op in every_op() {
        let (name, variant) = (op.name(), variant(&op));
        let none = Facts::default();
        let of = facts.get(name).unwrap_or(&none);
        let list = |names: &BTreeSet<&str>, none: &str| match names.len() {
            0 => none.to_owned(),
            _ => names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" "),
        };
        let gradient = match checked.contains(&variant) {
            _ if of.gradient.is_empty() => "–".to_owned(),
            true => format!("{}; checked", list(&of.gradient, "")),
            false => list(&of.gradient, ""),
        };
        let kernels = list(&of.kernels, if op.is_place() { "a place" } else { "–" });
        let description = descriptions.get(&variant).map_or("", String::as_str);
        let (tolerance, count) = (tolerance(&of.tolerances), of.cases);
        writeln!(text, "| `{name}` | {description} | {kernels} | {gradient} | {tolerance} | {count} |")
            .expect("a string takes all");
    }
    text + &losses_table()
}

/// The tolerance that most cases have, and the loosest where that is another.
fn tolerance(all: &[f32]) -> String {
    let count = |of: f32| all.iter().filter(|&&t| t == of).count();
    let usual = all.iter().copied().max_by(|&a, &b| count(a).cmp(&count(b)).then(b.total_cmp(&a)));
    let loosest = all.iter().copied().fold(0.0, f32::max);
    let text = |t: f32| if t == 0.0 { "0".into() } else { format!("{t:.0e}") };
    match usual.map(text) {
        None => "–".into(),
        Some(usual) if usual == text(loosest) => usual,
        Some(usual) => format!("{usual}, at most {}", text(loosest)),
    }
}

const HEAD: &str = "# The operations

Made by `UPDATE=1 cargo test -p minibatch-tests --test engine ops_table` from the code; a test fails when it is out of date.

Each op has a shape rule and a gradient in `crates/graph`, a twin in `crates/cpu` and kernels in `shaders/`. *Cases* are graphs of
`tests/src/cases` that hold the op: the GPU must agree with the CPU in f32, and that with the CPU in f64, to *tolerance* (1 + |value|).
Shown is the tolerance that most of the cases have whose result is the op's own, and the loosest where that is another: it belongs to long sums. The
gradient is made of the ops named; *checked* means that `tests/engine/gradcheck` holds it against central differences in f64 to 1e-7.
`tests/golden` holds layers, losses, optimizers and whole models against PyTorch.

| op | what it does | kernels | gradient | tolerance | cases |
|---|---|---|---|---|---|
";

fn facts() -> BTreeMap<&'static str, Facts> {
    let mut all: BTreeMap<&'static str, Facts> = BTreeMap::new();
    for case in cases().into_iter().chain(large_cases()) {
        let kernels = kernels_of(&case.graph).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        for id in case.graph.ids() {
            let of = all.entry(case.graph.node(id).op.name()).or_default();
            of.kernels.extend(kernels.iter().filter(|(node, _)| *node == id).map(|(_, kernel)| kernel));
            if of.gradient.is_empty() {
                of.gradient = gradient(&case.graph, id);
            }
        }
        count(&case, &mut all);
    }
    all
}

fn count(case: &Case, all: &mut BTreeMap<&'static str, Facts>) {
    let names: BTreeSet<&str> = case.graph.nodes().iter().map(|node| node.op.name()).collect();
    for name in names {
        all.entry(name).or_default().cases += 1;
    }
    for name in compared(case) {
        all.entry(name).or_default().tolerances.push(case.tolerance);
    }
}

/// The ops whose results a case compares: outputs, seen through views and copies, and what changes in place.
fn compared(case: &Case) -> BTreeSet<&'static str> {
    let graph = &case.graph;
    let source = |(_, shown): &(String, NodeId)| {
        let mut id = *shown;
        while let Op::View { .. } | Op::Activation(Activation::Linear) = graph.node(id).op {
            id = graph.node(id).inputs[0];
        }
        // A copy of what is not computed is itself what is compared.
        graph.node(if graph.node(id).op.is_place() { *shown } else { id }).op.name()
    };
    let changed =
        graph.nodes().iter().filter(|node| !node.op.changes().is_empty()).map(|node| node.op.name());
    graph.outputs().iter().map(source).chain(changed).collect()
}

/// The ops that the gradient of one node is made of; none where it has no gradient.
fn gradient(graph: &Graph, id: NodeId) -> BTreeSet<&'static str> {
    let mut graph = graph.clone();
    let node = graph.node(id).clone();
    let floats = |graph: &Graph, id: NodeId| graph.node(id).dtype == DType::F32;
    let inputs: Vec<NodeId> = node.inputs.iter().copied().filter(|&i| floats(&graph, i)).collect();
    // Through a recurrent op only its states have a gradient, and they are seen through a view.
    if inputs.is_empty() || !floats(&graph, id) || matches!(node.op, Op::Recurrent(_)) {
        return recurrent(&node.op);
    }
    let seen = values(&mut graph, id);
    let Ok(loss) = graph.add_node(Op::SumSquares, &[seen]) else { return BTreeSet::new() };
    // The gradient of the sum of squares itself: 1, 2 x and the product.
    let own = graph.nodes().len() + 3;
    let found =
        inputs.iter().find_map(|&input| backward(&mut graph.clone(), loss, &[input]).ok().map(|_| input));
    let Some(_) = found else { return BTreeSet::new() };
    let able: Vec<NodeId> =
        inputs.into_iter().filter(|&input| backward(&mut graph.clone(), loss, &[input]).is_ok()).collect();
    match backward(&mut graph, loss, &able) {
        Ok(_) => graph.nodes()[own..].iter().map(|node| node.op.name()).filter(|&n| n != "full").collect(),
        Err(_) => BTreeSet::new(),
    }
}

/// Of a flat result the part that has gradients.
fn values(graph: &mut Graph, id: NodeId) -> NodeId {
    let node = graph.node(id).clone();
    let mut dims = graph.shape(node.inputs[0]).dims().to_vec();
    match node.op {
        Op::Norm(_) => {}
        Op::Attention(attention) if !attention.cross => dims[2] /= 3,
        Op::Attention(_) => {}
        _ => return id,
    }
    graph.view(id, 0, minibatch_graph::Shape::new(dims)).expect("it comes first")
}

fn recurrent(op: &Op) -> BTreeSet<&'static str> {
    match op {
        Op::Recurrent(_) => ["recurrent_grad", "matmul", "reduce", "view"].into(),
        _ => BTreeSet::new(),
    }
}

/// The variant's name in the enum.
fn variant(op: &Op) -> String {
    let debug = format!("{op:?}");
    debug.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// The first sentence of each variant's comment in the enum.
fn descriptions() -> BTreeMap<String, String> {
    let source = include_str!("../../crates/graph/src/op.rs");
    let body = source.split("pub enum Op {").nth(1).and_then(|rest| rest.split("\n}\n").next()).unwrap_or("");
    let (mut found, mut comment) = (BTreeMap::new(), String::new());
    for line in body.lines() {
        if let Some(text) = line.strip_prefix("    /// ") {
            comment.push_str(text);
            comment.push(' ');
        } else if line.starts_with("    ") && line[4..].starts_with(|c: char| c.is_ascii_uppercase()) {
            let name: String = line[4..].chars().take_while(char::is_ascii_alphanumeric).collect();
            let text = comment.split(". ").next().unwrap_or("").trim().trim_end_matches('.');
            found.insert(name, text.replace('|', "\\|").replace("[`", "`").replace("`]", "`"));
            comment.clear();
        }
    }
    found
}

/// The variants that the gradient checks name.
fn gradient_checks() -> BTreeSet<String> {
    let folder = root().join("tests/engine");
    let mut sources = std::fs::read_to_string(folder.join("gradcheck.rs")).unwrap_or_default();
    for entry in std::fs::read_dir(folder.join("gradcheck")).into_iter().flatten().flatten() {
        sources.push_str(&std::fs::read_to_string(entry.path()).unwrap_or_default());
    }
    let after = |piece: &str| piece.chars().take_while(char::is_ascii_alphanumeric).collect();
    sources.split("Op::").skip(1).map(after).collect()
}
