//! The scripts of every preset and of every layer's golden case, read as text: CI has no Python. `cargo xtask pytorch` runs them.

use std::collections::BTreeSet;
use std::path::Path;

use minibatch_export::{Names, Tensor, data, files, pytorch, weights};
use minibatch_session::{Experiment, NamedTensor, PRESETS, preset};

/// The longest line.
const WIDTH: usize = 120;

/// Every preset, and the experiments of the golden cases: between them they have every layer, loss and optimizer.
fn experiments() -> Vec<(String, Experiment)> {
    let mut all: Vec<_> =
        PRESETS.iter().map(|p| (p.name.to_string(), preset(p.name).expect(p.name))).collect();
    for file in ["layers.json", "exercises.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(file);
        let text = std::fs::read_to_string(path).expect(file);
        let golden: serde_json::Value = serde_json::from_str(&text).expect(file);
        for case in golden["cases"].as_array().expect("cases") {
            let name = case["name"].as_str().expect("a name").to_string();
            all.push((name, Experiment::from_json(&case["experiment"].to_string()).expect("an experiment")));
        }
    }
    assert!(all.len() > 200, "the golden files are where they were");
    all
}

fn script(name: &str, experiment: &Experiment) -> String {
    pytorch(experiment, &Names::beside(name, "model.py")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Words of Python, without what stands in strings and comments; a string leaves `""`.
fn code(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '#']) {
        out += &rest[..at];
        rest = &rest[at..];
        if rest.starts_with('#') {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        }
        let quote = if rest.starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
        let end = rest[quote.len()..].find(quote).expect("a string that ends");
        out += "\"\"";
        rest = &rest[2 * quote.len() + end..];
    }
    out + rest
}

/// Words that begin with a capital and are called or inherited from, with nothing before them.
fn called(code: &str) -> BTreeSet<&str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices('(') {
        let start = code[..at].rfind(|c| !word(c)).map_or(0, |i| i + 1);
        let name = &code[start..at];
        let before = code[..start].chars().next_back().unwrap_or(' ');
        if name.starts_with(|c: char| c.is_uppercase()) && before != '.' {
            found.insert(name);
        }
    }
    found
}

#[test]
fn scripts_are_whole() {
    for (name, experiment) in experiments() {
        let text = script(&name, &experiment);
        let code = code(&text);
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
            let count = |c| code.matches(c).count();
            assert_eq!(count(open), count(close), "{name}: {open}{close} in\n{text}");
        }
        for (i, line) in text.lines().enumerate() {
            assert!(line.len() <= WIDTH, "{name}: line {} has {} columns: {line}", i + 1, line.len());
            assert_eq!(line.trim_end(), line, "{name}: line {} ends in spaces", i + 1);
            let indent = line.len() - line.trim_start().len();
            assert_eq!(indent % 4, 0, "{name}: line {}: {line}", i + 1);
        }
        assert!(!text.contains("\n\n\n\n") && text.ends_with("    main()\n"), "{name}:\n{text}");
    }
}

#[test]
fn what_is_used_is_defined_and_what_is_defined_is_used() {
    for (name, experiment) in experiments() {
        let text = script(&name, &experiment);
        let code = code(&text);
        let after = |word: &'static str| {
            let parts = code.split(word).skip(1);
            parts.filter_map(|rest| rest.split(['(', ':']).next()).collect::<BTreeSet<_>>()
        };
        let classes = after("\nclass ");
        let wanted: BTreeSet<_> = called(&code).into_iter().filter(|n| *n != "Path").collect();
        let missing: Vec<_> = wanted.difference(&classes).collect();
        assert!(missing.is_empty(), "{name}: {missing:?} in\n{text}");
        for defined in classes.iter().chain(&after("\ndef ")) {
            let uses = code.matches(defined).count();
            assert!(uses > 1, "{name}: {defined} is defined and not used in\n{text}");
        }
    }
}

#[test]
fn the_simplest_script_reads_as_one_would_write_it() {
    let text = script("xor", &preset("xor").expect("xor"));
    let model = "class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = nn.Sequential(\n            \
                 nn.Linear(2, 4),\n            nn.Tanh(),\n            nn.Linear(4, 2),\n            nn.Tanh(),\n            nn.Linear(2, 1),\n        )\n";
    assert!(text.contains(model), "{text}");
    assert!(text.contains("    criterion = nn.BCEWithLogitsLoss()\n"), "{text}");
    assert!(text.contains("    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"), "{text}");
    assert!(!text.contains("scheduler") && !text.contains("clip_grad"), "{text}");
}

