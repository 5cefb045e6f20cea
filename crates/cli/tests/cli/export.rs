//! PyTorch scripts.

use crate::support::Place;

#[test]
fn a_script_its_data_and_weights_are_written() {
    let place = Place::new("export");
    let out = place.done("export c2 --pytorch c2.py");
    assert_eq!(out, "wrote c2.py\nwrote c2.data.safetensors\nwrote c2.weights.safetensors\n");
    // What is written beside the script is what `train` begins with.
    let begun = place.lines("train c2 --steps 2 --backend cpu --json");
    let given = place.lines("train c2 --steps 2 --backend cpu --json --init c2.weights.safetensors");
    assert_eq!(begun[1]["loss"], given[1]["loss"]);
    assert_eq!(place.load("c2.weights.safetensors")[0].0, "layers.0.bias");
}

/// Breaks where the row numbers and the seed that the script needs are taken for samples, whatever their size.
#[test]
fn the_data_of_a_script_can_be_trained_on() {
    let place = Place::new("export-data");
    place.write("e.json", r#"{"seed": 4000000000, "hidden": [{"units": 4, "dropout": 0.5}]}"#);
    place.done("export e.json --pytorch e.py");
    let names: Vec<String> = place.load("e.data.safetensors").into_iter().map(|t| t.0).collect();
    assert!(names.contains(&"order".into()) && names.contains(&"dropout".into()), "{names:?}");
    let begun = place.lines("train e.json --steps 2 --backend cpu --json");
    let given = place.lines("train e.json --steps 2 --backend cpu --json --data e.data.safetensors");
    assert_eq!(begun[1]["loss"], given[1]["loss"]);
}

#[test]
fn weights_of_another_model_are_refused_and_nothing_is_written() {
    let place = Place::new("export-misfit");
    place.tensors("w.safetensors", &[("layers.0.weight", &[1, 2], &[2.0, -1.0])]);
    let wanted = ["w.safetensors", "layers.0.weight", "[1, 2]", "[15, 3, 3, 3]"];
    place.fails("export c2 --pytorch c2.py --weights w.safetensors", &wanted);
    place.fails("export sprial --pytorch s.py", &["did you mean spiral?"]);
    place.fails("export c2 --pytorch nowhere/c2.py", &["nowhere"]);
}
