//! What users of other tools bring: files of other kinds, names of wrappers, turned and missing arrays. Each is told as what it
//! is, with what to do.

use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::support::Place;

#[test]
fn files_of_other_kinds_are_named_wherever_they_are_given() {
    let place = Place::new("kinds");
    place.done("train xor --steps 1 --backend cpu --save w.safetensors");
    let kinds: [(&[u8], &str); 9] = [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "git lfs pull"),
        (b"<!DOCTYPE html>\n<html><title>Sign in</title></html>", "a web page"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03packed", "gunzip"),
        (b"\0\0\x08\x01\0\0\0\x03\x07\x02\x01", "an IDX file"),
        (b"x,y,label\n0.5,1.5,0\n", "a table of text (CSV)"),
        (b"\x93NUMPY\x01\0v\0{'descr': '<f4'}", ".npy"),
        (b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0x.npy", ".npz"),
        (b"PK\x03\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0archive/data.pkl", "torch.save"),
        (b"\x80\x02}q\0X\x06\0\0\0weight", "a pickle"),
    ];
    for (bytes, words) in kinds {
        place.write("f", bytes);
        for command in [
            "train xor --backend cpu --init f",
            "train xor --backend cpu --data f",
            "predict xor --backend cpu --weights f --input f --output y",
            "predict xor --backend cpu --weights w.safetensors --input f --output y",
            "export xor --pytorch y.py --weights f",
            "train f --backend cpu",
            "summary f",
        ] {
            place.fails(command, &["f: this is not a", words]);
        }
    }
    place.fails("train w.safetensors", &["it is a safetensors file of weights or samples"]);
    assert_eq!(place.names(), ["f", "w.safetensors"]);
}

#[test]
fn an_experiment_may_begin_with_a_mark_and_is_utf_8() {
    let place = Place::new("marks");
    let text = r#"{"seed": 3}"#;
    place.write("bom.json", format!("\u{feff}{text}"));
    place.write("plain.json", text);
    let [bom, plain] = ["bom", "plain"]
        .map(|name| place.lines(&format!("train {name}.json --steps 2 --backend cpu --json")));
    assert_eq!(bom[..3], plain[..3]);
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    for (name, bytes) in [
        ("marked.json", [&b"\xff\xfe"[..], &wide(u16::to_le_bytes)].concat()),
        ("little.json", wide(u16::to_le_bytes)),
        ("big.json", wide(u16::to_be_bytes)),
    ] {
        place.write(name, bytes);
        place.fails(&format!("summary {name}"), &[name, "UTF-16; save it as UTF-8"]);
    }
}

#[test]
fn names_of_wrappers_are_read_without_and_others_get_a_hint() {
    let place = Place::new("prefixes");
    place.done("train xor --steps 5 --backend cpu --save w.safetensors");
    place.tensors("x.safetensors", &[("inputs", &[1, 2], &[1.0, 2.0])]);
    let good = place.load("w.safetensors");
    let renamed = |name: &str, rename: &dyn Fn(&str) -> String| {
        let all: Vec<_> = good.iter().map(|t| (rename(&t.0), &t.1[..], &t.2[..])).collect();
        let views: Vec<_> = all.iter().map(|t| (t.0.as_str(), t.1, t.2)).collect();
        place.tensors(name, &views);
    };
    let predict = |file: &str| {
        format!("predict xor --backend cpu --weights {file} --input x.safetensors --output y.safetensors")
    };
    place.done(&predict("w.safetensors"));
    let wanted = place.load("y.safetensors");
    for prefix in ["module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module."] {
        renamed("p.safetensors", &|name| format!("{prefix}{name}"));
        let ended = place.run(&predict("p.safetensors"));
        assert_eq!(ended.code, 0, "{}", ended.err);
        assert!(ended.err.contains("note: p.safetensors: its names are read without"), "{}", ended.err);
        assert_eq!(place.load("y.safetensors"), wanted);
        place.done("train xor --backend cpu --steps 1 --init p.safetensors");
        place.done("export xor --pytorch e.py --weights p.safetensors");
        assert_eq!(place.load("e.weights.safetensors"), good);
    }
    renamed("p.safetensors", &|name| format!("net.model.{name}"));
    place.fails(
        &predict("p.safetensors"),
        &["net.model.layers.0.bias", "belongs to no layer", "take `net.model.` off"],
    );
    renamed("p.safetensors", &|name| name.replace("layers.", ""));
    place
        .fails("train xor --backend cpu --init p.safetensors", &["0.bias", "put `layers.` before each name"]);
}

#[test]
fn arrays_of_other_tools_get_a_hint() {
    let place = Place::new("arrays");
    let model = |layer: &str| {
        format!(
            r#"{{"model": {{"input": {{"shape": [5, 3]}}, "layers": [{{"layer": "recurrent", "cell": "{layer}", "units": 4}}, {{"layer": "linear", "units": 2}}],
            "samples": {{"kind": "random", "train": 8, "test": 2}}}}}}"#
        )
    };
    for layer in ["gru", "lstm"] {
        place.write("e.json", model(layer));
        place.done("train e.json --steps 1 --backend cpu --save w.safetensors");
        let good = place.load("w.safetensors");
        let missing: Vec<_> = good
            .iter()
            .filter(|t| !t.0.contains("bias_hh"))
            .map(|t| (t.0.as_str(), &t.1[..], &t.2[..]))
            .collect();
        place.tensors("m.safetensors", &missing);
        let wanted =
            ["layers.0.bias_hh_l0", "is missing", "zeros as bias_hh", "i, f, g, o (LSTM) or r, z, n (GRU)"];
        place.fails("train e.json --backend cpu --init m.safetensors", &wanted);
        place.fails("export e.json --pytorch e.py --weights m.safetensors", &wanted);
        let turned: Vec<(&str, Vec<usize>, &[f32])> = good
            .iter()
            .map(|t| {
                let mut shape = t.1.clone();
                shape.reverse();
                (t.0.as_str(), shape, &t.2[..])
            })
            .collect();
        let turned: Vec<_> = turned.iter().map(|t| (t.0, &t.1[..], t.2)).collect();
        place.tensors("t.safetensors", &turned);
        let wanted = ["layers.0.weight_ih_l0", "it is transposed", "`.T`", "i, f, g, o"];
        place.fails("train e.json --backend cpu --init t.safetensors", &wanted);
    }
}

