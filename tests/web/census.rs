//! The CPU backend of the site that is passed on is vector code. Its loops become so in the final link alone, by the profile
//! of the worker: one line of Cargo.toml less, and they come out scalar, five times slower, with the same numbers.

use wasmparser::{Operator, Parser, Payload};

/// Far fewer than there are (some 200), far more than any accident leaves.
const LEAST: usize = 150;

/// What stands in every debug build, which checks its sums, and in no release.
const DEBUG: &[u8] = b"attempt to add with overflow";

/// How often each kind of multiplication stands in a module: four at a time, and one at a time.
fn census(wasm: &[u8]) -> (usize, usize) {
    let (mut four, mut one) = (0, 0);
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload.expect("a sound module") {
            for operator in body.get_operators_reader().expect("a body") {
                match operator.expect("an operator") {
                    Operator::F32x4Mul => four += 1,
                    Operator::F32Mul => one += 1,
                    _ => {}
                }
            }
        }
    }
    (four, one)
}

#[test]
fn the_worker_multiplies_four_numbers_at_a_time() {
    let worker = xtask::build::file("minibatch-worker_bg.wasm").unwrap();
    let wasm = std::fs::read(&worker).unwrap_or_else(|e| panic!("{}: {e}", worker.display()));
    let (four, one) = census(&wasm);
    eprintln!("{four} f32x4.mul, {one} f32.mul, {} bytes", wasm.len());
    // `cargo xtask test` builds the site as it is passed on and says so; by hand it may be a debug build, which nobody gets.
    let debug = wasm.windows(DEBUG.len()).any(|bytes| bytes == DEBUG);
    if debug && std::env::var_os("MINIBATCH_SITE").is_none() {
        eprintln!("a debug build: not judged");
        return;
    }
    assert!(four >= LEAST, "{four} f32x4.mul and {one} f32.mul: the CPU backend is not vector code");
}

/// Two functions by hand: `f32x4.mul` twice, and `f32.mul` once.
#[test]
fn the_census_counts_what_a_module_has() {
    let squares: &[u8] = &[0, 0x20, 0, 0x20, 0, 0xfd, 0xe6, 0x01, 0x20, 0, 0xfd, 0xe6, 0x01, 0x0b];
    let square: &[u8] = &[0, 0x20, 0, 0x20, 0, 0x94, 0x0b];
    let body = |code: &[u8]| [&[code.len() as u8][..], code].concat();
    let bodies = [&[2][..], &body(squares), &body(square)].concat();
    let section = |id: u8, bytes: &[u8]| [&[id, bytes.len() as u8][..], bytes].concat();
    let types = section(1, &[2, 0x60, 1, 0x7b, 1, 0x7b, 0x60, 1, 0x7d, 1, 0x7d]);
    let module = [&b"\0asm\x01\0\0\0"[..], &types, &section(3, &[2, 0, 1]), &section(10, &bodies)].concat();
    assert_eq!(census(&module), (2, 1));
}
