//! Prints the bits of all that trains after a few steps, a line each: its name, its hash. `cargo xtask test --long arm` runs it on an emulated
//! processor.

use std::io::Write;

use minibatch_tests::bits::{FEW, here, trained};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout();
    for name in trained() {
        writeln!(out, "{name} {}", here(name, FEW))?;
        out.flush()?;
    }
    Ok(())
}
