//! What a training step of each workload and preset costs, against what it cost when it was last written down: launches,
//! arithmetic, memory. A number that rises is to be noticed, and one that falls to be written down. Needs no device.

use std::fs;
use std::path::Path;

use minibatch_gpu::{Launches, Ledger};
use minibatch_graph::{Graph, arithmetic};
use minibatch_nn::{Clip, Samples};
use minibatch_session::{preset, step};
use minibatch_tests::bits::trained;

const COLUMNS: [&str; 12] = [
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
];

/// The costs of a step, in the order of the columns.
fn costs(graph: &Graph) -> Vec<u64> {
    let ledger = Ledger::of(graph).expect("a plan");
    let kib = |bytes: usize| bytes.div_ceil(1024) as u64;
    let of = |l: Launches| [l.launches, l.pipelines, l.scratch, l.narrow].map(|count| count as u64);
    let flop = arithmetic(graph).expect("a plan").div_ceil(1000);
    let step = [ledger.nodes as u64, flop, kib(ledger.bytes), kib(ledger.slots)];
    [step, of(ledger.card), of(ledger.software)].concat()
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

/// The step of a workload, or of a preset.
fn step_of(name: &str) -> Graph {
    step(name).unwrap_or_else(|_| preset_step(name))
}

/// Breaks where a step takes more launches, memory or arithmetic than it did, and where it takes less and nobody has noted it.
#[test]
fn a_step_costs_what_is_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/ledger.txt");
    let line = |name: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!(" {cell:>18}")).collect();
        format!("{name:<16}{cells}\n")
    };
    let mut text = line("", &COLUMNS.map(str::to_owned));
    for name in trained() {
        let costs = costs(&step_of(name)).iter().map(u64::to_string).collect::<Vec<_>>();
        text += &line(name, &costs);
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
