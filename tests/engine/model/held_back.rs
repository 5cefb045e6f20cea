//! Samples: none held back, ignored targets, token numbers among numbers.

use minibatch_session::{DataSet, Experiment};
use minibatch_tests::drive::Driver;

use super::{experiment, read};

/// Breaks where a curve needs test samples, or an accuracy is told of none.
#[test]
fn a_model_without_held_back_samples_has_a_curve() {
    let text =
        experiment(r#"{"shape": [3]}"#, r#"{"layer": "linear", "units": 2}"#, r#", "loss": "cross-entropy""#);
    let e = Experiment::from_json(&text.replace(r#""test": 3"#, r#""test": 0"#)).expect("an experiment");
    for cpu in [true, false] {
        let mut driver = Driver::start(cpu);
        driver.load(&e);
        driver.step(60);
        assert!(driver.curve.len() > 2, "{:?}", driver.curve);
        for point in &driver.curve {
            assert!(
                point.train_loss.is_finite() && point.test_loss.is_none() && point.test_accuracy.is_none()
            );
        }
        assert!(driver.metrics.train_accuracy.is_some() && driver.metrics.test_accuracy.is_none());
    }
}

/// Breaks where a target that is ignored counts as an answer, or turns off counting where it need not.
#[test]
fn ignored_targets_are_no_answers() {
    let table = |ignored: u32| {
        format!(
            r#"{{"model": {{"input": {{"shape": [1]}}, "layers": [{{"layer": "linear", "units": 3}}],
                "samples": {{"kind": "table", "inputs": [[0], [1], [2], [3], [4]], "targets": [1, {ignored}, 1, {ignored}, {ignored}]}}}},
                "loss": "cross-entropy", "loss_options": {{"ignore_index": {ignored}}},
                "training": {{"batch_size": 5, "learning_rate": 0.5}}}}"#
        )
    };
    for ignored in [2, 255] {
        let e = Experiment::from_json(&table(ignored)).expect("an experiment");
        for cpu in [true, false] {
            let mut driver = Driver::start(cpu);
            driver.load(&e);
            driver.step(50);
            assert_eq!(driver.metrics.train_accuracy, Some(1.0), "both of the two that count");
        }
    }
}

/// Breaks where token numbers among numbers are drawn as numbers below 1, which are all token 0.
#[test]
fn random_tokens_among_numbers_are_tokens() {
    let chosen = |place: u32, vocabulary: u32| {
        format!(
            r#"[{{"layer": "permute", "axes": [0]}}, {{"layer": "select", "start": {place}, "len": 1}},
                {{"layer": "embedding", "vocabulary": {vocabulary}, "units": 2}}, {{"layer": "flatten"}}]"#
        )
    };
    let rest = r#"[{"layer": "select", "start": 2, "len": 2}]"#;
    let branches = format!(
        r#"{{"layer": "branches", "branches": [{}, {}, {rest}]}}, {{"layer": "linear", "units": 2}}"#,
        chosen(0, 7),
        chosen(1, 3)
    );
    let e = read(r#"{"shape": [4]}"#, &branches).expect("an experiment");
    assert_eq!(e.model().expect("a model").tokens(), Ok(vec![Some(7), Some(3), None, None]));
    let set = DataSet::of(&e).expect("data");
    let inputs = [set.train_inputs.values, set.test_inputs.expect("some").values].concat();
    for row in inputs.chunks(4) {
        assert!(row[0].fract() == 0.0 && row[1].fract() == 0.0 && row[0] < 7.0 && row[1] < 3.0, "{row:?}");
        assert!(row[2] < 1.0 && row[3] < 1.0 && row[2] + row[3] > 0.0, "{row:?}");
    }
    assert!(
        inputs.chunks(4).any(|row| row[0] > 2.0) && inputs.chunks(4).any(|row| row[1] > 0.0),
        "{inputs:?}"
    );
}

/// Breaks where the places of a sample are lost on the way through a rearrangement.
#[test]
fn places_are_followed_through_rearrangements() {
    let layers = r#"{"layer": "permute", "axes": [1, 0]}, {"layer": "select", "start": 2, "len": 1}, {"layer": "flatten"},
                    {"layer": "select", "start": 1, "len": 1}, {"layer": "embedding", "vocabulary": 5, "units": 3}"#;
    let e = read(r#"{"shape": [2, 3]}"#, layers).expect("an experiment");
    // Row 1, column 2.
    let wanted = vec![None, None, None, None, None, Some(5)];
    assert_eq!(e.model().expect("a model").tokens(), Ok(wanted));
}
