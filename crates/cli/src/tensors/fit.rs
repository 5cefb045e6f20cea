//! Whether weights are the model's, with a word on what is different where another tool or a wrapper wrote them.

use std::path::Path;

use minibatch_session::{Experiment, NamedTensor};

use crate::error::{Error, Result};
use crate::experiment::wrong;
use crate::output::note;

/// What torch.compile puts into names.
const COMPILED: &str = "_orig_mod.";
/// What DataParallel puts in front of names.
const PARALLEL: &str = "module.";
/// PyTorch's order, which other tools do not share.
const GATES: &str = "the gates stand in the order i, f, g, o (LSTM) or r, z, n (GRU)";

/// Weights from the file `path` for this experiment: all that its model needs, and none besides. What wrappers of PyTorch put
/// before the names is taken off, and that is told.
///
/// # Errors
/// When the experiment is wrong, or the first array that does not fit, with both shapes and a hint.
pub fn fit(
    path: &Path,
    name: &str,
    experiment: &Experiment,
    weights: Vec<NamedTensor>,
) -> Result<Vec<NamedTensor>> {
    experiment.validate().map_err(|source| wrong(name, source))?;
    let layout = experiment.model().map_err(|source| wrong(name, source))?.layout;
    let parameters = layout.parameters.iter().map(|p| (p.name.as_str(), &p.shape[..], true));
    let buffers = layout.buffers.iter().filter(|b| b.saved || b.changes);
    let buffers = buffers.map(|b| (b.name.as_str(), &b.shape[..], b.changes));
    let wanted: Vec<(&str, &[usize], bool)> = parameters.chain(buffers).collect();
    let weights = unwrapped(path, weights);
    let misfit = |key: &str, message: String| {
        Err(Error::Misfit {
            files: path.display().to_string(),
            message: format!("{key}: {message} (experiment {name})"),
        })
    };
    if let Some(spare) = weights.iter().find(|w| wanted.iter().all(|(name, ..)| *name != w.name)) {
        let names: Vec<&str> = wanted.iter().map(|(name, ..)| *name).collect();
        let hint = name_hint(&spare.name, &names);
        return misfit(
            &spare.name,
            format!("of shape {:?} belongs to no layer of this model{hint}", spare.shape),
        );
    }
    for (key, shape, needed) in wanted {
        match weights.iter().find(|w| w.name == key) {
            None if needed => {
                let hint = missing_hint(key);
                return misfit(key, format!("is missing; the model needs it with the shape {shape:?}{hint}"));
            }
            Some(w) if needed && w.shape != shape => {
                let (found, hint) = (&w.shape, shape_hint(key, &w.shape, shape));
                return misfit(key, format!("the shape is {found:?}, and the model needs {shape:?}{hint}"));
            }
            _ => {}
        }
    }
    Ok(weights)
}

/// The weights without what wrappers put into their names, as long as no two become one.
fn unwrapped(path: &Path, weights: Vec<NamedTensor>) -> Vec<NamedTensor> {
    let parallel = weights.iter().all(|w| w.name.replace(COMPILED, "").starts_with(PARALLEL));
    let bare = |name: &str| {
        let name = name.replace(COMPILED, "");
        if parallel { name[PARALLEL.len()..].to_owned() } else { name }
    };
    let mut names: Vec<String> = weights.iter().map(|w| bare(&w.name)).collect();
    if weights.iter().zip(&names).all(|(w, name)| w.name == *name) {
        return weights;
    }
    let bare = names.clone();
    names.sort();
    names.dedup();
    if names.len() < weights.len() {
        return weights;
    }
    let compiled = weights.iter().any(|w| w.name.contains(COMPILED));
    let marks = [(parallel, "`module.` (DataParallel)"), (compiled, "`_orig_mod.` (torch.compile)")];
    let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, words)| *words).collect();
    note(&format!("note: {}: its names are read without {}", path.display(), marks.join(" and ")));
    weights.into_iter().zip(bare).map(|(weight, name)| NamedTensor { name, ..weight }).collect()
}

/// What may be the matter with a name that the model does not have.
fn name_hint(name: &str, wanted: &[&str]) -> String {
    if let Some(known) =
        wanted.iter().find(|known| known.strip_suffix(name).is_some_and(|p| p.ends_with('.')))
    {
        let lacking = &known[..known.len() - name.len()];
        return format!("; it may be {known}: put `{lacking}` before each name, as in the exported script");
    }
    let longer = |known: &&&str| name.strip_suffix(**known).is_some_and(|p| p.ends_with('.'));
    if let Some(known) = wanted.iter().filter(longer).max_by_key(|known| known.len()) {
        let added = &name[..name.len() - known.len()];
        return format!(
            "; it may be {known}: take `{added}` off each name, {{k.removeprefix(\"{added}\"): v for k, v in state.items()}}"
        );
    }
    String::new()
}

