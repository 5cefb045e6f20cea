//! The learner's own files, dropped on the page: good ones are learned from; bad ones are named, and the run goes on.

use std::time::Duration;

use serde_json::json;

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(20);

/// An IDX file of unsigned bytes with these extents.
fn idx(extents: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, extents.len() as u8];
    extents.iter().for_each(|e| file.extend(e.to_be_bytes()));
    file.extend(bytes);
    file
}

/// Forty images of 8 x 8, light and dark in turns, as two IDX files.
pub fn light_and_dark() -> [(&'static str, Vec<u8>); 2] {
    let pixels: Vec<u8> = (0..40u32).flat_map(|i| vec![if i % 2 == 0 { 200 } else { 20 }; 64]).collect();
    let labels: Vec<u8> = (0..40).map(|i| i % 2).collect();
    [("train-images-idx3-ubyte", idx(&[40, 8, 8], &pixels)), ("train-labels-idx1-ubyte", idx(&[40], &labels))]
}

fn told(site: &Site) -> String {
    site.page.wait_for_element("[data-testid=notice]", SOON).unwrap();
    let told = site.page.text("[data-testid=notice]").unwrap();
    site.page.click("[data-testid=notice] button").unwrap();
    told
}

#[test]
fn bad_files_are_named_and_the_run_goes_on() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!("digits"));
    site.call("step", json!({ "n": 2 }));
    let before = site.call("state", json!({}))["experiment"].clone();
    let bad: [(&str, Vec<u8>, &str); 3] = [
        ("train-images-idx3-ubyte", idx(&[50, 28, 28], &[7; 100]), "train-images-idx3-ubyte"),
        ("letters.zip", b"PK\x03\x04 and then nothing of a zip".to_vec(), "letters.zip"),
        ("song.mp3", b"ID3 this is music".to_vec(), "song.mp3"),
    ];
    for (step, (name, bytes, named)) in (3..).zip(bad) {
        site.drop_files(&[(name, bytes)]);
        let told = told(&site);
        assert!(told.contains(named), "{name}: {told}");
        assert!(!told.contains("panicked"), "{told}");
        site.call("step", json!({ "n": 1 }));
        assert_eq!(site.metric("step"), f64::from(step), "the run goes on after {name}");
    }
    site.call("load", json!("language"));
    site.drop_files(&[("a.txt", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec())]);
    let told = told(&site);
    assert!(told.contains("symbol"), "a text of one symbol: {told}");
    site.call("load", json!("digits"));
    assert_eq!(site.call("state", json!({}))["experiment"], before);
    site.quiet();
}

#[test]
fn own_images_and_own_text_are_learned_from() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!("digits"));
    site.drop_files(&light_and_dark());
    let own = "minibatch.call('state').then(s => s.loaded && s.experiment.model.samples.kind == 'own')";
    site.page.wait_for(own, SOON).unwrap();
    let state = site.call("state", json!({}));
    let model = &state["experiment"]["model"];
    assert_eq!((&model["input"]["shape"], &model["samples"]["classes"]), (&json!([1, 8, 8]), &json!(2)));
    site.call("step", json!({ "n": 60 }));
    assert!(site.metric("train_accuracy") > 0.95, "light and dark are told apart");

    site.call("load", json!("language"));
    let text = "the cat sat on the mat and the dog sat on the log. ".repeat(40);
    site.drop_files(&[("rhyme.txt", text.clone().into_bytes())]);
    let learns = "minibatch.call('state').then(s => s.loaded && Boolean(s.experiment.model.samples.text))";
    site.page.wait_for(learns, SOON).unwrap();
    assert_eq!(site.call("state", json!({}))["experiment"]["model"]["samples"]["text"], text);
    site.call("step", json!({ "n": 1 }));
    assert_eq!(site.metric("step"), 1.0);
    site.quiet();
}

#[test]
fn a_table_in_centimetres_is_fitted_into_the_picture_and_its_classes_keep_their_names() {
    let site = Site::open(&index("cpu"), true);
    let lines: String = (0..60)
        .map(|i| {
            let name = ["short", "middling", "long"][i % 3];
            format!("{},{},{name}\n", 120 + 10 * (i % 3) + i / 3, 40 + i)
        })
        .collect();
    site.drop_files(&[("heights.csv", format!("height,weight,kind\n{lines}").into_bytes())]);
    site.page
        .wait_for(
            "minibatch.call('state').then(s => s.loaded && s.experiment.data.points.length == 60)",
            SOON,
        )
        .unwrap();
    let hint = site.page.eval::<String>("document.body.innerText").unwrap();
    assert!(hint.contains("x 120 to 159 became ±5"), "what was done is told: {hint}");
    let said = site.page.text("[data-testid=taken]").unwrap();
    assert!(said.contains("60 points imported: height across, weight up; label: kind"), "{said}");
    let data = site.experiment().data;
    let edge = data.points.iter().map(|p| p.x.abs().max(p.y.abs())).fold(0.0f32, f32::max);
    assert_eq!(edge, 5.0);
    assert_eq!(data.class_names, ["short", "middling", "long"]);
    site.page
        .wait_for("/short\\s*20/.test(document.querySelector('.output-legend').innerText)", SOON)
        .unwrap();
    site.page
        .wait_for("[...document.querySelectorAll('.brush')].some(b => b.innerText == 'middling')", SOON)
        .unwrap();
    // And they are in the address, for whom it is given to.
    site.page.wait_for("location.hash.includes('names=short;middling;long')", SOON).unwrap();
    site.quiet();
}
