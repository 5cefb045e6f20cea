//! The commands that only look: help, summary, presets, adapters.

use crate::support::Place;

#[test]
fn help_has_examples_and_exit_codes() {
    let place = Place::new("help");
    for words in ["--help", "train --help", "predict --help", "summary --help", "bench --help"] {
        let help = place.done(words);
        assert!(help.contains("Example") && help.contains("Exit codes:"), "minibatch {words}: {help}");
    }
    assert!(place.done("--version").starts_with("minibatch "));
}

#[test]
fn a_summary_counts_every_layer() {
    let place = Place::new("summary");
    let text = place.done("summary xor");
    assert!(
        text.contains("layers.0") && text.contains("linear") && text.contains("parameters     25 (100 B)"),
        "{text}"
    );
    let [json] = &place.lines("summary xor --json")[..] else { panic!("one line") };
    // 2-4-2-1: 12 + 10 + 3 parameters, 8 + 8 + 2 products.
    assert_eq!(
        (&json["parameters"], &json["multiply_adds"], &json["input"]),
        (&25.into(), &18.into(), &[2].into())
    );
    let parameters: Vec<u64> =
        json["layers"].as_array().expect("layers").iter().filter_map(|l| l["parameters"].as_u64()).collect();
    assert_eq!(parameters.iter().sum::<u64>(), 25, "{json}");
}

#[test]
fn every_preset_listed_has_a_summary() {
    let place = Place::new("presets");
    let table = place.done("presets");
    let lines = place.lines("presets --json");
    assert!(lines.len() >= 7 && table.lines().count() == lines.len() + 1, "{table}");
    for preset in &lines {
        let name = preset["preset"].as_str().expect("a name");
        let summary = place.lines(&format!("summary {name} --json"));
        assert_eq!(summary[0]["parameters"], preset["parameters"], "{name}");
    }
}

/// Breaks where a software adapter is used unasked, or another is opened than is told.
#[test]
fn the_adapter_that_is_opened_is_marked_and_a_software_one_is_not_used_unasked() {
    let place = Place::new("adapters");
    let lines = place.lines("adapters --json");
    let opened: Vec<_> = lines.iter().filter(|l| l["opened"] == true).collect();
    let [opened] = opened[..] else { panic!("one is opened: {lines:?}") };
    let used = lines.iter().filter(|l| l["used"] == true).count();
    assert_eq!(used, usize::from(opened["software"] == false), "{lines:?}");
    assert_eq!(place.done("adapters").lines().count(), lines.len() + 1);
    let run = place.lines("train xor --steps 1 --backend gpu --json");
    let name = &run.last().expect("lines")["final"]["adapter"];
    assert_eq!(opened["adapter"], *name, "{lines:?}");
}

/// Breaks where a layer of the driver's writes to the standard error on a machine without a display.
#[test]
fn nothing_is_printed_that_is_not_ours() {
    let place = Place::new("foreign");
    for words in ["adapters", "adapters --json", "train xor --steps 1 --backend gpu --json", "summary xor"] {
        let mut command = place.command(words);
        for variable in ["XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "NODEVICE_SELECT"] {
            command.env_remove(variable);
        }
        let ended = command.output().expect("the binary runs");
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "minibatch {words}");
    }
}
