//! What Muon moves: the matrices inside a network, not its tables and not its output layer.

use minibatch_graph::Loss;
use minibatch_nn::{Block, Input, Model};

fn inner(shape: &[usize], tokens: Option<usize>, layers: &str) -> Vec<String> {
    let blocks: Vec<Block> = serde_json::from_str(layers).expect("layers");
    let input = Input { shape: shape.to_vec(), tokens };
    let model = Model::new(input, blocks, Loss::Mse, None).expect("a model");
    let names = model.layout.parameters.iter().filter(|p| p.inner).map(|p| p.name.clone());
    let names: Vec<_> = names.collect();
    assert_eq!(names.len(), model.layout.matrices().len());
    names
}

/// Breaks where Muon would move an output layer, or pass over a layer inside.
#[test]
fn the_last_dense_layer_is_apart() {
    let two = r#"[{"layer": "linear", "units": 5, "activation": "tanh"}, {"layer": "linear", "units": 3},
                  {"layer": "softmax"}]"#;
    assert_eq!(inner(&[4], None, two), ["layers.0.weight"]);
    assert!(inner(&[4], None, r#"[{"layer": "linear", "units": 3}]"#).is_empty());
    let ends = r#"[{"layer": "linear", "units": 3}, {"layer": "recurrent", "cell": "gru", "units": 5,
                   "learn_initial": true}, {"layer": "last-step"}]"#;
    assert_eq!(
        inner(&[6, 4], None, ends),
        ["layers.0.weight", "layers.1.weight_ih_l0", "layers.1.weight_hh_l0"]
    );
    let heads = r#"[{"layer": "linear", "units": 5}, {"layer": "branches", "branches":
                    [[{"layer": "linear", "units": 4}, {"layer": "linear", "units": 2}], [{"layer": "linear", "units": 1}]]}]"#;
    assert_eq!(inner(&[4], None, heads), ["layers.0.weight", "layers.1.branches.0.0.weight"]);
}

/// Breaks where a table of vectors or of positions is taken for a matrix, or a kernel's columns are wrong.
#[test]
fn tables_are_apart_and_kernels_are_matrices() {
    let words = r#"[{"layer": "embedding", "vocabulary": 7, "units": 6}, {"layer": "positions", "kind": "learned"},
                    {"layer": "self-attention", "heads": 2}, {"layer": "linear", "units": 2}]"#;
    assert_eq!(
        inner(&[5], Some(7), words),
        ["layers.2.attention.in_proj_weight", "layers.2.attention.out_proj.weight"]
    );
    let blocks = r#"[{"layer": "conv2d", "channels": 4, "kernel": [3, 2]}, {"layer": "flatten"}, {"layer": "linear", "units": 2}]"#;
    let blocks = serde_json::from_str(blocks).expect("layers");
    let model = Model::new(Input { shape: vec![3, 5, 5], tokens: None }, blocks, Loss::Mse, None);
    let matrices = model.expect("a model").layout.matrices();
    assert_eq!(matrices.iter().map(|m| (m.offset, m.rows, m.columns)).collect::<Vec<_>>(), [(0, 4, 18)]);
}
