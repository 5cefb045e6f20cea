//! What a script must say so that it does what the engine does: where masks end, schedules that begin at 0, batches without
//! an answer, every array of a file of weights, and names of any kind.

use minibatch_export::{ExportError, Names, Tensor, files, pytorch, weights};
use minibatch_session::{Experiment, PRESETS, preset};

fn read(layers: &str, rest: &str) -> Experiment {
    let text = format!(
        r#"{{"model": {{"input": {{"shape": [6], "tokens": 3}}, "layers": [{layers}],
            "samples": {{"kind": "random", "train": 8, "test": 0}}}} {rest}}}"#
    );
    Experiment::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn script(experiment: &Experiment) -> String {
    pytorch(experiment, &Names::beside("an experiment", "model.py")).expect("a script")
}

const EMBEDDING: &str = r#"{"layer": "embedding", "vocabulary": 3, "units": 4, "padding": 0}"#;
const ATTENTION: &str = r#"{"layer": "self-attention", "heads": 1}, {"layer": "mean-over-steps"}, {"layer": "linear", "units": 2}"#;

/// Breaks where the script would guess where a mask ends.
#[test]
fn a_script_says_where_masks_end() {
    let turn = r#"{"layer": "permute", "axes": [1, 0]}"#;
    let mixer =
        format!(r#"{{"layer": "residual", "body": [{turn}, {{"layer": "linear", "units": 6}}, {turn}]}}"#);
    for (between, wanted) in [
        (r#"{"layer": "reshape", "shape": [6, 4]},"#.to_string(), vec!["ends=(1,)"]),
        (r#"{"layer": "flatten"}, {"layer": "reshape", "shape": [6, 4]},"#.into(), vec!["ends=(1,)"]),
        (r#"{"layer": "linear", "units": 4, "activation": "relu"},"#.into(), vec!["ends=(4,)"]),
        (r#"{"layer": "select", "start": 1, "len": 3},"#.into(), vec!["SelectSteps(1, 3)", "ends=(3,)"]),
        (
            r#"{"layer": "select", "axis": 1, "start": 0, "len": 2},"#.into(),
            vec!["Select(2, 0, 2)", "ends=(3,)"],
        ),
        (format!("{mixer},"), vec!["ends=(0,)", "ends=(3,)"]),
        (
            format!(r#"{{"layer": "branches", "branches": [[{mixer}], []]}},"#),
            vec!["StepBranches(", "ends=(0,)", "ends=(3,)"],
        ),
        (
            format!(r#"{{"layer": "branches", "axis": 1, "branches": [[{mixer}], []]}},"#),
            vec!["Branches(", "axis=2", "ends=(0,)", "ends=(3,)"],
        ),
    ] {
        let text = script(&read(&format!("{EMBEDDING}, {between} {ATTENTION}"), ""));
        for part in &wanted {
            assert!(text.contains(part), "{between}: {part} in\n{text}");
        }
        let ends = wanted.iter().filter(|w| w.starts_with("ends")).count();
        assert_eq!(text.matches("ends=(").count() - 1, ends, "{between}: no other mask ends, in\n{text}");
    }
    // Nothing is handed on where there is no padding.
    let plain = EMBEDDING.replace(r#", "padding": 0"#, "");
    let text = script(&read(&format!("{plain}, {mixer}, {ATTENTION}"), ""));
    assert!(!text.contains("padding=padding") && !text.contains("class Layers"), "{text}");
}

/// Breaks where a schedule is left out, or multiplies a rate of 0.
#[test]
fn a_cosine_that_ends_above_0_sets_the_rate_itself() {
    let mut experiment = preset("xor").expect("xor");
    let training = &mut experiment.training;
    training.learning_rate = 0.0;
    training.schedule.kind = minibatch_session::ScheduleKind::Cosine;
    (training.schedule.total, training.schedule.min, training.schedule.warmup) = (4, 0.1, 3);
    let text = script(&experiment);
    for part in [
        "return min(1.0, (step + 1) / 3) * (0.1 + (0.0 - 0.1) * down)",
        "group[\"lr\"] = rate(step)",
        "lr=0.0",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains("scheduler"), "{text}");
    experiment.training.optimizer.kind = minibatch_session::OptimizerKind::Muon;
    let text = script(&experiment);
    assert!(text.contains("for optimizer in optimizers for group in optimizer.param_groups"), "{text}");
    // Nothing times 0 is more than 0.
    experiment.training.schedule.min = 0.0;
    assert!(!script(&experiment).contains("rate(step)"));
}

/// Breaks where the loss of a batch without an answer is torch's nan.
#[test]
fn a_batch_without_an_answer_has_the_loss_0() {
    let rest = r#", "loss": "cross-entropy", "loss_options": {"ignore_index": 1, "label_smoothing": 0.1}"#;
    let text = script(&read(&format!("{EMBEDDING}, {ATTENTION}"), rest));
    for part in [
        "ignore_index=1",
        "label_smoothing=0.1",
        "reduction=\"sum\"",
        "(target != 1).sum().clamp(min=1)",
        "criterion = cross_entropy\n",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

/// Breaks where `load_state_dict` would find an array too many, or one too few.
#[test]
fn the_weights_of_a_script_are_those_that_train_saves() {
    for p in PRESETS {
        let experiment = preset(p.name).expect(p.name);
        let layout = experiment.model().expect(p.name).layout;
        let saved = layout.buffers.iter().filter(|b| b.saved).map(|b| &b.name);
        let mut wanted: Vec<_> = layout.parameters.iter().map(|p| &p.name).chain(saved).collect();
        let own = weights(&experiment, None).expect(p.name);
        let mut names: Vec<_> = own
            .iter()
            .map(|tensor| match tensor {
                Tensor::Floats(t) => &t.name,
                Tensor::Integers { name, .. } => name,
            })
            .collect();
        wanted.sort();
        names.sort();
        assert_eq!(names, wanted, "{}", p.name);
        // A table is a buffer of the script's, and a file without it is as good.
        let tables: Vec<_> = layout.buffers.iter().filter(|b| b.saved && !b.changes).collect();
        assert_eq!(
            script(&experiment).contains("register_buffer(\"weight\""),
            !tables.is_empty(),
            "{}",
            p.name
        );
        let floats =
            own.iter().filter_map(|t| if let Tensor::Floats(t) = t { Some(t.clone()) } else { None });
        let lacking: Vec<_> = floats.filter(|t| tables.iter().all(|b| b.name != t.name)).collect();
        assert_eq!(weights(&experiment, Some(&lacking)).expect(p.name), own, "{}", p.name);
    }
}

/// Breaks where a name ends a string or a docstring.
#[test]
fn names_are_text_and_nothing_else() {
    let experiment = preset("xor").expect("xor");
    for name in [
        r"C:\Users\anna\e",
        r#"x""";import os;os.system("echo PWNED");"""y"#,
        "a\nimport os",
        "ends in \\",
        "a \"quote\" and 'another'",
        "$HOME {x} %s",
        "\u{fffd}\u{202e}txt",
    ] {
        let text = pytorch(&experiment, &Names::beside(name, &format!("{name}.py"))).expect("a script");
        let head = text.strip_prefix("\"\"\"").expect("a docstring");
        let end = head.find("\"\"\"").expect("its end");
        assert!(head[end..].starts_with("\"\"\"\n\nimport sys\n"), "{name:?} ends the docstring in\n{text}");
        assert!(!head[..end].ends_with('\\') && head[..end].lines().count() == 8, "{name:?}:\n{text}");
        for line in text.lines().filter(|line| line.contains("HERE / ")) {
            let literal = line.split_once("HERE / \"").expect("a name").1.trim_end_matches(')');
            let inner = literal.replace("\\\\", "").replace("\\\"", "");
            let inner = inner.strip_suffix("\"").or(inner.split_once("\")").map(|p| p.0)).expect("its end");
            assert!(!inner.contains('"'), "{name:?}: {line}");
        }
    }
}

/// Breaks where a script is written that Python would import in torch's place.
#[test]
fn a_script_that_hides_a_module_is_refused() {
    let experiment = preset("xor").expect("xor");
    for name in ["torch.py", "select.py", "numpy.py", "safetensors.py", "random.py", "math.py", "pathlib.py"]
    {
        let error = files(&experiment, "xor", name, None, None).expect_err(name);
        assert!(matches!(error, ExportError::Module { .. }), "{name}: {error}");
        let said = error.to_string();
        assert!(said.contains(name) && said.contains("another name"), "{said}");
    }
    files(&experiment, "xor", "torch_xor.py", None, None).expect("a name of its own");
}
