//! Runs a case within limits of memory and time, and says what is wrong with what it left.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use safetensors::SafeTensors;
use same_file::is_same_file;

use crate::case::{Case, End};

/// Address space, in KiB.
const MEMORY: u64 = 2 << 20;
/// No case takes longer on a machine with other things to do.
const LONGEST: Duration = Duration::from_secs(60);

/// How a run ended.
struct Ended {
    /// None after a signal.
    code: Option<i32>,
    out: Vec<u8>,
    err: Vec<u8>,
}

/// Runs the case; says what went wrong, if anything did.
pub fn run(case: &Case) -> Result<(), String> {
    let before = tree(&case.folder);
    let clash = clash(case);
    let ended = ended(case)?;
    let err = String::from_utf8_lossy(&ended.err).into_owned();
    told(case, &ended, &err)?;
    if let Some(clash) = clash
        && ended.code.is_some_and(|code| code != 2)
    {
        return Err(format!("{clash}, and the code is {:?}: {err}", ended.code));
    }
    left(case, ended.code, &err, &before)
}

fn ended(case: &Case) -> Result<Ended, String> {
    let beside = |kind: &str| case.folder.with_extension(kind);
    let full = match case.end {
        End::Full(blocks) => format!("trap '' XFSZ; ulimit -f {blocks};"),
        _ => String::new(),
    };
    let unheard = if case.end == End::Unheard { "2>&-" } else { "" };
    let file = |kind: &str| File::create(beside(kind)).expect("a file for what is printed");
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            &format!("ulimit -v {MEMORY}; {full} exec \"$0\" \"$@\" {unheard}"),
            env!("CARGO_BIN_EXE_minibatch"),
        ])
        .args(&case.words)
        .current_dir(&case.folder)
        .stdin(Stdio::null())
        .stdout(match case.end {
            End::Unread(_) => Stdio::piped(),
            // The limit would hold for what is printed too.
            End::Full(_) => Stdio::null(),
            _ => file("out").into(),
        })
        .stderr(file("err"));
    let mut child = command.spawn().expect("a shell");
    let begun = Instant::now();
    if let (End::Unread(lines), Some(out)) = (case.end, child.stdout.take()) {
        let mut out = BufReader::new(out);
        for _ in 0..lines {
            out.read_line(&mut String::new()).ok();
        }
    }
    if let End::Signals(signals, after) = case.end {
        for signal in signals {
            std::thread::sleep(Duration::from_millis(after));
            Command::new("kill")
                .args([&format!("-{signal}"), &child.id().to_string()])
                .stderr(Stdio::null())
                .status()
                .ok();
        }
    }
    let status: ExitStatus = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if begun.elapsed() > LONGEST {
            child.kill().ok();
            child.wait().ok();
            return Err(format!("does not end within {} s", LONGEST.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(4));
    };
    let read = |kind: &str| fs::read(beside(kind)).unwrap_or_default();
    let ended = Ended { code: status.code(), out: read("out"), err: read("err") };
    ["out", "err"].iter().for_each(|kind| drop(fs::remove_file(beside(kind))));
    Ok(ended)
}

/// Two files of the command that are one and must not be, if there are such.
fn clash(case: &Case) -> Option<String> {
    let reads = case.reads();
    let written = |i: usize| (i, &case.outputs[i]);
    let plain = |path: &Path| path.metadata().is_ok_and(|there| there.is_file());
    let same = |a: &Path, b: &Path| plain(a) && plain(b) && is_same_file(a, b).unwrap_or(false);
    for (i, (option, output)) in (0..case.outputs.len()).map(written) {
        let read = reads
            .iter()
            .find(|(input, read)| (*input, *option) != ("--init", "--save") && same(read, output));
        if let Some((input, read)) = read {
            return Some(format!("{option} {} is {input} {}", output.display(), read.display()));
        }
        if let Some((other, _)) = case.outputs[..i].iter().find(|(_, other)| same(other, output)) {
            return Some(format!("{option} and {other} are both {}", output.display()));
        }
    }
    None
}

