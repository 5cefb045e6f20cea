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

#[test]
fn weights_of_another_model_are_refused_and_nothing_is_written() {
    let place = Place::new("export-misfit");
    place.tensors("w.safetensors", &[("layers.0.weight", &[1, 2], &[2.0, -1.0])]);
    let wanted = ["w.safetensors", "layers.0.weight", "[1, 2]", "[15, 3, 3, 3]"];
    place.fails("export c2 --pytorch c2.py --weights w.safetensors", &wanted);
    place.fails("export sprial --pytorch s.py", &["did you mean spiral?"]);
    place.fails("export c2 --pytorch nowhere/c2.py", &["nowhere"]);
}