#[test]
fn pixels_from_0_to_255_get_a_word_on_their_scale() {
    let place = Place::new("scale");
    let (pixels, classes) = ([0u8, 255, 17, 130], [0u8, 1]);
    let view = |shape: &[usize], bytes| TensorView::new(Dtype::U8, shape.to_vec(), bytes).expect("a view");
    let file =
        serialize([("train_inputs", view(&[2, 2], &pixels)), ("train_targets", view(&[2], &classes))], None);
    place.write("u8.safetensors", file.expect("bytes"));
    place.tensors(
        "f32.safetensors",
        &[("train_inputs", &[2, 2], &[0.0, 1.0, 17.5, 130.0]), ("train_targets", &[2], &[0.0, 1.0])],
    );
    let said =
        |file: &str| place.run(&format!("train xor --steps 1 --backend cpu --data {file}.safetensors")).err;
    assert!(
        said("u8").contains("note: u8.safetensors: train_inputs are whole numbers up to 255")
            && said("u8").contains("divide")
    );
    assert!(!said("f32").contains("divide"));
}

#[test]
fn what_an_experiment_says_is_no_option() {
    let place = Place::new("options");
    for words in ["train xor --seed 3", "train xor --lr 0.1", "predict xor --batch-size 3"] {
        let ended = place.run(words);
        assert!(ended.code == 2 && ended.err.contains("stands in its JSON file"), "{}", ended.err);
        assert!(!ended.err.contains("as a value"), "it misleads: {}", ended.err);
    }
    let ended = place.run("train xor --stpes 3");
    assert!(ended.code == 2 && ended.err.contains("--steps"), "{}", ended.err);
}
