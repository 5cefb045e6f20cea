//! The seed exercises from PyTorch's own weights and data, by files alone: what a user who comes from PyTorch would do.
//! `tests/golden/exercises.py` wrote down what torch makes of them.

use serde_json::Value;

use crate::support::{Place, losses, parsed};

/// How far two losses may be apart, as a share of PyTorch's. Ours, in f32, stray by 3e-6 at most from its f64; at 1e-4, M2 and
/// A1 with softmax, whose losses hardly move, would pass with weights that are a hundredth off.
const TOLERANCE: f64 = 2e-5;
/// As in `tests/golden/draw.py`: what all drawn numbers depend on, and the tensors that are no parameters.
const SEED: u32 = 20;
const INPUT: u32 = 1_000_000;
const TARGET: u32 = 1_000_001;

/// `hash3` of `tests/golden/draw.py`, over the seed.
fn counter(number: u32, i: usize) -> u32 {
    let hash = |mut x: u32| {
        x ^= x >> 16;
        x = x.wrapping_mul(0x7feb_352d);
        x ^= x >> 15;
        x = x.wrapping_mul(0x846c_a68b);
        x ^ (x >> 16)
    };
    hash(SEED ^ hash(number ^ hash(i as u32 ^ 0x9e37_79b9)))
}

fn uniform(number: u32, n: usize, base: f64, scale: f64) -> Vec<f32> {
    let one = |i| base + scale * (f64::from(counter(number, i)) / 2_147_483_648.0 - 1.0);
    (0..n).map(|i| one(i) as f32).collect()
}

fn shape(value: &Value) -> Vec<usize> {
    value.as_array().expect("a shape").iter().map(|n| n.as_u64().expect("an extent") as usize).collect()
}

/// Inputs or targets: whole numbers below one number or one a column, else floats.
fn drawn(data: &Value, number: u32) -> Vec<f32> {
    let n = shape(&data["shape"]).iter().product();
    let below: Vec<u32> = match &data["below"] {
        Value::Null if data["positive"] == true => return uniform(number, n, 0.5, 0.5),
        Value::Null => return uniform(number, n, 0.0, 1.0),
        Value::Array(columns) => columns.iter().map(|b| b.as_u64().expect("a count") as u32).collect(),
        one => vec![one.as_u64().expect("a count") as u32],
    };
    (0..n).map(|i| (counter(number, i) % below[i % below.len()]) as f32).collect()
}

/// Inputs and targets: those that the experiment lists itself, else drawn ones.
fn samples(case: &Value) -> [Vec<f32>; 2] {
    let table = &case["experiment"]["model"]["samples"];
    if table["kind"] != "table" {
        return [drawn(&case["input"], INPUT), drawn(&case["target"], TARGET)];
    }
    let numbers = |value: &Value| -> Vec<f32> {
        let number = |v: &Value| v.as_f64().expect("a number") as f32;
        value.as_array().expect("a list").iter().map(number).collect()
    };
    let rows = table["inputs"].as_array().expect("rows");
    [rows.iter().flat_map(numbers).collect(), numbers(&table["targets"])]
}

/// Writes the exercise as three files, trains it, and compares its ten losses; says what is wrong.
fn trained(place: &Place, case: &Value) -> Result<(), String> {
    let parameters = case["parameters"].as_array().expect("parameters").iter().enumerate();
    let weights: Vec<(&str, Vec<usize>, Vec<f32>)> = parameters
        .map(|(number, p)| {
            let (shape, [base, scale]) = (shape(&p[1]), [2, 3].map(|i| p[i].as_f64().expect("a number")));
            let values = uniform(number as u32, shape.iter().product(), base, scale);
            (p[0].as_str().expect("a name"), shape, values)
        })
        .collect();
    let weights: Vec<_> =
        weights.iter().map(|(name, shape, values)| (*name, &shape[..], &values[..])).collect();
    place.tensors("w.safetensors", &weights);
    let [inputs, targets] = samples(case);
    let [input, target] = ["input", "target"].map(|side| shape(&case[side]["shape"]));
    place
        .tensors("d.safetensors", &[("train_inputs", &input, &inputs), ("train_targets", &target, &targets)]);
    place.write("e.json", case["experiment"].to_string());
    let files = "--init w.safetensors --data d.safetensors --metrics m.jsonl";
    let ended = place.run(&format!("train e.json {files} --steps 10 --backend cpu"));
    if ended.code != 0 {
        return Err(ended.err);
    }
    let ours = losses(&parsed(&place.text("m.jsonl")));
    let torchs: Vec<f64> =
        case["losses"].as_array().expect("losses").iter().filter_map(Value::as_f64).collect();
    if (ours.len(), torchs.len()) != (10, 10) {
        return Err(format!("{} losses, PyTorch has {}, not 10", ours.len(), torchs.len()));
    }
    let near = |(ours, torchs): (&f64, &f64)| (ours - torchs).abs() <= TOLERANCE * torchs.abs();
    match ours.iter().zip(&torchs).position(|pair| !near(pair)) {
        None => Ok(()),
        Some(i) => Err(format!("the loss of step {} is {}, PyTorch's is {}", i + 1, ours[i], torchs[i])),
    }
}

/// Breaks where a weight goes to another place than PyTorch's of that name, where samples are read askew, or where a
/// layer, loss or optimizer is not PyTorch's.
#[test]
fn pytorchs_weights_and_data_give_pytorchs_losses() {
    let golden: Value = serde_json::from_str(include_str!("../../../../tests/golden/exercises.json"))
        .expect("golden/exercises.json is as golden/exercises.py writes it");
    let cases = golden["cases"].as_array().expect("cases");
    let names: Vec<&str> = cases.iter().filter_map(|case| case["name"].as_str()).collect();
    for wanted in ["C2", "R1", "R2", "R3", "A1", "A3", "A4", "E3", "M2"] {
        assert!(names.contains(&wanted), "{wanted} is not among {names:?}");
    }
    let place = Place::new("exercises");
    let faults: Vec<String> = cases
        .iter()
        .zip(names)
        .filter_map(|(case, name)| Some(format!("{name}: {}", trained(&place, case).err()?)))
        .collect();
    assert!(faults.is_empty(), "{} of {} exercises:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