#[test]
fn settings_of_training_are_written_as_torch_takes_them() {
    let mut experiment = preset("xor").expect("xor");
    experiment.training.clip_norm = Some(1.5);
    (experiment.training.l1, experiment.training.l2) = (0.001, 0.01);
    experiment.training.schedule.kind = minibatch_session::ScheduleKind::Cosine;
    experiment.training.schedule.warmup = 20;
    experiment.training.optimizer.kind = minibatch_session::OptimizerKind::AdamW;
    let text = script("xor", &experiment);
    for part in [
        "clip_grad_norm_(model.parameters(), 1.5)",
        "{\"params\": weights, \"weight_decay\": 0.01}",
        "weight.grad.add_(weight.detach().sign(), alpha=0.001)",
        "torch.optim.AdamW(groups, lr=0.1)",
        "LambdaLR(optimizer, rate)",
        "min(1.0, (step + 1) / 20) * down",
        "import math\n",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    // PyTorch's own weight decay of AdamW is not wanted.
    experiment.training.l2 = 0.0;
    assert!(script("xor", &experiment).contains("weight_decay=0.0"));
}

/// Breaks where torch's Muon would be handed a bias, a table or the output layer, or the rest nothing.
#[test]
fn muon_is_for_the_matrices_inside() {
    let mut experiment = preset("xor").expect("xor");
    experiment.training.optimizer.kind = minibatch_session::OptimizerKind::Muon;
    (experiment.training.l1, experiment.training.schedule.warmup) = (0.001, 5);
    let text = script("xor", &experiment);
    for part in [
        "apart = [\"layers.4.weight\"]",
        "if p.ndim == 2 and name not in apart]",
        "torch.optim.Muon(matrices, lr=0.1, weight_decay=0.0, adjust_lr_fn=\"match_rms_adamw\"),",
        "torch.optim.AdamW(others, lr=0.1, weight_decay=0.0),",
        "for optimizer in optimizers]",
        "model.zero_grad()",
        "weight.data.sub_(weight.detach().sign(), alpha=lr * 0.001)",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    // Nothing inside: AdamW for all.
    experiment.hidden.clear();
    let text = script("xor", &experiment);
    assert!(
        text.contains("optimizer = torch.optim.AdamW(model.parameters()") && !text.contains("Muon("),
        "{text}"
    );
}

#[test]
fn the_data_file_has_the_order_where_batches_are_parts() {
    let integers = |experiment: &Experiment, wanted: &str| {
        data(experiment).expect("data").into_iter().find_map(|t| match t {
            Tensor::Integers { name, values } if name == wanted => Some(values),
            Tensor::Integers { .. } | Tensor::Floats(_) => None,
        })
    };
    let mut experiment = preset("xor").expect("xor");
    let order = integers(&experiment, "order").expect("an order");
    assert!(order.len() >= 10 * experiment.training.batch_size as usize, "ten steps at least");
    assert!(script("xor", &experiment).contains("data[\"order\"]"));
    experiment.training.batch_size = 20_000;
    assert!(integers(&experiment, "order").is_none(), "a batch of everything has no order");
    assert!(!script("xor", &experiment).contains("data[\"order\"]"));
    assert!(integers(&experiment, "dropout").is_none());
    experiment.hidden[0].dropout = 0.5;
    let streams = integers(&experiment, "dropout").expect("a stream");
    assert_eq!((streams[0], streams.len()), (42, 2), "the seed, and one dropout");
}

#[test]
fn weights_are_the_models_or_are_refused_by_name() {
    let experiment = preset("c2").expect("c2");
    let own = weights(&experiment, None).expect("weights");
    let named: Vec<NamedTensor> = own
        .iter()
        .map(|t| match t {
            Tensor::Floats(t) => t.clone(),
            Tensor::Integers { name, .. } => panic!("{name} is no weight"),
        })
        .collect();
    assert_eq!(named[0].name, "layers.0.weight");
    assert_eq!(weights(&experiment, Some(&named)).expect("the same"), own);
    let refused = |given: &[NamedTensor]| weights(&experiment, Some(given)).expect_err("wrong").to_string();
    let lacking = refused(&named[1..]);
    assert!(lacking.contains("layers.0.weight") && lacking.contains("[15, 3, 3, 3]"), "{lacking}");
    let mut other = named.clone();
    other[1].shape = vec![3, 5];
    let wrong = refused(&other);
    assert!(wrong.contains("layers.0.bias") && wrong.contains("[3, 5]") && wrong.contains("[15]"), "{wrong}");
    let files = files(&experiment, "c2", "c2.py", Some(&named), None).expect("files");
    assert_eq!(files.names.data, "c2.data.safetensors");
    assert!(files.script.contains("c2.weights.safetensors") && files.data.len() > 4 * 3 * 32 * 32);
}
