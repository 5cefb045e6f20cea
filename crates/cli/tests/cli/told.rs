//! What is printed: it goes on without a reader, and text from files does nothing to a terminal.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Place, losses, parsed};

/// Breaks where `| head` takes the training with it.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new("head");
    for json in ["--json", ""] {
        let words =
            format!("train xor --steps 2000 --backend cpu {json} --save w.safetensors --metrics m.jsonl");
        let mut child = place.command(&words).stdout(Stdio::piped()).spawn().expect("the binary runs");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        out.read_line(&mut String::new()).expect("a line");
        drop(out);
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        assert_eq!(losses(&parsed(&place.text("m.jsonl"))).len(), 2000);
        assert_eq!(place.load("w.safetensors").len(), 6);
        assert_eq!(place.names(), ["m.jsonl", "w.safetensors"]);
    }
    for words in ["presets", "summary c2", "summary c2 --json", "presets --json", "export xor --pytorch x.py"]
    {
        let ended = place.shell(&format!("{{ \"$0\" {words}; echo $? >code; }} | true"));
        assert_eq!((ended.code, place.text("code").trim()), (0, "0"), "{words}");
        assert_eq!(ended.err, "", "{words}");
    }
    assert!(place.has("x.py"));
}

/// Nothing is kept and nobody reads: there is nothing to train for.
#[cfg(unix)]
#[test]
fn a_run_for_nobody_ends() {
    let place = Place::new("nobody");
    let mut child = place.command("train xor --steps 400000000 --backend cpu --json");
    let mut child = child.stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    out.read_line(&mut String::new()).expect("a line");
    drop(out);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

/// A full disk is no reader that has gone: what was to be printed is lost, and that is told when all else is saved.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_told_and_all_else_done() {
    let place = Place::new("unprinted");
    let ended =
        place.shell("\"$0\" train xor --steps 5 --backend cpu --json --save w.safetensors >/dev/full");
    assert!(ended.code == 1 && ended.err.contains("cannot write to the standard output"), "{}", ended.err);
    assert_eq!(place.load("w.safetensors").len(), 6);
}

/// Breaks where a note to nobody is a panic (which ends with a signal).
#[cfg(unix)]
#[test]
fn nobody_need_listen_to_the_standard_error() {
    let place = Place::new("unheard");
    place.write("m.jsonl.7.part", "half");
    for (stderr, unheard) in [("2>&-", true), ("2>&1 >/dev/null | true", false)] {
        for (words, code) in
            [("train xor --steps 1 --backend cpu --metrics m.jsonl", "0"), ("train nowhere.json", "1")]
        {
            let ended = place.shell(&format!("{{ \"$0\" {words}; echo $? >code; }} {stderr}"));
            assert_eq!(place.text("code").trim(), code, "{words} {stderr}");
            assert!(!unheard || ended.err.is_empty(), "{}", ended.err);
        }
    }
}

/// No control character, escape or mark of direction, whatever a file says.
fn harmless(text: &str) {
    let wrong = |c: char| c.is_control() && c != '\n' || ('\u{200b}'..='\u{202e}').contains(&c);
    assert!(!text.chars().any(wrong), "{}", text.escape_debug());
}

#[test]
fn text_from_files_does_nothing_to_a_terminal() {
    let place = Place::new("escaped");
    let hostile = "a\u{1b}[31m\u{9b}2J\nerror: b\r\u{7}\u{202e}c\u{200b}";
    let text = serde_json::to_string(hostile).expect("JSON");
    place.tensors("d.safetensors", &[(hostile, &[1], &[0.0])]);
    place.tensors("nan.safetensors", &[(hostile, &[1], &[f32::NAN])]);
    place.write("field.json", format!("{{{text}: 1}}"));
    place.write("value.json", format!(r#"{{"data": {{"kind": {text}}}}}"#));
    place.write("layer.json", format!(
        r#"{{"model": {{"input": {{"shape": [2]}}, "layers": [{{"layer": {text}}}], "samples": {{"kind": "random", "train": 2, "test": 0}}}}}}"#));
    let mut cases: Vec<String> =
        ["field.json", "value.json", "layer.json"].map(|file| format!("summary {file}")).into();
    for file in ["d", "nan"] {
        cases.push(format!("train xor --backend cpu --init {file}.safetensors"));
        cases.push(format!("train xor --backend cpu --data {file}.safetensors"));
        cases.push(format!(
            "predict xor --backend cpu --weights {file}.safetensors --input d.safetensors --output y"
        ));
        cases.push(format!("export xor --pytorch y.py --weights {file}.safetensors"));
    }
    for words in &cases {
        let ended = place.run(words);
        assert_eq!(ended.code, 1, "{words}");
        harmless(&ended.err);
        assert_eq!(ended.err.lines().count(), 1, "{words}: {}", ended.err);
    }
    // Paths and words, too.
    if cfg!(unix) {
        let name = "p\u{1b}[31m\nq\u{202e}.json";
        place.write(name, "{}");
        for words in [
            vec!["train", "--steps", "1", "--backend", "cpu", "--save", name, "xor"],
            vec!["summary", "--json", name],
            vec!["train", name, "--steps", "1", "--backend", "cpu", "--json", "--save", name],
            vec![name],
            vec!["train", "--data", name, name],
            vec!["summary", "n\u{1b}owhere"],
            vec!["train", "xor", "--\u{1b}[31m"],
            vec!["train", "xor", "--steps", "\u{1b}[31m"],
        ] {
            let ended = place.run_words(&words);
            harmless(&ended.err);
            harmless(&ended.out);
            if words.contains(&"--json") && ended.code == 0 {
                let last: Value =
                    serde_json::from_str(ended.out.lines().last().expect("a line")).expect("JSON");
                assert_eq!(last["experiment"], name);
            }
        }
    }
}

/// A name that is no text is told as near as text comes, and not an error after training.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new("bytes");
    let name = std::ffi::OsStr::from_bytes(b"w\xff.safetensors");
    let mut command = place.command("train xor --steps 1 --backend cpu --json --save");
    let ended = command.arg(name).output().expect("it runs");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(String::from_utf8_lossy(&ended.stdout).contains("w\u{fffd}.safetensors"));
}
