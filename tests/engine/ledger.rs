//! What a training step of each workload and preset costs, against what it cost when it was last written down: launches,
//! arithmetic, memory. A number that rises is to be noticed, and one that falls to be written down. Needs no device.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use minibatch_gpu::{Launches, Ledger};
use minibatch_graph::{Graph, arithmetic};
use minibatch_nn::{Clip, Samples};
use minibatch_session::{PRESETS, WORKLOADS, preset, step};

const COLUMNS: [&str; 13] = [
    "nodes",
    "kFLOP",
    "KiB",
    "slot KiB",
    "card: launches",
    "pipelines",
    "scratch",
    "narrow",
    "software: launches",
    "pipelines",
    "scratch",
    "narrow",
    "",
];

/// The costs of a step, in the order of the columns.
fn costs(graph: &Graph) -> [u64; 12] {
    let ledger = Ledger::of(graph).expect("a plan");
    let kib = |bytes: usize| bytes.div_ceil(1024) as u64;
    let of = |l: Launches| [l.launches as u64, l.pipelines as u64, l.scratch as u64, l.narrow as u64];
    let [card, software] = [of(ledger.card), of(ledger.software)];
    let flop = arithmetic(graph).expect("a plan").div_ceil(1000);
    [
        ledger.nodes as u64,
        flop,
        kib(ledger.bytes),
        kib(ledger.slots),
        card[0],
        card[1],
        card[2],
        card[3],
        software[0],
        software[1],
        software[2],
        software[3],
    ]
}

fn preset_step(name: &str) -> Graph {
    let experiment = preset(name).expect("a preset");
    let model = experiment.model().expect("a model");
    let training = &experiment.training;
    let clip = Clip { norm: training.clip_norm, value: training.clip_value };
    let samples = Samples { train: 1000, test: 100 };
    let batch = (training.batch_size as usize).min(samples.train);
    model.train(samples, batch, training.optimizer.rule(), clip, 512).expect("a step")
}

fn all() -> Vec<(&'static str, [u64; 12])> {
    let workloads = WORKLOADS.into_iter().filter(|name| !name.starts_with("matmul"));
    let workloads = workloads.map(|name| (name, costs(&step(name).expect("a workload"))));
    workloads.chain(PRESETS.iter().map(|p| (p.name, costs(&preset_step(p.name))))).collect()
}

/// Breaks where a step takes more launches, memory or arithmetic than it did, and where it takes less and nobody has noted it.
#[test]
fn a_step_costs_what_is_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/ledger.txt");
    let mut text = format!("{:<12}", "");
    COLUMNS.iter().for_each(|column| write!(text, " {column:>18}").expect("a string takes all"));
    text = format!("{}\n", text.trim_end());
    for (name, costs) in all() {
        write!(text, "{name:<12}").expect("a string takes all");
        costs.iter().for_each(|cost| write!(text, " {cost:>18}").expect("a string takes all"));
        text.push('\n');
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    if written == text {
        return;
    }
    let changed: Vec<String> = text
        .lines()
        .filter(|line| !written.lines().any(|other| other == *line))
        .map(|line| {
            let name = line.split_whitespace().next().unwrap_or_default();
            let before = written.lines().find(|other| other.split_whitespace().next() == Some(name));
            format!("now    {line}\nbefore {}", before.unwrap_or("nothing"))
        })
        .collect();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &text).expect("the file can be written");
        return;
    }
    panic!(
        "steps cost something else than tests/golden/ledger.txt says:\n{}\nWhere that is meant, write it down: \
         UPDATE=1 cargo test --workspace --test engine ledger",
        changed.join("\n")
    );
}
