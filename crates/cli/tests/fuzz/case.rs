//! One input: a folder of files, the words of a command, and how the run is disturbed.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::bytes::{Shape, damaged, other, tensors, wrong_tensors};
use crate::draw::Draw;
use crate::json::{changed, sound};

/// How a run is disturbed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Not at all.
    Calm,
    /// These signals after so many milliseconds, one each.
    Signals(&'static [&'static str], u64),
    /// The reader of the standard output goes away after so many lines.
    Unread(usize),
    /// Nobody listens to the standard error.
    Unheard,
    /// No file may grow beyond so many blocks: a full disk.
    Full(u32),
}

/// One input.
pub struct Case {
    pub folder: PathBuf,
    pub words: Vec<OsString>,
    /// Options that name files to write, with the files.
    pub outputs: Vec<(&'static str, PathBuf)>,
    pub end: End,
}

/// The experiment that the sound tensors fit.
const SMALL: &str = r#"{"hidden": [{"units": 3}], "data": {"kind": "xor"}}"#;

fn shapes(list: &[(&str, &[usize])]) -> Vec<Shape> {
    list.iter().map(|(name, shape)| ((*name).to_owned(), shape.to_vec())).collect()
}

fn weights() -> Vec<Shape> {
    let w: [(&str, &[usize]); 4] = [
        ("layers.0.weight", &[3, 2]),
        ("layers.0.bias", &[3]),
        ("layers.2.weight", &[1, 3]),
        ("layers.2.bias", &[1]),
    ];
    shapes(&w)
}

fn data(test: bool) -> Vec<Shape> {
    let all: [(&str, &[usize]); 4] = [
        ("train_inputs", &[6, 2]),
        ("train_targets", &[6]),
        ("test_inputs", &[2, 2]),
        ("test_targets", &[2]),
    ];
    shapes(&all[..if test { 4 } else { 2 }])
}

impl Case {
    /// The case of this number, with its files in `folder`.
    pub fn of(seed: u64, folder: &Path) -> Self {
        drop(fs::remove_dir_all(folder));
        fs::create_dir_all(folder.join("sub")).expect("a folder for the case");
        let mut draw = Draw::new(seed);
        let mut case = Self { folder: folder.into(), words: vec![], outputs: vec![], end: End::Calm };
        case.write("e.json", SMALL.as_bytes());
        for (name, shapes) in [("w", weights()), ("d", data(true)), ("x", shapes(&[("inputs", &[4, 2])]))] {
            case.write(&format!("{name}.safetensors"), &tensors(&mut draw, &shapes));
        }
        match draw.below(20) {
            0..=7 => case.experiments(&mut draw),
            8..=12 => case.tensors(&mut draw),
            13..=15 => case.paths(&mut draw),
            16 => case.words(&mut draw),
            _ => case.disturbed(&mut draw),
        }
        case
    }

    /// The files that it reads, each with its option; the experiment's has none.
    pub fn reads(&self) -> Vec<(&'static str, PathBuf)> {
        let mut reads = vec![];
        let mut words = self.words.iter().skip(1);
        while let Some(word) = words.next() {
            let option = word.to_string_lossy();
            if let Some(option) =
                ["--init", "--data", "--weights", "--input"].into_iter().find(|o| *o == option)
            {
                reads.extend(words.next().map(|file| (option, self.folder.join(file))));
            } else if option.starts_with("--") && !["--json", "--force"].contains(&&*option) {
                words.next();
            } else if option != "xor" {
                reads.push(("EXPERIMENT", self.folder.join(word)));
            }
        }
        reads
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.join(name), bytes).expect("a file of the case");
    }

    fn say(&mut self, words: &str) {
        self.words.extend(words.split_whitespace().map(OsString::from));
    }

    /// Adds an option that names a file to write. There may be an old one.
    fn output(&mut self, option: &'static str, path: impl AsRef<OsStr>) {
        self.words.extend([OsStr::new(option), path.as_ref()].map(OsString::from));
        self.outputs.push((option, self.folder.join(path.as_ref())));
        if option == "--pytorch" {
            let path = Path::new(path.as_ref());
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let stem = name.strip_suffix(".py").unwrap_or(&name);
            for kind in ["data", "weights"] {
                let beside = self.folder.join(path.with_file_name(format!("{stem}.{kind}.safetensors")));
                self.outputs.push((option, beside));
            }
        }
    }

