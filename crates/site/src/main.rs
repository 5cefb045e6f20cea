//! The site, made of what cargo compiled: wasm-bindgen's glue, pages that name every file by its content, and each file packed
//! as browsers take it. `cargo xtask build` runs it; a program of its own, so that xtask stays small.

mod asset;
mod bind;
mod error;
mod pack;
mod page;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use asset::Assets;
use error::{Error, Result};

const HELP: &str = "minibatch-site --page PAGE.wasm --engine ENGINE.wasm --from web --into dist [--quick]
  --quick leaves names of functions in and packs nothing";

/// What to make the site of, and where.
struct Order {
    page: PathBuf,
    engine: PathBuf,
    from: PathBuf,
    into: PathBuf,
    quick: bool,
}

fn main() -> ExitCode {
    match order(std::env::args().skip(1)).and_then(|order| make(&order)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn order(mut words: impl Iterator<Item = String>) -> Result<Order> {
    let (mut paths, mut quick) = ([None, None, None, None], false);
    while let Some(word) = words.next() {
        let place = ["--page", "--engine", "--from", "--into"].iter().position(|option| *option == word);
        match (place, word.as_str()) {
            (Some(place), _) => paths[place] = words.next().map(PathBuf::from),
            (None, "--quick") => quick = true,
            (None, _) => return Err(Error::Usage(format!("`{word}` means nothing here\n{HELP}"))),
        }
    }
    match paths {
        [Some(page), Some(engine), Some(from), Some(into)] => Ok(Order { page, engine, from, into, quick }),
        _ => Err(Error::Usage(HELP.into())),
    }
}

fn make(order: &Order) -> Result<()> {
    // Both take seconds, and share nothing.
    let (page, engine) = std::thread::scope(|scope| {
        let page = scope.spawn(|| bind::bind(&order.page, order.quick));
        let engine = bind::bind(&order.engine, order.quick);
        (page.join().unwrap_or_else(|_| Err(Error::Bindgen("it panicked".into()))), engine)
    });
    let mut assets = Assets::default();
    for bound in [page?, engine?] {
        assets.add(&format!("{}.js", bound.name), bound.js.into_bytes());
        assets.add(&format!("{}_bg.wasm", bound.name), bound.wasm);
    }
    assets.add("style.css", page::sheet(&order.from.join("style.css"))?.into_bytes());
    // Scripts name what was compiled; pages name both.
    for (name, text) in texts(&order.from, "js")? {
        let text = page::linked(&name, &text, &assets)?;
        assets.add(&name, text.into_bytes());
    }
    let mut pages = Vec::new();
    for (name, text) in texts(&order.from, "html")? {
        let text = page::linked(&name, &text, &assets)?;
        pages.push((name, text));
    }
    write(order, &assets, &pages)
}

/// Writes the files before the pages that name them, and takes away what no page names any more only then: whoever serves the
/// folder meanwhile never serves a mixture.
fn write(order: &Order, assets: &Assets, pages: &[(String, String)]) -> Result<()> {
    fs::create_dir_all(&order.into).map_err(Error::io("making", &order.into))?;
    let mut kept = BTreeSet::new();
    let named = assets.iter().map(|asset| (asset.name.as_str(), asset.bytes.as_slice(), true));
    let plain = pages.iter().map(|(name, text)| (name.as_str(), text.as_bytes(), false));
    for (name, bytes, by_content) in named.chain(plain) {
        let path = order.into.join(name);
        // A file of this name is this file.
        if !(by_content && path.is_file()) {
            fs::write(&path, bytes).map_err(Error::io("writing", &path))?;
        }
        kept.insert(name.to_owned());
        let packed = if order.quick { vec![] } else { pack::pack(&path, bytes, by_content)? };
        if name.ends_with(".wasm") {
            println!("   {name}: {}", pack::sizes(bytes.len(), &packed));
        }
        kept.extend(packed.into_iter().map(|packed| packed.name));
    }
    for entry in fs::read_dir(&order.into).map_err(Error::io("reading", &order.into))?.flatten() {
        let stale = entry.path();
        if stale.is_file() && !kept.contains(&*entry.file_name().to_string_lossy()) {
            fs::remove_file(&stale).map_err(Error::io("removing", &stale))?;
        }
    }
    Ok(())
}

/// The files of a folder with this extension, by name.
fn texts(folder: &Path, extension: &str) -> Result<Vec<(String, String)>> {
    let entries = fs::read_dir(folder).map_err(Error::io("reading", folder))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == extension));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).map_err(Error::io("reading", &path))?;
        Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text))
    };
    paths.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_whole_or_refused() {
        let of = |line: &str| order(line.split_whitespace().map(str::to_owned));
        let whole = "--page p.wasm --engine e.wasm --from web --into dist";
        assert!(of(&format!("{whole} --quick")).is_ok_and(|order| order.quick));
        assert!(of("--page p.wasm").is_err());
        assert!(of(&format!("{whole} --fast")).err().unwrap().to_string().contains("--fast"));
    }
}