/// What may be the matter where an array is missing.
fn missing_hint(key: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    if last.starts_with("bias_") {
        return format!(
            "; PyTorch keeps two biases, bias_ih and bias_hh: where another tool has one, give it as bias_ih and zeros as \
             bias_hh; {GATES}"
        );
    }
    match last {
        "bias" => "; where another tool has none, give zeros".into(),
        "running_mean" => "; where another tool has none, give zeros".into(),
        "running_var" => "; where another tool has none, give ones".into(),
        _ => String::new(),
    }
}

/// What may be the matter where a shape is another.
fn shape_hint(key: &str, found: &[usize], wanted: &[usize]) -> String {
    let sorted = |shape: &[usize]| {
        let mut shape = shape.to_vec();
        shape.sort_unstable();
        shape
    };
    let gates = if key.contains("weight_ih") || key.contains("weight_hh") || key.contains("bias_") {
        format!("; {GATES}")
    } else {
        String::new()
    };
    let product = |shape: &[usize]| shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
    if sorted(found) == sorted(wanted) && found.len() == 2 {
        format!(
            "; it is transposed: PyTorch keeps (outputs, inputs), other tools (inputs, outputs); turn it with `.T`{gates}"
        )
    } else if sorted(found) == sorted(wanted) {
        format!(
            "; its axes stand in another order: PyTorch keeps (outputs, inputs, height, width), other tools (height, width, \
             inputs, outputs); turn it with `.permute`{gates}"
        )
    } else if product(found) == product(wanted) {
        format!("; it has as many numbers as it needs: `.reshape` it{gates}")
    } else {
        gates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_wrappers_and_of_other_models_are_told() {
        let wanted = ["layers.0.weight", "layers.0.bias", "layers.2.body.0.weight"];
        assert!(name_hint("0.weight", &wanted).contains("put `layers.` before"));
        assert!(name_hint("model.net.layers.0.bias", &wanted).contains("take `model.net.` off"));
        // A longer name that ends alike is the better answer.
        assert!(name_hint("model.layers.2.body.0.weight", &wanted).contains("take `model.` off"));
        assert_eq!(name_hint("layers.9.weight", &wanted), "");
        assert_eq!(name_hint("xlayers.0.weight", &wanted), "");
    }

    #[test]
    fn wrappers_are_taken_off_unless_two_names_become_one() {
        let named = |names: &[&str]| -> Vec<NamedTensor> {
            let tensor = |name: &&str| NamedTensor { name: (*name).into(), shape: vec![], values: vec![0.0] };
            names.iter().map(tensor).collect()
        };
        let read = |names: &[&str]| -> Vec<String> {
            unwrapped(Path::new("w"), named(names)).into_iter().map(|w| w.name).collect()
        };
        assert_eq!(
            read(&["_orig_mod.layers.0.bias", "_orig_mod.layers.0.weight"]),
            ["layers.0.bias", "layers.0.weight"]
        );
        assert_eq!(read(&["module.layers.0.bias"]), ["layers.0.bias"]);
        assert_eq!(read(&["module._orig_mod.a"]), ["a"]);
        assert_eq!(read(&["_orig_mod.module.a"]), ["a"]);
        assert_eq!(read(&["layers._orig_mod.0.bias"]), ["layers.0.bias"]);
        assert_eq!(read(&["module.a", "b"]), ["module.a", "b"]);
        assert_eq!(read(&["_orig_mod.a", "a"]), ["_orig_mod.a", "a"]);
    }

    #[test]
    fn shapes_of_other_tools_are_told() {
        let hint = |key: &str, found: &[usize], wanted: &[usize]| shape_hint(key, found, wanted);
        assert!(hint("l.weight", &[10, 150], &[150, 10]).contains("transposed"));
        assert!(hint("l.weight_ih_l0", &[10, 150], &[150, 10]).contains("i, f, g, o"));
        assert!(hint("l.weight", &[3, 3, 1, 8], &[8, 1, 3, 3]).contains("another order"));
        assert!(hint("l.weight", &[8, 9], &[8, 1, 3, 3]).contains("reshape"));
        assert_eq!(hint("l.weight", &[8, 9], &[8, 10]), "");
        assert!(missing_hint("layers.0.bias_hh_l0").contains("zeros as bias_hh"));
    }
}
