//! Nothing is written over that is read, or that `export` did not write; nothing blocks; a failure leaves every file as it was.

use crate::support::Place;

/// The files that the commands below read.
fn readable(name: &str) -> Place {
    let place = Place::new(name);
    place.write("e.json", r#"{"seed": 7}"#);
    place.done("train e.json --steps 1 --backend cpu --save w.safetensors");
    let x = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    place.tensors(
        "d.safetensors",
        &[("train_inputs", &[4, 2], &x), ("train_targets", &[4], &[0.0, 1.0, 1.0, 0.0])],
    );
    place.tensors("x.safetensors", &[("inputs", &[4, 2], &x)]);
    place
}

fn all(place: &Place) -> Vec<(String, Vec<u8>)> {
    let names = place.names().into_iter().filter(|name| !place.path(name).is_dir());
    names.map(|name| (name.clone(), place.read(&name))).collect()
}

#[test]
fn no_command_writes_over_what_it_reads() {
    let place = readable("reads");
    let before = all(&place);
    let mut cases = vec![];
    for output in ["--save", "--save-best", "--metrics"] {
        cases.push(format!("train e.json --steps 1 --backend cpu {output} e.json"));
        cases.push(format!(
            "train e.json --steps 1 --backend cpu --data d.safetensors {output} ./d.safetensors"
        ));
        if output != "--save" {
            cases.push(format!(
                "train e.json --steps 1 --backend cpu --init w.safetensors {output} w.safetensors"
            ));
        }
    }
    let predict = "predict e.json --backend cpu --weights w.safetensors --input x.safetensors --output";
    cases.extend(["e.json", "w.safetensors", "x.safetensors"].map(|file| format!("{predict} {file}")));
    cases.push("export e.json --pytorch e.json".into());
    cases.push("export e.json --pytorch w.safetensors --weights w.safetensors".into());
    for words in &cases {
        let ended = place.run(words);
        assert!(
            ended.code == 2 && ended.err.contains("would overwrite what is read"),
            "{words}: {}",
            ended.err
        );
        assert!(all(&place) == before, "minibatch {words} wrote something");
    }
    // The names beside the script count as well.
    place.write("m.data.safetensors", place.read("w.safetensors"));
    place.write("m.weights.safetensors", place.read("w.safetensors"));
    for kind in ["data", "weights"] {
        let words = format!("export e.json --pytorch m.py --force --weights m.{kind}.safetensors");
        let ended = place.run(&words);
        assert!(
            ended.code == 2 && ended.err.contains("would overwrite what is read"),
            "{words}: {}",
            ended.err
        );
    }
    assert!(!place.has("m.py"));
}

#[test]
fn weights_may_be_gone_on_with_under_their_name() {
    let place = readable("go-on");
    let first = place.read("w.safetensors");
    place.done("train e.json --steps 3 --backend cpu --init w.safetensors --save w.safetensors");
    assert_ne!(place.read("w.safetensors"), first);
    assert_eq!(place.load("w.safetensors").len(), 6);
}

#[cfg(unix)]
#[test]
fn no_output_goes_to_the_file_that_is_printed_to() {
    let place = Place::new("printed");
    for (stream, name) in [(">", "standard output"), ("2>", "standard error")] {
        let script = format!("\"$0\" train xor --steps 3 --backend cpu --json --metrics log {stream} log");
        let ended = place.shell(&script);
        let told = format!("{}{}", ended.err, place.text("log"));
        assert!(ended.code == 2 && told.contains(&format!("the {name} goes to")), "{told}");
    }
}

#[test]
fn export_writes_over_its_own_files_alone() {
    let place = Place::new("own");
    place.write("e.json", "{}");
    let (again, other) = ("export e.json --pytorch e.py", "export xor --pytorch e.py");
    place.done(again);
    let whole = all(&place);
    place.done(again);
    assert!(all(&place) == whole, "the same experiment gives the same files");
    place.done(other);
    place.done(again);
    for file in ["e.py", "e.data.safetensors", "e.weights.safetensors"] {
        // A hand at the script, a training run at the weights, another tool at the data: all are somebody's work.
        let mut changed = place.read(file);
        let at = changed.len() - 2;
        changed[at] ^= 1;
        for theirs in [changed, b"theirs".to_vec(), vec![]] {
            place.write(file, &theirs);
            let before = all(&place);
            place.fails(other, &[file, "not written by `minibatch export`", "--force"]);
            assert!(all(&place) == before, "something was written beside {file}");
        }
        place.done(&format!("{again} --force"));
        assert!(all(&place) == whole);
    }
    place.done("train e.json --steps 2 --backend cpu --save e.weights.safetensors");
    place.fails(again, &["e.weights.safetensors stands there"]);
}

/// A container's every run is process 1, so that a killed one leaves the name that the next would take.
#[test]
fn what_a_killed_run_left_blocks_nobody_and_is_told() {
    let place = readable("left");
    let pids = (1..=4).chain([std::process::id()]);
    let outputs =
        ["n.safetensors", "b.safetensors", "m.jsonl", "y.safetensors", "n.py", "n.data.safetensors"];
    for pid in pids {
        outputs.iter().for_each(|name| place.write(&format!("{name}.{pid}.part"), "half"));
    }
    place.write("m.jsonl.00112233aabbccdd.part", "half");
    let train = "train e.json --steps 2 --backend cpu --save n.safetensors --save-best b.safetensors --metrics m.jsonl";
    let predict =
        "predict e.json --backend cpu --weights w.safetensors --input x.safetensors --output y.safetensors";
    for (words, told) in [
        (
            train,
            vec![
                "n.safetensors.",
                "and 4 more beside it",
                "b.safetensors.",
                "m.jsonl.",
                "and 5 more beside it",
            ],
        ),
        (predict, vec!["y.safetensors."]),
        ("export e.json --pytorch n.py", vec!["n.py.", "n.data.safetensors."]),
    ] {
        let ended = place.run(words);
        assert_eq!(ended.code, 0, "{words}: {}", ended.err);
        for part in told {
            assert!(!cfg!(unix) || ended.err.contains(part), "{words}: no word of {part}: {}", ended.err);
        }
        assert!(
            !cfg!(unix) || ended.err.contains("was left behind by a run that was killed"),
            "{}",
            ended.err
        );
    }
    assert_eq!(place.text("n.safetensors.1.part"), "half", "it may be all that is left of hours");
}

#[cfg(unix)]
#[test]
fn a_run_that_goes_on_is_not_taken_for_one_that_was_killed() {
    let place = Place::new("goes-on");
    let words = "train xor --steps 400000000 --backend cpu --metrics m.jsonl";
    let mut long = place.command(words).stdout(std::process::Stdio::null()).spawn().expect("the binary runs");
    let begun = std::time::Instant::now();
    let parts = || place.names().into_iter().filter(|name| name.ends_with(".part")).count();
    while parts() == 0 && begun.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let beside = place.run("train xor --steps 1 --backend cpu --metrics m.jsonl");
    assert!(beside.code == 0 && !beside.err.contains("left behind"), "{}", beside.err);
    long.kill().expect("killed");
    long.wait().expect("ended");
    let after = place.run("train xor --steps 1 --backend cpu --metrics m.jsonl");
    assert!(after.code == 0 && after.err.contains("left behind"), "{}", after.err);
}

/// Breaks where one of the files is new although another could not be written. A limit on a file's size stands for a full disk.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_every_file_as_it_was() {
    let place = Place::new("full");
    // 200 x 200 weights are 160 kB; the limit is 128 kB at most (the unit is 512 or 1,024 bytes).
    place.write(
        "e.json",
        r#"{"model": {"input": {"shape": [200]}, "layers": [{"layer": "linear", "units": 200}],
        "samples": {"kind": "random", "train": 8, "test": 4}}}"#,
    );
    for name in ["w.safetensors", "m.jsonl", "y.safetensors"] {
        place.write(name, "old");
    }
    let limited = |words: &str| place.shell(&format!("trap '' XFSZ; ulimit -f 128; exec \"$0\" {words}"));
    let ended = limited("train e.json --steps 3 --backend cpu --save w.safetensors --metrics m.jsonl");
    assert_eq!(ended.code, 1, "{}", ended.err);
    assert!(
        ended.err.contains("cannot write w.safetensors") && ended.err.contains("untouched"),
        "{}",
        ended.err
    );
    let ended = limited("train e.json --steps 3 --backend cpu --save-best b.safetensors --metrics m.jsonl");
    assert!(ended.code == 1 && ended.err.contains("b.safetensors"), "{}", ended.err);
    let ended = limited("export e.json --pytorch e.py");
    assert!(ended.code == 1 && ended.err.contains("e.weights.safetensors"), "{}", ended.err);
    for name in ["w.safetensors", "m.jsonl", "y.safetensors"] {
        assert_eq!(place.text(name), "old", "{name}");
    }
    assert_eq!(place.names(), ["e.json", "m.jsonl", "w.safetensors", "y.safetensors"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_to_a_file_that_is_not_there_yet() {
    let place = Place::new("dangling");
    for (link, words) in [
        ("l.safetensors", "train xor --steps 1 --backend cpu --save l.safetensors"),
        ("l.jsonl", "train xor --steps 1 --backend cpu --metrics l.jsonl"),
        ("l.py", "export xor --pytorch l.py"),
    ] {
        std::os::unix::fs::symlink(format!("real-{link}"), place.path(link)).expect("a link");
        place.done(words);
        assert!(place.path(link).is_symlink() && !place.path(&format!("real-{link}")).is_symlink(), "{link}");
    }
}

/// Breaks where the best weights are new after all, and the error keeps that to itself.
#[cfg(unix)]
#[test]
fn an_error_after_training_says_which_file_is_new() {
    use std::io::{BufRead, BufReader, Read};
    let place = Place::new("unsaved");
    std::fs::create_dir(place.path("there")).expect("a folder");
    let words =
        "train xor --steps 20000 --backend cpu --json --save there/w.safetensors --save-best b.safetensors";
    let mut command = place.command(words);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    // It cannot end before its lines are read: they are more than a pipe holds.
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.starts_with("{\"step\":2,") {
        line.clear();
        assert!(out.read_line(&mut line).expect("a line") > 0);
    }
    std::fs::remove_dir_all(place.path("there")).expect("removed");
    out.read_to_end(&mut vec![]).expect("read");
    let ended = child.wait_with_output().expect("its end");
    let told = String::from_utf8(ended.stderr).expect("text");
    assert_eq!(ended.status.code(), Some(1), "{told}");
    assert!(told.contains("cannot write there/w.safetensors"), "{told}");
    assert!(
        told.contains("; the best weights, of step ") && told.contains(", are in b.safetensors"),
        "{told}"
    );
    assert_eq!(place.names(), ["b.safetensors"]);
}
