//! From what the compiler wrote to what a browser loads: wasm-bindgen, through its library.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use crate::error::{Error, Result};

/// A module and the script that loads it.
pub struct Bound {
    /// Its name, without extension.
    pub name: String,
    /// The script: a module whose default export loads the WebAssembly from an address.
    pub js: String,
    /// The WebAssembly.
    pub wasm: Vec<u8>,
}

/// Binds a compiled program. `names`: functions keep theirs, for stack traces; they are a fifteenth of what is downloaded.
pub fn bind(wasm: &Path, names: bool) -> Result<Bound> {
    // Its error is another crate's type; what it says is all there is to tell.
    let said = |error: &dyn std::fmt::Display| Error::Bindgen(format!("{}: {error:#}", wasm.display()));
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(!names).remove_producers_section(!names);
    let bindgen = bindgen.web(true).map_err(|error| said(&error))?;
    let mut output = bindgen.generate_output().map_err(|error| said(&error))?;
    let own = output.snippets().iter().filter(|(_, scripts)| !scripts.is_empty()).map(|(name, _)| name);
    let own: Vec<&String> = own.chain(output.local_modules().keys()).collect();
    if !own.is_empty() {
        return Err(Error::Bindgen(format!(
            "{}: scripts of its own ({own:?}) are not provided for",
            wasm.display()
        )));
    }
    let name = wasm.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Bound { name, js: output.js().to_owned(), wasm: output.wasm_mut().emit_wasm() })
}
