//! What other tools keep in files is read as it is.

use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::support::Place;

#[test]
fn samples_may_be_kept_as_whole_numbers() {
    let place = Place::new("whole");
    place.write("e.json", r#"{"data": {"kind": "blobs3"}}"#);
    let x: Vec<u8> = [0i8, 0, 5, 5, -5, 5].iter().flat_map(|v| v.to_le_bytes()).collect();
    let y: Vec<u8> = [0i64, 1, 2].iter().flat_map(|v| v.to_le_bytes()).collect();
    let views = [
        ("train_inputs", TensorView::new(Dtype::I8, vec![3, 2], &x).expect("a view")),
        ("train_targets", TensorView::new(Dtype::I64, vec![3], &y).expect("a view")),
    ];
    place.write("whole.safetensors", serialize(views, None).expect("bytes"));
    place.tensors(
        "floats.safetensors",
        &[
            ("train_inputs", &[3, 2], &[0.0, 0.0, 5.0, 5.0, -5.0, 5.0]),
            ("train_targets", &[3], &[0.0, 1.0, 2.0]),
        ],
    );
    let [whole, floats] = ["whole", "floats"].map(|file| {
        place.lines(&format!("train e.json --steps 5 --backend cpu --json --data {file}.safetensors"))
    });
    assert_eq!(whole[..whole.len() - 1], floats[..floats.len() - 1]);
}

#[test]
fn weights_of_another_kind_are_refused_with_the_mend() {
    let place = Place::new("kind");
    let zero = [0; 8];
    let view = TensorView::new(Dtype::I64, vec![1], &zero).expect("a view");
    place.write("w.safetensors", serialize([("layers.0.weight", view)], None).expect("bytes"));
    let wanted = ["w.safetensors: layers.0.weight is kept as I64; convert it to F32"];
    place.fails("train xor --backend cpu --init w.safetensors", &wanted);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_when_saving() {
    let place = Place::new("link");
    place.write("real.safetensors", "old");
    let link = place.path("w.safetensors");
    std::os::unix::fs::symlink("real.safetensors", &link).expect("a link");
    place.done("train xor --steps 1 --backend cpu --save w.safetensors");
    assert!(link.is_symlink());
    assert_eq!(place.load("real.safetensors").len(), 6);
}
