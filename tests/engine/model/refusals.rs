//! What does not fit is refused with the layer's place and the mend.

use super::read;

/// The refusal names these.
fn refused(input: &str, layers: &str, words: &[&str]) {
    match read(input, layers) {
        Ok(_) => panic!("{layers} over {input} was taken"),
        Err(message) => {
            for word in words {
                assert!(message.contains(word), "\"{word}\" is not in \"{message}\"");
            }
        }
    }
}

const IMAGE: &str = r#"{"shape": [3, 8, 8]}"#;
const SERIES: &str = r#"{"shape": [5, 6]}"#;
const TOKENS: &str = r#"{"shape": [7], "tokens": 10}"#;

#[test]
fn windows_that_do_not_fit() {
    let conv = r#"{"layer": "conv2d", "channels": 4, "kernel": 3, "activation": "relu"},
                  {"layer": "conv2d", "channels": 4, "kernel": 9}"#;
    refused(IMAGE, conv, &["layers.2 (conv2d)", "9 x 9", "6 x 6", "smaller kernel"]);
    refused(IMAGE, r#"{"layer": "max-pool2d", "kernel": 10}"#, &["layers.0 (max-pool2d)", "8 x 8"]);
    refused(IMAGE, r#"{"layer": "max-pool2d", "kernel": 3, "padding": 2}"#, &["half the kernel"]);
    refused(
        IMAGE,
        r#"{"layer": "conv2d", "channels": 4, "kernel": 3, "stride": 0}"#,
        &["stride is 0", "from 1"],
    );
    refused(
        IMAGE,
        r#"{"layer": "conv2d", "channels": 4, "kernel": 3, "groups": 2}"#,
        &["2 groups", "3 channels"],
    );
    let grown =
        r#"{"layer": "conv-transpose2d", "channels": 4, "kernel": 3, "stride": 2, "output_padding": 2}"#;
    refused(IMAGE, grown, &["layers.0 (conv-transpose2d)", "output_padding is 2"]);
}

#[test]
fn shapes_a_layer_does_not_take() {
    let lstm = r#"{"layer": "recurrent", "cell": "lstm", "units": 4}"#;
    refused(IMAGE, lstm, &["layers.0 (recurrent)", "(steps, features)", "[3, 8, 8]"]);
    refused(
        SERIES,
        r#"{"layer": "conv2d", "channels": 4, "kernel": 3}"#,
        &["(channels, height, width)", "[5, 6]"],
    );
    refused(SERIES, r#"{"layer": "batch-norm"}"#, &["layers.0 (batch-norm)", "layer-norm"]);
    refused(SERIES, r#"{"layer": "reshape", "shape": [4, 7]}"#, &["[5, 6]", "30 numbers", "[4, 7]"]);
    refused(SERIES, r#"{"layer": "select", "axis": 2, "start": 0, "len": 1}"#, &["axis is 2"]);
    refused(SERIES, r#"{"layer": "select", "start": 3, "len": 3}"#, &["3 places from 3", "5 along axis 0"]);
    refused(SERIES, r#"{"layer": "permute", "axes": [0, 0]}"#, &["[0, 0]", "0 to 1"]);
    refused(SERIES, r#"{"layer": "axial-attention", "heads": 2}"#, &["(height, width, features)"]);
    refused(SERIES, r#"{"layer": "last-step"}"#, &["nothing to train"]);
    refused(r#"{"shape": []}"#, "", &["input"]);
    refused(r#"{"shape": [4000000, 4000000]}"#, "", &["input", "smaller"]);
}

#[test]
fn heads_that_do_not_divide() {
    refused(SERIES, r#"{"layer": "self-attention", "heads": 4}"#, &["layers.0", "heads is 4", "6 features"]);
    refused(SERIES, r#"{"layer": "self-attention", "heads": 0}"#, &["heads is 0"]);
    refused(SERIES, r#"{"layer": "self-attention", "heads": 2, "rotary": true}"#, &["rotary", "3 features"]);
    let layer = r#"{"layer": "transformer-encoder", "heads": 5, "feedforward": 8, "layers": 2}"#;
    refused(SERIES, layer, &["layers.0.layers.0 (transformer-encoder)", "heads is 5"]);
}

#[test]
fn tokens_and_numbers_are_told_apart() {
    let embedding = r#"{"layer": "embedding", "vocabulary": 10, "units": 4}"#;
    refused(SERIES, embedding, &["layers.0 (embedding)", "token numbers", "`tokens`"]);
    refused(TOKENS, r#"{"layer": "linear", "units": 4}"#, &["layers.0 (linear)", "embedding"]);
    refused(
        TOKENS,
        r#"{"layer": "embedding", "vocabulary": 9, "units": 4}"#,
        &["up to 9", "vocabulary of 10"],
    );
    let twice = format!("{embedding}, {embedding}");
    refused(TOKENS, &twice, &["layers.1 (embedding)"]);
    assert!(read(TOKENS, embedding).is_ok());
    // Columns that were chosen may hold token numbers among numbers.
    let chosen = format!(r#"{{"layer": "select", "start": 0, "len": 1}}, {embedding}"#);
    assert!(read(r#"{"shape": [4]}"#, &chosen).is_ok());
}

#[test]
fn compositions_that_do_not_join() {
    let body = r#"{"layer": "residual", "body": [{"layer": "linear", "units": 4}]}"#;
    refused(SERIES, body, &["layers.0 (residual)", "[5, 4]", "[5, 6]", "shortcut"]);
    let inner = r#"{"layer": "residual", "body": [{"layer": "linear", "units": 0}]}"#;
    refused(SERIES, inner, &["layers.0.body.0 (linear)", "units is 0"]);
    let branches = r#"{"layer": "branches", "axis": 1, "branches": [[], [{"layer": "last-step"}]]}"#;
    refused(SERIES, branches, &["branch 0", "branch 1", "[6]"]);
    refused(SERIES, r#"{"layer": "branches", "branches": []}"#, &["number of branches"]);
    let alone = r#"{"layer": "transformer-decoder", "heads": 2, "feedforward": 8}"#;
    refused(SERIES, alone, &["layers.0 (transformer-decoder)", "encoder-decoder"]);
    refused(
        SERIES,
        r#"{"layer": "encoder-decoder", "source": 5, "encoder": [], "decoder": []}"#,
        &["source is 5"],
    );
}

#[test]
fn settings_out_of_range() {
    refused(SERIES, r#"{"layer": "dropout", "rate": 1}"#, &["layers.0 (dropout)", "from 0 up to"]);
    refused(SERIES, r#"{"layer": "layer-norm", "eps": -1}"#, &["eps is -1"]);
    refused(SERIES, r#"{"layer": "linear", "units": 4000000000}"#, &["units is 4000000000"]);
    refused(
        SERIES,
        r#"{"layer": "recurrent", "cell": "gru", "units": 4, "layers": 1000}"#,
        &["layers is 1000"],
    );
    refused(SERIES, r#"{"layer": "linear", "unit": 4}"#, &["has no field"]);
    refused(SERIES, r#"{"layer": "liner", "units": 4}"#, &["did you mean"]);
    let wide = r#"{"layer": "linear", "units": 1000000}, {"layer": "linear", "units": 1000000}"#;
    refused(SERIES, wide, &["layers.1 (linear)", "smaller"]);
}

#[test]
fn a_linear_layer_takes_the_last_axis_of_an_image() {
    let e = read(IMAGE, r#"{"layer": "linear", "units": 5}"#).expect("as in PyTorch");
    assert_eq!(e.outline().expect("is sound").rows[0].shape, [3, 8, 5]);
}
