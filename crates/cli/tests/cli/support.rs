//! A folder for each test, the binary run in it, and files of tensors.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::Value;

/// A folder of its own, and commands run in it.
pub struct Place {
    folder: PathBuf,
}

/// A tensor of a file: its name, its shape, its numbers.
pub type Tensor = (String, Vec<usize>, Vec<f32>);

/// How a command ended.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new(name: &str) -> Self {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).expect("a folder for the test");
        Self { folder }
    }

    /// The binary with these words, parted by spaces, before it runs.
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_minibatch"));
        command.current_dir(&self.folder).args(words.split_whitespace());
        command
    }

    pub fn run(&self, words: &str) -> Ended {
        ended(self.command(words))
    }

    /// Words that may hold anything.
    pub fn run_words(&self, words: &[&str]) -> Ended {
        let mut command = self.command("");
        command.args(words);
        ended(command)
    }

    /// A shell's line, in which `"$0"` is the binary.
    #[cfg(unix)]
    pub fn shell(&self, line: &str) -> Ended {
        let mut command = Command::new("sh");
        command.current_dir(&self.folder).args(["-c", line, env!("CARGO_BIN_EXE_minibatch")]);
        ended(command)
    }

    /// Runs and wants success; gives the standard output.
    pub fn done(&self, words: &str) -> String {
        let ended = self.run(words);
        assert_eq!(ended.code, 0, "minibatch {words}: {}", ended.err);
        ended.out
    }

    /// Runs and wants success; every line of the standard output is JSON.
    pub fn lines(&self, words: &str) -> Vec<Value> {
        parsed(&self.done(words))
    }

    /// Runs and wants exit code 1 and one line that holds all of `wanted`; nothing on the standard output.
    pub fn fails(&self, words: &str, wanted: &[&str]) {
        let ended = self.run(words);
        assert_eq!(ended.code, 1, "minibatch {words}: {} {}", ended.out, ended.err);
        let lines: Vec<&str> = ended.err.lines().filter(|l| !l.starts_with("note:")).collect();
        assert_eq!(lines.len(), 1, "one line: {}", ended.err);
        for part in wanted {
            assert!(lines[0].contains(part), "minibatch {words}\n  says  {}\n  not   {part}", lines[0]);
        }
        assert_eq!(ended.out, "", "minibatch {words} printed something all the same");
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.folder.join(name), bytes).expect(name);
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect(name)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    /// The names of all files, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).expect("the folder").flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Writes a file of f32 tensors.
    pub fn tensors(&self, name: &str, tensors: &[(&str, &[usize], &[f32])]) {
        let bytes: Vec<Vec<u8>> =
            tensors.iter().map(|t| t.2.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
        let views = tensors.iter().zip(&bytes).map(|(&(name, shape, _), bytes)| {
            (name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).expect("a shape that fits"))
        });
        self.write(name, serialize(views.collect::<Vec<_>>(), None).expect("bytes"));
    }

    /// Reads a file of f32 tensors, sorted by name.
    pub fn load(&self, name: &str) -> Vec<Tensor> {
        self.load_some(name, |_| true)
    }

    /// The same of those of these names.
    pub fn load_some(&self, name: &str, wanted: impl Fn(&str) -> bool) -> Vec<Tensor> {
        let bytes = self.read(name);
        let file = SafeTensors::deserialize(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        let floats = |data: &[u8]| data.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let mut all: Vec<_> = file
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, t)| (name.to_owned(), t.shape().to_vec(), floats(t.data())))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }
}

fn ended(mut command: Command) -> Ended {
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
}

/// Lines of JSON.
pub fn parsed(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

/// The losses of the steps told, in order.
pub fn losses(lines: &[Value]) -> Vec<f64> {
    let steps: Vec<&Value> = lines.iter().filter(|l| l.get("loss").is_some()).collect();
    let numbers: Vec<u64> = steps.iter().filter_map(|l| l["step"].as_u64()).collect();
    assert_eq!(numbers, (1..=steps.len() as u64).collect::<Vec<_>>(), "every step once, in order");
    steps.iter().filter_map(|l| l["loss"].as_f64()).collect()
}
