//! The CPU backend on another processor: aarch64 with NEON, emulated. `cargo xtask test --long arm` builds the program that is
//! run here, and brings what runs it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use minibatch_tests::bits::{FEW, here, trained};

/// Where Debian keeps the C library of the other processor.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu";

/// The example `bits`, built for it.
fn program() -> PathBuf {
    std::env::var_os("MINIBATCH_ARM")
        .expect("MINIBATCH_ARM names the program: run `cargo xtask test --long arm`")
        .into()
}

/// Breaks where adding and multiplying are fused, which this processor can always do, a sum follows its vectors' width, or a
/// function is the system's.
#[test]
fn the_bits_are_the_same_on_aarch64() {
    let mut command = Command::new("qemu-aarch64");
    let mut emulated = command
        .args(["-L", LIBRARIES])
        .arg(program())
        .stdout(Stdio::piped())
        .spawn()
        .expect("qemu-aarch64, of Debian's package qemu-user");
    let lines = BufReader::new(emulated.stdout.take().expect("it was asked for")).lines();
    let mut told = BTreeMap::new();
    let mut begun = Instant::now();
    for line in lines.map_while(Result::ok) {
        eprintln!("{line}, {:.1} s", begun.elapsed().as_secs_f64());
        begun = Instant::now();
        told.extend(line.split_once(' ').map(|(name, bits)| (name.to_owned(), bits.to_owned())));
    }
    let ended = emulated.wait().expect("it was started");
    assert!(ended.success(), "{ended}, after {} of {}", told.len(), trained().len());
    let differ: Vec<String> = trained()
        .into_iter()
        .map(|name| (name, here(name, FEW)))
        .filter(|(name, native)| told.get(*name) != Some(native))
        .map(|(name, native)| format!("{name}: {native} natively, {:?}", told.get(name)))
        .collect();
    assert!(differ.is_empty(), "{differ:#?}");
}
