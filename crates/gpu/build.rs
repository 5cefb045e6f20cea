//! Turns `shaders/` into Rust: every variant of `shaders/variants.toml` is put together, parsed and validated by naga,
//! and becomes a member of the enum `Kernel` with its source, bindings and overrides; every uniform struct becomes a
//! Rust struct of the same fields. So no layout is typed twice, and a bad shader fails the build.

#[path = "build/generate.rs"]
mod generate;
#[path = "build/pair.rs"]
mod pair;
#[path = "build/reflect.rs"]
mod reflect;
#[path = "build/sizes.rs"]
mod sizes;
#[path = "build/source.rs"]
mod source;

use source::Variant;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let shaders = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../shaders");
    println!("cargo::rerun-if-changed={}", shaders.display());
    println!("cargo::rerun-if-changed=build");
    match build(&shaders) {
        Ok(code) => {
            let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("kernels.rs");
            fs::write(&out, code).expect("cargo's output folder can be written");
        }
        Err(errors) => {
            for line in errors.lines() {
                println!("cargo::error={line}");
            }
        }
    }
}

/// The generated code, or every shader's errors.
fn build(shaders: &Path) -> Result<String, String> {
    let (variants, pairs) = source::variants(shaders)?;
    let mut kernels = vec![];
    let mut errors = vec![];
    for variant in &variants {
        match source::expand(shaders, variant).and_then(|text| reflect::reflect(variant, text)) {
            Ok(kernel) => kernels.push(kernel),
            Err(error) => errors.push(error),
        }
    }
    for two in &pairs {
        let [first, second] = &two.halves;
        let whole = Variant {
            name: two.name.clone(),
            file: format!("{} with {}", first.file, second.file),
            entry: pair::ENTRY.into(),
            defines: BTreeSet::new(),
            constants: BTreeMap::new(),
        };
        match pair::expand(shaders, &two.file, [first, second])
            .and_then(|text| reflect::reflect(&whole, text))
        {
            Ok(kernel) => kernels.push(kernel),
            Err(error) => errors.push(format!("{}: {error}", two.name)),
        }
    }
    errors.extend(source::unused(shaders, &variants, &pairs)?);
    if errors.is_empty() { generate::generate(&kernels, &pairs) } else { Err(errors.join("\n")) }
}