    fn some_outputs(&mut self, draw: &mut Draw) {
        for (option, name) in
            [("--save", "s.safetensors"), ("--save-best", "b.safetensors"), ("--metrics", "m.jsonl")]
        {
            if draw.once_in(2) {
                if draw.once_in(2) {
                    self.write(name, b"old");
                }
                self.output(option, name);
            }
        }
    }

    /// An experiment's file.
    fn experiments(&mut self, draw: &mut Draw) {
        let bytes = match draw.below(12) {
            0 => other(draw),
            1 => sound(draw).to_string().into_bytes(),
            2 => {
                let text = sound(draw).to_string();
                damaged(draw, text.into_bytes())
            }
            _ => changed(draw),
        };
        self.write("e.json", &bytes);
        match draw.below(5) {
            0 => self.say("summary e.json"),
            1 => self.say("summary e.json --json"),
            2 => {
                self.say("export e.json");
                self.output("--pytorch", "p.py");
            }
            _ => {
                let steps = 1 + draw.below(3);
                self.say(&format!("train e.json --backend cpu --steps {steps}"));
                self.some_outputs(draw);
            }
        }
    }

    /// Files of tensors.
    fn tensors(&mut self, draw: &mut Draw) {
        let role = draw.below(4);
        let wanted = match role {
            0 | 1 => weights(),
            2 => data(draw.once_in(2)),
            _ => shapes(&[("inputs", &[4, 2])]),
        };
        let bytes = match draw.below(8) {
            0 => other(draw),
            1 => tensors(draw, &wanted),
            2 => SMALL.as_bytes().to_vec(),
            _ => wrong_tensors(draw, &wanted),
        };
        self.write("f.safetensors", &bytes);
        match role {
            0 if draw.once_in(2) => {
                self.say("export e.json --weights f.safetensors");
                self.output("--pytorch", "p.py");
            }
            0 | 2 => {
                let option = if role == 0 { "--init" } else { "--data" };
                self.say(&format!("train e.json --backend cpu --steps 2 {option} f.safetensors"));
                self.some_outputs(draw);
            }
            _ => {
                let (w, x) = if role == 1 { ("f", "x") } else { ("w", "f") };
                self.say(&format!(
                    "predict e.json --backend cpu --weights {w}.safetensors --input {x}.safetensors"
                ));
                self.write("y.safetensors", b"old");
                self.output("--output", "y.safetensors");
            }
        }
    }

