//! What is wrong is told in one line, and nothing is overwritten.

use crate::support::{Place, Tensor};

/// A run that would write every kind of file, if it came to that.
const RUN: &str = "--steps 3 --backend cpu --save w.safetensors --save-best b.safetensors --metrics m.jsonl";

/// A place with old files that `RUN` would overwrite.
fn place(name: &str) -> Place {
    let place = Place::new(name);
    for file in ["w.safetensors", "b.safetensors", "m.jsonl"] {
        place.write(file, "old");
    }
    place
}

fn untouched(place: &Place) {
    for file in ["w.safetensors", "b.safetensors", "m.jsonl"] {
        assert_eq!(place.text(file), "old", "{file} was overwritten");
    }
    let parts = place.names().into_iter().filter(|name| name.ends_with(".part")).count();
    assert_eq!(parts, 0, "something is left: {:?}", place.names());
}

#[test]
fn experiments_that_are_none() {
    let place = place("experiments");
    place.write("list.json", "[1, 2]");
    place.write("broken.json", "{\"seed\": 1");
    place.write("field.json", r#"{"training": {"lerning_rate": 1}}"#);
    place.write("range.json", r#"{"training": {"batch_size": 0}}"#);
    place.write("newer.json", r#"{"version": 99}"#);
    place.write("binary.json", [0xff, 0xfe, 0x00]);
    let cases: &[(&str, &[&str])] = &[
        ("sprial", &["there is no file sprial", "did you mean spiral?", "minibatch presets"]),
        ("nowhere/xor.json", &["there is no file nowhere/xor.json", "did you mean xor?"]),
        (".", &["cannot read .:"]),
        ("list.json", &["list.json: this is not an experiment"]),
        ("broken.json", &["broken.json: this is not an experiment", "line 1"]),
        ("field.json", &["field.json:", "training.lerning_rate", "did you mean learning_rate?"]),
        ("range.json", &["range.json: batch size is 0; give a number from 1"]),
        ("newer.json", &["newer.json: its format is version 99"]),
        ("binary.json", &["binary.json: this is not an experiment"]),
    ];
    for (experiment, wanted) in cases {
        place.fails(&format!("train {experiment} {RUN}"), wanted);
        place.fails(&format!("summary {experiment}"), wanted);
    }
    untouched(&place);
}

#[test]
fn weights_that_do_not_fit() {
    let place = place("weights");
    place.done("train xor --steps 1 --backend cpu --save good.safetensors");
    let good = place.load("good.safetensors");
    let written = |name: &str, change: &dyn Fn(&mut Vec<Tensor>)| {
        let mut all = good.clone();
        change(&mut all);
        let views: Vec<_> = all.iter().map(|t| (t.0.as_str(), &t.1[..], &t.2[..])).collect();
        place.tensors(name, &views);
    };
    written("missing.safetensors", &|all| drop(all.remove(1)));
    written("extra.safetensors", &|all| all.push(("layers.9.weight".into(), vec![1], vec![0.0])));
    written("shape.safetensors", &|all| all[1].1 = vec![2, 4]);
    written("nan.safetensors", &|all| all[1].2[3] = f32::NAN);
    written("infinite.safetensors", &|all| all[0].2[0] = f32::NEG_INFINITY);
    let whole = place.read("good.safetensors");
    place.write("cut.safetensors", &whole[..whole.len() - 5]);
    place.write("head.safetensors", &whole[..20]);
    place.write("text.safetensors", "seven times seven");
    let cases: &[(&str, &[&str])] = &[
        ("missing", &["missing.safetensors: layers.0.weight", "missing", "[4, 2]"]),
        ("extra", &["extra.safetensors: layers.9.weight", "no layer"]),
        ("shape", &["shape.safetensors: layers.0.weight", "[2, 4]", "[4, 2]"]),
        ("nan", &["nan.safetensors: layers.0.weight[1, 1] is NaN"]),
        ("infinite", &["infinite.safetensors: layers.0.bias[0] is -inf"]),
        ("cut", &["cut.safetensors: the file has", "cut short"]),
        ("head", &["head.safetensors: the file has 20 bytes", "cut short"]),
        ("text", &["text.safetensors: this is not a safetensors file"]),
        ("none", &["there is no file none.safetensors"]),
    ];
    for (name, wanted) in cases {
        place.fails(&format!("train xor {RUN} --init {name}.safetensors"), wanted);
    }
    untouched(&place);
}

#[test]
fn samples_that_do_not_fit() {
    let place = place("samples");
    let x: (&str, &[usize], &[f32]) = ("train_inputs", &[2, 2], &[0.0; 4]);
    let y: (&str, &[usize], &[f32]) = ("train_targets", &[2], &[0.0, 1.0]);
    place.tensors("lacking.safetensors", &[x]);
    place.tensors("wide.safetensors", &[("train_inputs", &[2, 3], &[0.0; 6]), y]);
    place.tensors("rows.safetensors", &[x, ("train_targets", &[3], &[0.0; 3])]);
    place.tensors("empty.safetensors", &[("train_inputs", &[0, 2], &[]), ("train_targets", &[0], &[])]);
    place.tensors("half.safetensors", &[x, y, ("test_inputs", &[2, 2], &[0.0; 4])]);
    place.tensors("extra.safetensors", &[x, y, ("valid_inputs", &[2, 2], &[0.0; 4])]);
    place.tensors("nan.safetensors", &[("train_inputs", &[2, 2], &[0.0, f32::NAN, 0.0, f32::NAN]), y]);
    place.tensors("infinite.safetensors", &[x, ("train_targets", &[2], &[0.0, f32::INFINITY])]);
    let cases: &[(&str, &[&str])] = &[
        ("lacking", &["lacking.safetensors: there is no train_targets"]),
        ("wide", &["wide.safetensors: train_inputs", "[2, 3]", "[2, 2]"]),
        ("rows", &["rows.safetensors: train_targets", "[3]", "[2, 1]"]),
        ("empty", &["empty.safetensors: train_inputs", "no samples"]),
        ("half", &["half.safetensors: there is no test_targets"]),
        ("extra", &["extra.safetensors: valid_inputs is not asked for"]),
        ("nan", &["nan.safetensors: train_inputs[0, 1] is NaN"]),
        ("infinite", &["infinite.safetensors: train_targets[1] is inf"]),
    ];
    for (name, wanted) in cases {
        place.fails(&format!("train xor {RUN} --data {name}.safetensors"), wanted);
    }
    place.write("classes.json", r#"{"data": {"kind": "blobs3"}}"#);
    place.tensors("class.safetensors", &[x, ("train_targets", &[2], &[0.0, 7.0])]);
    place.fails(
        &format!("train classes.json {RUN} --data class.safetensors"),
        &["class.safetensors: ", "7", "0 to 2"],
    );
    untouched(&place);
}

#[test]
fn places_that_cannot_be_written() {
    let place = place("places");
    place.fails(
        "train xor --save no/such/w.safetensors",
        &["no/such/w.safetensors", "there is no folder no/such"],
    );
    place.fails("train xor --metrics .", &["cannot write .:", "not a plain file"]);
    #[cfg(unix)]
    place.fails("train xor --save /dev/null", &["/dev/null", "not a plain file"]);
    untouched(&place);
}

#[test]
fn wrong_usage_ends_with_code_2() {
    let place = place("usage");
    let cases = [
        ("", "Usage: minibatch"),
        ("trian xor", "train"),
        ("train", "EXPERIMENT"),
        ("train xor --steps 1 --epochs 1", "cannot be used with"),
        ("train xor --steps 0", "0"),
        ("train xor --backend tpu", "possible values: gpu, cpu"),
        ("train xor --save w.safetensors --save-best ./w.safetensors", "both name w.safetensors"),
        ("predict xor --weights w.safetensors", "--input"),
        ("bench --workload mlp-2e", "mlp-2d"),
        ("bench --seconds soon", "seconds from 0 to 3600"),
    ];
    for (words, wanted) in cases {
        let ended = place.run(words);
        assert_eq!(ended.code, 2, "minibatch {words}: {}", ended.err);
        assert!(ended.err.contains(wanted), "minibatch {words}: {}", ended.err);
    }
    untouched(&place);
}
