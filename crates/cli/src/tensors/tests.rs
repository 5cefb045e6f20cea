use std::fs;
use std::path::PathBuf;

use minibatch_session::NamedTensor;

use super::{data_set, inputs, to_bytes, weights};

fn tensor(name: &str, shape: &[usize], values: &[f32]) -> NamedTensor {
    NamedTensor { name: name.into(), shape: shape.to_vec(), values: values.to_vec() }
}

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("minibatch-{}-{name}.safetensors", std::process::id()));
    fs::write(&path, bytes).expect("a file for the test");
    path
}

/// A file with a header written by hand.
fn raw(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

fn weights_error(name: &str, bytes: &[u8]) -> String {
    let path = file(name, bytes);
    let error = weights(&path).expect_err(name).to_string();
    assert!(error.contains(&path.display().to_string()), "the file is not named: {error}");
    assert!(!error.contains('\n'), "more than one line: {error}");
    error
}

#[test]
fn what_is_written_is_read_back_to_the_bit() {
    let all = [
        tensor("layers.0.bias", &[2], &[1.0, -0.0]),
        tensor("layers.0.weight", &[2, 3], &[0.1, 2.0e-40, 3.0, f32::MAX, f32::MIN_POSITIVE, -6.5]),
        tensor("scalar", &[], &[7.0]),
        tensor("z", &[0, 4], &[]),
    ];
    let path = file("round", &to_bytes("w".as_ref(), &all, "").expect("bytes"));
    let back = weights(&path).expect("read");
    let bits = |t: &[NamedTensor]| -> Vec<_> {
        let of = |t: &NamedTensor| {
            (t.name.clone(), t.shape.clone(), t.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>())
        };
        t.iter().map(of).collect()
    };
    assert_eq!(bits(&back), bits(&all));
}

#[test]
fn a_shape_that_is_not_that_of_its_values_is_not_written() {
    assert!(to_bytes("w".as_ref(), &[tensor("a", &[3], &[1.0])], "").is_err());
}

#[test]
fn what_would_not_be_read_is_not_written() {
    for (value, told) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        let error = to_bytes("w".as_ref(), &[tensor("a", &[2, 2], &[1.0, 2.0, value, f32::NAN])], "mend it");
        let error = error.expect_err("no number").to_string();
        assert!(
            error.contains(&format!("w: a[1, 0] would be {told},")) && error.contains("mend it"),
            "{error}"
        );
    }
}

#[test]
fn every_truncation_is_told() {
    let whole = to_bytes("w".as_ref(), &[tensor("a", &[2, 2], &[1.0, 2.0, 3.0, 4.0])], "").expect("bytes");
    for cut in 1..whole.len() {
        let error = weights_error("cut", &whole[..cut]);
        assert!(error.contains(&format!("has {cut} bytes")) && error.contains("cut short"), "{cut}: {error}");
    }
    let error = weights_error("long", &[&whole[..], b"more"].concat());
    assert!(error.contains("something is added"), "{error}");
}

#[test]
fn other_kinds_of_files_are_told() {
    let wrong = [
        ("empty", &b""[..], "it is empty"),
        ("json", b"{\"seed\": 1, \"version\": 1}", "it is JSON"),
        ("zip", b"PK\x03\x04 and so on", "it is a zip archive"),
        ("numbers", &[7; 40], "does not begin with a header"),
        ("csv", b"x,y,label\n1,2,a\n", "it is a table of text (CSV)"),
        ("lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "git lfs pull"),
        ("header", &raw("{\"a\": 1}", b""), "its header is wrong"),
        ("none", &raw("{}", b""), "none with tensors"),
    ];
    for (name, bytes, what) in wrong {
        let error = weights_error(name, bytes);
        assert!(error.contains(what), "{error}");
    }
    let gone = weights("no/such/file.safetensors".as_ref()).expect_err("no file").to_string();
    assert!(gone.contains("there is no file no/such/file.safetensors"), "{gone}");
}

#[test]
fn a_header_that_lies_is_refused_without_a_panic() {
    let lies = [
        r#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,8]}}"#,
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
        r#"{"a":{"dtype":"F32","shape":[9223372036854775807,9],"data_offsets":[0,8]}}"#,
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
    ];
    for lie in lies {
        weights_error("lie", &raw(lie, &[0; 8]));
    }
}

#[test]
fn the_first_number_that_is_none_is_named_with_its_place() {
    let numbers = [1.0, 2.0, f32::NAN, f32::INFINITY].map(f32::to_le_bytes).concat();
    let nan = raw(r#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#, &numbers);
    let error = weights_error("nan", &nan);
    assert!(error.contains("a[1, 0] is NaN"), "{error}");
    let huge = raw(r#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#, &1e300f64.to_le_bytes());
    assert!(weights_error("huge", &huge).contains("a[0] is 1000"), "beyond f32");
    let odd =
        raw(r#"{"inputs":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, &16_777_217i64.to_le_bytes());
    let error = inputs(&file("odd", &odd)).expect_err("not exact").to_string();
    assert!(error.contains("inputs[0] is 16777217"), "{error}");
}

#[test]
fn whole_numbers_are_no_weights() {
    let whole = raw(r#"{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}"#, &[0; 4]);
    let error = weights_error("whole", &whole);
    assert!(error.contains("a is kept as I32; convert it to F32"), "{error}");
    let counted = raw(
        r#"{"l.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},
            "l.weight":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#,
        &[0; 12],
    );
    assert_eq!(weights(&file("counted", &counted)).expect("read").len(), 1);
}

#[test]
fn a_data_file_holds_its_keys_and_no_others() {
    let (x, y) = (tensor("train_inputs", &[1, 2], &[1.0, 2.0]), tensor("train_targets", &[1], &[1.0]));
    let test = tensor("test_inputs", &[1, 2], &[1.0, 2.0]);
    let error = |name: &str, all: &[NamedTensor]| {
        data_set(&file(name, &to_bytes("d".as_ref(), all, "").expect("bytes"))).expect_err(name).to_string()
    };
    let lacking = error("lacking", std::slice::from_ref(&x));
    assert!(lacking.contains("there is no train_targets"), "{lacking}");
    let half = error("half", &[x.clone(), y.clone(), test]);
    assert!(half.contains("there is no test_targets"), "{half}");
    let extra = error("extra", &[x.clone(), y.clone(), tensor("test_input", &[1], &[0.0])]);
    assert!(extra.contains("test_input is not asked for; did you mean test_inputs?"), "{extra}");
    let set = data_set(&file("set", &to_bytes("d".as_ref(), &[y.clone(), x.clone()], "").expect("bytes")))
        .expect("a set");
    assert_eq!((set.train_inputs, set.train_targets, set.test_inputs), (x, y, None));
}
