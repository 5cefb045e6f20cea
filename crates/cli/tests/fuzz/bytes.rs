//! Files of tensors, sound and damaged, and other files than those that are wanted.

use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::{Value, json};

use crate::draw::Draw;

/// A tensor to be: its name, its shape.
pub type Shape = (String, Vec<usize>);

/// A file of f32 tensors with drawn numbers, classes in those of targets.
pub fn tensors(draw: &mut Draw, shapes: &[Shape]) -> Vec<u8> {
    let mut number = |name: &str| {
        let whole = draw.below(2) as f32;
        if name.contains("targets") { whole } else { (draw.below(2001) as f32 - 1000.0) / 1000.0 }
    };
    let bytes: Vec<Vec<u8>> = shapes
        .iter()
        .map(|(name, shape)| (0..shape.iter().product()).flat_map(|_| number(name).to_le_bytes()).collect())
        .collect();
    let views = shapes.iter().zip(&bytes).map(|((name, shape), bytes)| {
        (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).expect("a shape that fits"))
    });
    serialize(views.collect::<Vec<_>>(), None).expect("bytes")
}

/// A file of tensors with something wrong: shapes, names, kinds, numbers, the header, the length.
pub fn wrong_tensors(draw: &mut Draw, shapes: &[Shape]) -> Vec<u8> {
    let mut shapes = shapes.to_vec();
    match draw.below(8) {
        0 if !shapes.is_empty() => drop(shapes.remove(draw.below(shapes.len()))),
        1 => {
            let name = draw.pick(&[
                "extra",
                "",
                "a\u{1b}[2J\nb",
                "layers.0.weight.",
                "__metadata__x",
                "inputs",
                "\u{202e}",
            ]);
            shapes.push((name.into(), draw.pick(&[vec![], vec![0], vec![1, 2, 3], vec![0, 1 << 40]])));
        }
        2 => {
            let at = draw.below(shapes.len());
            let by = draw.pick(&["module.", "_orig_mod.", "0.", "model."]);
            shapes[at].0 = format!("{by}{}", shapes[at].0);
        }
        3 => {
            let by = draw.pick(&["module.", "_orig_mod.", "module._orig_mod."]);
            shapes.iter_mut().for_each(|(name, _)| *name = format!("{by}{name}"));
        }
        4 | 5 => {
            let at = draw.below(shapes.len());
            let shape = &mut shapes[at].1;
            match draw.below(4) {
                0 => shape.reverse(),
                1 => shape.push(1),
                2 => drop(shape.pop()),
                _ if !shape.is_empty() => {
                    let axis = draw.below(shape.len());
                    shape[axis] = draw.pick(&[0, 1, 2, 7, 513]);
                }
                _ => {}
            }
        }
        _ => {}
    }
    // The library that writes the file counts on names that differ.
    shapes.sort();
    shapes.dedup_by(|a, b| a.0 == b.0);
    let sound = tensors(draw, &shapes);
    if draw.once_in(2) { header(draw, sound) } else { damaged(draw, sound) }
}

/// The header says something else than what is there.
fn header(draw: &mut Draw, file: Vec<u8>) -> Vec<u8> {
    let length = u64::from_le_bytes(*file.first_chunk().expect("a length")) as usize;
    let mut head: Value = serde_json::from_slice(&file[8..8 + length]).expect("a header");
    let Some(map) = head.as_object_mut() else { return file };
    let keys: Vec<String> = map.keys().cloned().collect();
    if keys.is_empty() {
        return file;
    }
    let key = draw.pick(&keys);
    let big = draw.pick(&[
        json!(1u64 << 40),
        json!(u64::MAX),
        json!(-1),
        json!(0.5),
        json!("4"),
        json!(0),
        json!(3),
    ]);
    match draw.below(6) {
        0 => {
            map[&key]["dtype"] = draw
                .pick(&["F64", "F16", "BF16", "I8", "U8", "I64", "U64", "BOOL", "F8_E4M3", "C64", "X"])
                .into()
        }
        1 => map[&key]["shape"] = json!([big, 2]),
        2 => map[&key]["data_offsets"] = json!([big, 4]),
        3 => map[&key]["data_offsets"] = json!([0, big]),
        4 => drop(
            map.insert("__metadata__".into(), draw.pick(&[json!({"a": "b"}), json!(3), json!({"a": 1})])),
        ),
        _ => {
            let taken = map.remove(&key).unwrap_or_default();
            map.insert(format!("{key}\u{1b}\n"), taken);
        }
    }
    let text = head.to_string().into_bytes();
    [&(text.len() as u64).to_le_bytes()[..], &text, &file[8 + length..]].concat()
}

/// Bytes with some changed, left out, added or doubled.
pub fn damaged(draw: &mut Draw, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..1 + draw.below(3) {
        let at = draw.below(bytes.len() + 1);
        match draw.below(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.splice(at..at, draw.bytes(3))),
            2 => bytes.extend(draw.bytes(5)),
            // Numbers that are none: NaN and infinity.
            3 if bytes.len() > 4 => {
                let end = bytes.len();
                bytes[end - 4..]
                    .copy_from_slice(&draw.pick(&[f32::NAN, f32::INFINITY, 3e38, 1e-44]).to_le_bytes());
            }
            4 => {
                let rest = bytes[at.min(bytes.len())..].to_vec();
                bytes.extend(rest);
            }
            5 => bytes = [b"\xef\xbb\xbf", &bytes[..]].concat(),
            _ if at < bytes.len() => bytes[at] ^= 1 << draw.below(8),
            _ => {}
        }
    }
    bytes
}

/// A file of another kind.
pub fn other(draw: &mut Draw) -> Vec<u8> {
    let begins: [&[u8]; 16] = [
        b"",
        b"\n",
        b"{",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n",
        b"\x1f\x8b\x08\0",
        b"PK\x03\x04",
        b"\x93NUMPY\x01\0",
        b"\x80\x04\x95",
        b"<!DOCTYPE html><html>",
        b"x,y\n1,2\n",
        b"\0\0\x08\x03\0\0\0\x01",
        b"\xff\xfe{\0}\0",
        b"\x89PNG\r\n\x1a\n",
        b"{\"weight_map\": {}}",
        b"\x02\0\0\0\0\0\0\0{}",
        b"\xff\xff\xff\xff\xff\xff\xff\x7f{",
    ];
    let n = draw.pick(&[0, 0, 1, 40, 5000]);
    if draw.once_in(20) {
        // The reader of JSON must not fall over depth.
        return draw.pick(&["[", "{\"model\":", "{\"hidden\":["]).repeat(100_000).into_bytes();
    }
    [draw.pick(&begins), &draw.bytes(n)].concat()
}
