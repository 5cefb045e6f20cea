//! Whether inputs are such as a model takes, found before the first step: an embedding that is asked for a vector which it does
//! not have would give another one without a word.

use minibatch_nn::Model;

use crate::{ExperimentError, Side};

/// Checks inputs, whole samples of them: numbers are finite, and token numbers are those there are, also where an embedding looks
/// up some columns among numbers.
///
/// # Errors
/// [`ExperimentError::Value`] with the first wrong place.
pub(crate) fn check_inputs(model: &Model, sides: &[Side]) -> Result<(), ExperimentError> {
    let all = match model.input.tokens {
        Some(n) => vec![Some(n)],
        None => model.tokens()?,
    };
    let tokens = |at: usize| all.get(at % all.len().max(1)).copied().flatten();
    let fits = |at: usize, value: f32| match tokens(at) {
        Some(n) => value >= 0.0 && value.fract() == 0.0 && (value as usize) < n,
        None => value.is_finite(),
    };
    for side in sides {
        if let Some(at) = side.values.iter().enumerate().position(|(at, &v)| !fits(at, v)) {
            let mend = match tokens(at) {
                Some(n) if model.input.tokens.is_some() => {
                    format!("tokens are whole numbers from 0 to {}", n - 1)
                }
                Some(n) => format!(
                    "an embedding looks this column up, so that its values are whole numbers from 0 to {}",
                    n - 1
                ),
                None => "give finite numbers".into(),
            };
            return Err(side.wrong(at, mend));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Experiment;

    fn told(input: &str, layers: &str, values: &[f32]) -> String {
        let text = format!(
            r#"{{"model": {{"input": {input}, "layers": [{layers}, {{"layer": "flatten"}}, {{"layer": "linear", "units": 2}}],
                "samples": {{"kind": "random", "train": 4, "test": 0}}}}}}"#
        );
        let model = Experiment::from_json(&text).and_then(|e| e.model()).unwrap_or_else(|e| panic!("{e}"));
        let row: usize = model.input.shape.iter().product();
        let side = Side { name: "x", shape: &[values.len() / row, row], values };
        check_inputs(&model, &[side]).map_or_else(|error| error.to_string(), |()| "fits".into())
    }

    const EMBEDDING: &str = r#"{"layer": "embedding", "vocabulary": 4, "units": 2}"#;

    #[test]
    fn every_token_is_one_that_there_is() {
        let of = |values: &[f32]| told(r#"{"shape": [2], "tokens": 4}"#, EMBEDDING, values);
        assert_eq!(of(&[0.0, 3.0, -0.0, 1.0]), "fits");
        for (value, shown) in [(4.0, "4"), (-1.0, "-1"), (1.5, "1.5"), (f32::NAN, "NaN")] {
            let told = of(&[0.0, 1.0, 2.0, value]);
            assert_eq!(told, format!("x[1, 1] is {shown}; tokens are whole numbers from 0 to 3"));
        }
    }

    /// Breaks where a column of tokens among numbers is taken for numbers: the engine would clamp 7 to the last vector.
    #[test]
    fn columns_of_tokens_among_numbers_are_tokens_and_the_others_numbers() {
        let layers = format!(
            r#"{{"layer": "branches", "branches": [
                [{{"layer": "select", "start": 1, "len": 1}}, {EMBEDDING}, {{"layer": "flatten"}}],
                [{{"layer": "select", "start": 0, "len": 1}}]]}}"#
        );
        let of = |values: &[f32]| told(r#"{"shape": [3]}"#, &layers, values);
        assert_eq!(of(&[0.5, 3.0, -7.5, 1e9, 0.0, 2.0]), "fits");
        for (value, shown) in [(7.0, "7"), (-1.0, "-1"), (1.5, "1.5")] {
            let told = of(&[0.5, 3.0, 0.0, 0.5, value, 0.0]);
            assert!(
                told.contains(&format!("x[1, 1] is {shown}; an embedding")) && told.contains("0 to 3"),
                "{told}"
            );
        }
        assert!(of(&[f32::INFINITY, 3.0, 0.0]).contains("x[0, 0] is inf; give finite"));
    }
}