/// The exit code is a documented one, and what is printed does nothing to a terminal.
fn told(case: &Case, ended: &Ended, err: &str) -> Result<(), String> {
    let told = format!("code {:?}, {}", ended.code, err.trim_end());
    let by_signal = matches!(case.end, End::Signals(..));
    match ended.code {
        Some(0..=2) => {}
        Some(130) | None if by_signal => {}
        _ => return Err(format!("ends in an undocumented way: {told}")),
    }
    if err.contains("panicked at") || err.contains("RUST_BACKTRACE") {
        return Err(format!("panics: {told}"));
    }
    for text in [err, &String::from_utf8_lossy(&ended.out)] {
        if let Some(c) =
            text.chars().find(|&c| c.is_control() && c != '\n' || ('\u{200b}'..='\u{202e}').contains(&c))
        {
            return Err(format!("prints {}: {}", c.escape_debug(), text.escape_debug()));
        }
    }
    let lines: Vec<&str> = err.lines().filter(|line| !line.starts_with("note:")).collect();
    // A full disk, or nobody to listen, may take the line.
    let heard = !matches!(case.end, End::Full(_) | End::Unheard);
    match ended.code {
        Some(1) if heard && !(lines.len() == 1 && lines[0].starts_with("error: ")) => {
            Err(format!("fails without its one line: {told}"))
        }
        Some(0 | 130) if !lines.is_empty() => Err(format!("says something and does not fail: {told}")),
        _ => Ok(()),
    }
}

/// Every file is as it was, but for outputs, which are old or whole, and new only where the docs say so.
fn left(
    case: &Case,
    code: Option<i32>,
    err: &str,
    before: &BTreeMap<PathBuf, Vec<u8>>,
) -> Result<(), String> {
    let after = tree(&case.folder);
    if let Some(gone) = before.keys().find(|path| !after.contains_key(*path)) {
        return Err(format!("{} is gone", gone.display()));
    }
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    for (path, bytes) in after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)) {
        let name = path.display();
        let killed = code.is_none() || matches!(case.end, End::Signals(signals, _) if signals.len() > 1);
        if killed && name.to_string().ends_with(".part") {
            continue;
        }
        let here = real(path);
        let named = case.outputs.iter().filter(|(_, output)| real(output) == here);
        let options: Vec<&str> = named.map(|(option, _)| *option).collect();
        let best = err.contains("the best weights, of step");
        let record = err.contains("left the numbers") || err.contains("would be");
        let may_be_new = |option: &&str| match code {
            Some(1) => *option == "--save-best" && best || *option == "--metrics" && record,
            Some(2) => false,
            _ => true,
        };
        if !options.iter().any(may_be_new) {
            return Err(format!("{name} is new, code {code:?}, written as {options:?}: {err}"));
        }
        whole(bytes).map_err(|why| format!("{name} is torn: {why}"))?;
    }
    if code == Some(0) {
        for (option, path) in case.outputs.iter().filter(|(option, _)| case.words.iter().any(|w| w == option))
        {
            if *option != "--save-best"
                && !case.words.iter().any(|w| w == "help" || w == "--help")
                && !path.exists()
            {
                return Err(format!("{option} {} was not written, and the code is 0: {err}", path.display()));
            }
        }
    }
    Ok(())
}

/// A whole file of tensors that are numbers, of lines of JSON, or a script.
fn whole(bytes: &[u8]) -> Result<(), String> {
    if bytes.starts_with(b"# Written by minibatch export") {
        return if bytes.ends_with(b"main()\n") { Ok(()) } else { Err("a script without its end".into()) };
    }
    if bytes.starts_with(b"{") {
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
        let lines =
            text.lines().try_for_each(|line| serde_json::from_str::<serde_json::Value>(line).map(drop));
        return lines.map_err(|e| e.to_string()).and(if text.ends_with('\n') {
            Ok(())
        } else {
            Err("half a line".into())
        });
    }
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    for (name, view) in file.iter() {
        let floats = view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b));
        if view.dtype() == safetensors::Dtype::F32 && floats.into_iter().any(|v| !v.is_finite()) {
            return Err(format!("{name} holds a number that is none"));
        }
    }
    Ok(())
}

/// Every file below a folder with its bytes; links with where they lead.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
            if kind.is_dir() {
                waiting.push(path);
            } else if kind.is_symlink() {
                let to = fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes();
                found.insert(path, to);
            } else {
                let bytes = fs::read(&path).expect("a file");
                found.insert(path, bytes);
            }
        }
    }
    found
}