    /// Names of files, odd ones and those of other files.
    fn paths(&mut self, draw: &mut Draw) {
        let at = self.folder.clone();
        fs::create_dir(at.join("dir")).expect("a folder");
        fs::hard_link(at.join("d.safetensors"), at.join("hard")).expect("a link");
        for (to, link) in [
            ("e.json", "link"),
            ("later", "dangling"),
            ("round", "round"),
            ("..", "sub/up"),
            ("sub/up/w.safetensors", "far"),
        ] {
            symlink(to, at.join(link)).expect("a link");
        }
        self.write("n.1.part", b"half");
        self.write("old", b"old");
        self.write("kept", b"old");
        let kept = at.join("kept");
        let mut only_read = fs::metadata(&kept).expect("there").permissions();
        only_read.set_readonly(true);
        fs::set_permissions(&kept, only_read).expect("protected");
        let long = ["n".repeat(255), "n".repeat(256), "ü".repeat(120)];
        let names: Vec<OsString> = [
            "n",
            "old",
            "kept",
            "e.json",
            "./e.json",
            "sub/../w.safetensors",
            "link",
            "dangling",
            "round",
            "far",
            "hard",
            "sub/up/d.safetensors",
            "dir",
            "dir/",
            "new/",
            "no/such/n",
            "/dev/null",
            "/dev/full",
            "..",
            ".",
            "/",
            "",
            "-n",
            "--json",
            "a\nb",
            "\u{1b}[31m.py",
            "\u{202e}",
            "x.safetensors",
            "N",
            "old",
            "e.data.safetensors",
            "w.safetensors",
            "d.safetensors",
            "n.py",
        ]
        .iter()
        .map(OsString::from)
        .chain(long.iter().map(OsString::from))
        .chain([OsStr::from_bytes(b"w\xff").into()])
        .collect();
        // Names without anything odd, more often than one in forty.
        let name = |draw: &mut Draw| if draw.once_in(3) { OsString::from("n") } else { draw.pick(&names) };
        match draw.below(4) {
            0 => {
                self.say("predict --backend cpu");
                let reads = [("--weights", "w.safetensors"), ("--input", "x.safetensors")];
                for (option, usual) in reads {
                    let file = if draw.once_in(4) { name(draw) } else { usual.into() };
                    self.words.extend([option.into(), file]);
                }
                let out = name(draw);
                self.output("--output", out);
                self.say("e.json");
            }
            1 => {
                self.say(draw.pick(&[
                    "export e.json",
                    "export link",
                    "export xor",
                    "export e.json --weights w.safetensors --force",
                ]));
                let out = name(draw);
                self.output("--pytorch", out);
            }
            _ => {
                self.say(draw.pick(&["train e.json", "train link", "train sub/up/e.json", "train xor"]));
                self.say("--steps 2 --backend cpu");
                self.say(draw.pick(&[
                    "",
                    "--init w.safetensors",
                    "--init far",
                    "--data hard",
                    "--data d.safetensors",
                    "--json",
                ]));
                for option in ["--save", "--save-best", "--metrics"] {
                    if draw.once_in(2) {
                        let out = name(draw);
                        self.output(option, out);
                    }
                }
            }
        }
    }

    /// Words in any order.
    fn words(&mut self, draw: &mut Draw) {
        let first = [
            "train xor --backend cpu --steps 2",
            "train",
            "predict",
            "summary",
            "export",
            "presets",
            "help",
            "",
            "\u{1b}[31m",
        ];
        self.say(draw.pick(&first));
        let more = [
            "xor",
            "e.json",
            "--steps",
            "0",
            "1",
            "-1",
            "99999999999",
            "--epochs",
            "--json",
            "--seed",
            "3",
            "--",
            "-",
            "--help",
            "--version",
            "--save",
            "--backend",
            "cpu",
            "tpu",
            "--metrics=",
            "--data",
            "nowhere",
            "\u{202e}",
            "--stpes",
            "--workload",
            "--weights",
            "=",
            "\u{7}",
        ];
        for _ in 0..draw.below(5) {
            self.words.push(draw.pick(&more).into());
        }
        // What follows a word that saves may be written.
        let named: Vec<PathBuf> =
            self.words.windows(2).filter(|w| w[0] == "--save").map(|w| self.folder.join(&w[1])).collect();
        self.outputs = named.into_iter().map(|path| ("--save", path)).collect();
    }

    /// Signals, a reader that goes away, a full disk.
    fn disturbed(&mut self, draw: &mut Draw) {
        let signals: [&[&str]; 6] = [&["KILL"], &["KILL"], &["INT"], &["TERM"], &["HUP"], &["INT", "INT"]];
        self.end = match draw.below(8) {
            0..=4 => End::Signals(draw.pick(&signals), 5 + draw.below(400) as u64),
            5 => End::Unread(draw.below(4)),
            6 => End::Unheard,
            _ => End::Full(draw.pick(&[0, 1, 2, 4])),
        };
        let steps = if matches!(self.end, End::Signals(..)) { 400_000_000 } else { 1 + draw.below(300) };
        match draw.below(6) {
            0 if !matches!(self.end, End::Signals(..)) => {
                self.say("export e.json");
                self.output("--pytorch", "p.py");
            }
            1 if !matches!(self.end, End::Signals(..)) => {
                self.say("predict e.json --backend cpu --weights w.safetensors --input x.safetensors");
                self.write("y.safetensors", b"old");
                self.output("--output", "y.safetensors");
            }
            _ => {
                self.say(&format!("train e.json --backend cpu --steps {steps}"));
                self.say(draw.pick(&["", "--json", "--init w.safetensors", "--data d.safetensors"]));
                self.some_outputs(draw);
            }
        }
    }
}
