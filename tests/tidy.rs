//! House rules over the source tree: how long a file may be, who may know whom, where shaders stand, which links lead
//! somewhere. Each failure names the file, the values and the mend.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Which of our crates each crate may use; `?` marks those it must take as optional, so that the page can leave them out.
/// A new crate gets its row here and in ARCHITECTURE.md.
const ARROWS: &[(&str, &[&str])] = &[
    ("minibatch-graph", &[]),
    ("minibatch-data", &[]),
    ("minibatch-cpu", &["graph"]),
    ("minibatch-gpu", &["graph"]),
    ("minibatch-nn", &["graph"]),
    ("minibatch-session", &["graph", "nn", "data", "cpu?", "gpu?"]),
    ("minibatch-export", &["graph", "nn", "session"]),
    ("minibatch-worker", &["session"]),
    ("minibatch-web", &["session"]),
    ("minibatch-cli", &["session", "export"]),
    ("minibatch-tests", &["graph", "nn", "data", "cpu", "gpu", "session"]),
    ("minibatch-site", &[]),
    ("xtask", &[]),
];

/// The longest file of each kind, in lines.
const LENGTHS: &[(&str, usize)] = &[("rs", 400), ("wgsl", 200)];

/// A file of the tree: where it stands below the root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines that hold `needle`, each as `path:line`.
    fn places(&self, needle: &str) -> impl Iterator<Item = String> {
        let lines = self.text.lines().enumerate().filter(move |(_, line)| line.contains(needle));
        lines.map(|(number, _)| format!("{}:{}", self.path, number + 1))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below `folder` whose name ends in one of the extensions; built and hidden folders are passed over.
fn sources(folder: &str, extensions: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !["target", "dist", "node_modules"].contains(&name.as_str()) {
                    waiting.push(path);
                }
            } else if extensions.iter().any(|e| name.ends_with(&format!(".{e}"))) {
                let below = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                let text =
                    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{below} is not text: {error}"));
                found.push(Source { path: below, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Our code, in every language.
fn code(extensions: &[&str]) -> Vec<Source> {
    let found: Vec<_> =
        ["crates", "web", "shaders", "tests"].iter().flat_map(|folder| sources(folder, extensions)).collect();
    assert!(
        !found.is_empty(),
        "no {extensions:?} below {}: these tests look in the wrong place",
        root().display()
    );
    found
}

/// The manifest of every crate, with its path.
fn manifests() -> Vec<(String, Table)> {
    let files = code(&["toml"]).into_iter().filter(|source| source.path.ends_with("Cargo.toml"));
    files.map(|source| (parsed(&source), source.path)).map(|(table, path)| (path, table)).collect()
}

fn parsed(source: &Source) -> Table {
    source.text.parse().unwrap_or_else(|error| panic!("{}: {error}", source.path))
}

/// The dependencies of a manifest, with the section each stands in; those of one target too.
fn dependencies(manifest: &Table) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    for table in std::iter::once(manifest).chain(targets.filter_map(Value::as_table)) {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let entries = table.get(section).and_then(Value::as_table).into_iter().flatten();
            found.extend(entries.map(|(name, value)| (section.to_string(), name.clone(), value.clone())));
        }
    }
    found
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} against the house rules:\n  {}\n", faults.len(), faults.join("\n  "));
}

#[test]
fn files_stay_short() {
    let mut faults = Vec::new();
    for (extension, longest) in LENGTHS {
        for source in code(&[extension]) {
            let lines = source.text.lines().count();
            if lines > *longest {
                faults.push(format!(
                    "{}: {lines} lines, {longest} at most: give a part of its job a file",
                    source.path
                ));
            }
        }
    }
    none(faults);
}

#[test]
fn arrows_point_one_way() {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut faults = Vec::new();
    for (path, manifest) in manifests() {
        let name = manifest["package"]["name"].as_str().unwrap_or_default();
        let Some(arrows) = allowed.get(name) else {
            faults.push(format!(
                "{path}: {name} has no row in ARROWS (tests/tidy.rs); add one, and one in ARCHITECTURE.md"
            ));
            continue;
        };
        for (section, other, value) in dependencies(&manifest) {
            let Some(short) = other.strip_prefix("minibatch-") else { continue };
            let optional = value.get("optional").and_then(Value::as_bool) == Some(true);
            // A crate's own tests may ask the CPU, which is the oracle of all.
            let oracle = section == "dev-dependencies" && short == "cpu";
            let named = arrows.contains(&short) || optional && arrows.contains(&format!("{short}?").as_str());
            if !named && !oracle {
                let list = if arrows.is_empty() { "none of ours".into() } else { arrows.join(", ") };
                faults.push(format!(
                    "{path}: {section} names {other}; {name} may use {list}: move the code, not the arrow"
                ));
            }
        }
    }
    none(faults);
}

#[test]
fn the_page_leaves_the_engine_out() {
    let web = manifests().into_iter().find(|(path, _)| path == "web/Cargo.toml").expect("web/Cargo.toml").1;
    let root =
        fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml").parse::<Table>().expect("a table");
    let workspace = &root["workspace"]["dependencies"]["minibatch-session"];
    assert_eq!(
        workspace.get("default-features").and_then(Value::as_bool),
        Some(false),
        "Cargo.toml: minibatch-session must say `default-features = false`, or the page carries the engine"
    );
    for (_, name, value) in dependencies(&web) {
        let features = value.get("features").and_then(Value::as_array).into_iter().flatten();
        let engine =
            features.filter_map(Value::as_str).any(|feature| feature == "engine" || feature == "default");
        assert!(
            !(name == "minibatch-session" && engine),
            "web/Cargo.toml: take the feature `engine` out of {name}"
        );
    }
}

#[test]
fn only_the_gpu_crate_names_wgpu() {
    let mut faults = Vec::new();
    for (path, manifest) in manifests() {
        for (section, name, _) in dependencies(&manifest) {
            let home = path == "crates/gpu/Cargo.toml";
            let fault = match name.as_str() {
                "wgpu" => !home,
                "naga" => !(home && section == "build-dependencies"),
                other => other.starts_with("wgpu-"),
            };
            if fault {
                faults.push(format!(
                    "{path}: {section} names {name}; wgpu is known to crates/gpu alone, naga to its build"
                ));
            }
        }
    }
    none(faults);
}

#[test]
fn shaders_stand_in_their_own_files() {
    // `concat!` keeps the needles out of this file's own text.
    let needles = [concat!("@", "compute"), concat!("@", "group(")];
    let outside = code(&["rs"]).into_iter().filter(|source| !source.path.contains("tests/"));
    let faults = outside.flat_map(|source| {
        let places: Vec<String> = needles.iter().flat_map(|needle| source.places(needle)).collect();
        places.into_iter().map(|place| format!("{place}: WGSL in a .rs file: it belongs into shaders/"))
    });
    none(faults.collect());
}

#[test]
fn every_shader_is_used() {
    let table = fs::read_to_string(root().join("shaders/variants.toml")).expect("shaders/variants.toml");
    let table: Table = table.parse().expect("shaders/variants.toml is TOML");
    let named: BTreeSet<String> = table
        .values()
        .filter_map(|variant| Some(format!("shaders/{}", variant.get("file")?.as_str()?)))
        .collect();
    let all = code(&["wgsl"]);
    let (shared, kernels): (Vec<_>, Vec<_>) =
        all.iter().partition(|source| source.path.starts_with("shaders/shared/"));

    let mut faults = Vec::new();
    let files: BTreeSet<String> = kernels.iter().map(|source| source.path.clone()).collect();
    for path in files.difference(&named) {
        faults.push(format!(
            "{path}: no variant in shaders/variants.toml names it: add one, or remove the file"
        ));
    }
    for path in named.difference(&files) {
        faults.push(format!("shaders/variants.toml: {path} does not exist"));
    }
    for piece in shared {
        let name = piece.path.trim_start_matches("shaders/shared/").trim_end_matches(".wgsl");
        let import = |line: &str| line.trim().strip_prefix("#import").is_some_and(|rest| rest.trim() == name);
        if !all.iter().any(|source| source.text.lines().any(import)) {
            faults.push(format!("{}: nothing says `#import {name}`: remove the file", piece.path));
        }
    }
    none(faults);
}

#[test]
fn nothing_is_left_unfinished() {
    let needles = [
        concat!("to", "do!"),
        concat!("unimpl", "emented!"),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
        concat!("#[ig", "nore"),
    ];
    let mut faults = Vec::new();
    for source in code(&["rs", "wgsl", "toml", "html", "css", "js", "py"]) {
        for needle in needles {
            faults.extend(
                source
                    .places(needle)
                    .map(|place| format!("{place}: `{needle}`: finish it, or open an issue")),
            );
        }
    }
    none(faults);
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut pages = sources("docs", &["md"]);
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        match fs::read_to_string(root().join(name)) {
            Ok(text) => pages.push(Source { path: name.into(), text }),
            Err(error) => assert!(name == "CONTRIBUTING.md", "{name}: {error}: the house has no such page"),
        }
    }
    let mut faults = Vec::new();
    for page in &pages {
        let folder = root().join(&page.path).parent().map(Path::to_path_buf).unwrap_or_default();
        for (number, line) in page.text.lines().enumerate() {
            for link in links(line).filter(|link| !link.is_empty() && !folder.join(link).exists()) {
                faults.push(format!("{}:{}: {link} does not exist: mend the link", page.path, number + 1));
            }
        }
    }
    none(faults);
}

/// The files that a line of Markdown links to, without their anchors; addresses of other hosts are left out.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let after = |open: &'static str, close: char| {
        line.split(open).skip(1).filter_map(move |rest| rest.split(close).next())
    };
    let all = after("](", ')').chain(after("src=\"", '"')).chain(after("href=\"", '"'));
    let targets = all.filter_map(|link| link.split([' ', '#', '?']).next());
    targets.filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
}

#[test]
fn links_are_found_as_they_are_written() {
    let line =
        r#"[a](docs/a.md#top "t") <img src="b.png"> [c](https://example.org/c) [d](#here) ![e](e.svg)"#;
    assert_eq!(links(line).collect::<Vec<_>>(), ["docs/a.md", "", "e.svg", "b.png"]);
}
