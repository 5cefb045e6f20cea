//! From `variants.toml` and the files to the text of each variant. The language knows three lines besides WGSL:
//! `#import name` puts `shared/name.wgsl` there, once; `#ifdef NAME`, `#else`, `#endif` keep lines of variants that
//! define NAME, and may be nested.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// One row of the table.
pub struct Variant {
    pub name: String,
    pub file: String,
    pub entry: String,
    pub defines: BTreeSet<String>,
    pub constants: BTreeMap<String, String>,
}

/// Two variants that become one kernel.
pub struct Pair {
    pub name: String,
    /// The frame that they are put into.
    pub file: String,
    /// The kernels whose launches it joins.
    pub of: [String; 2],
    /// Whether each has one workgroup.
    pub single: bool,
    /// The same with what each has defined besides here.
    pub halves: [Variant; 2],
}

/// Reads `variants.toml`, sorted by name.
pub fn variants(shaders: &Path) -> Result<(Vec<Variant>, Vec<Pair>), String> {
    let path = shaders.join("variants.toml");
    let table: toml::Table =
        read(&path)?.parse().map_err(|e: toml::de::Error| format!("{}: {e}", path.display()))?;
    let wrong = |e: String| format!("{}: {e}", path.display());
    let (mut variants, mut pairs) = (vec![], vec![]);
    for (name, row) in &table {
        let row = row.as_table().ok_or(wrong(format!("{name} must be a table")))?;
        if row.contains_key("pair") {
            pairs.push((name, row));
        } else {
            variants.push(variant(name, row).map_err(wrong)?);
        }
    }
    let pairs = pairs.into_iter().map(|(name, row)| pair(name, row, &variants));
    let pairs = pairs.collect::<Result<_, _>>().map_err(wrong)?;
    Ok((variants, pairs))
}

fn known(name: &str, row: &toml::Table, keys: &[&str]) -> Result<(), String> {
    match row.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(format!("{name}: unknown key {key}; use {}", keys.join(", "))),
        None => Ok(()),
    }
}

fn words(row: &toml::Table, key: &str) -> BTreeSet<String> {
    let list = row.get(key).and_then(toml::Value::as_array).into_iter().flatten();
    list.filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

fn variant(name: &str, row: &toml::Table) -> Result<Variant, String> {
    known(name, row, &["file", "entry", "define", "const"])?;
    let text = |key: &str| row.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let constants = row.get("const").and_then(toml::Value::as_table).into_iter().flatten();
    Ok(Variant {
        name: name.to_owned(),
        file: text("file").ok_or(format!("{name} needs a file"))?,
        entry: text("entry").unwrap_or_else(|| "main".to_owned()),
        defines: words(row, "define"),
        constants: constants.filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect(),
    })
}

fn pair(name: &str, row: &toml::Table, variants: &[Variant]) -> Result<Pair, String> {
    known(name, row, &["file", "pair", "first", "second", "single"])?;
    let file = row.get("file").and_then(toml::Value::as_str).ok_or(format!("{name} needs a file"))?;
    let of = row.get("pair").and_then(toml::Value::as_array).into_iter().flatten();
    let of: Vec<String> = of.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    let of: [String; 2] = of.try_into().map_err(|_| format!("{name}: pair names two kernels"))?;
    let half = |at: usize, key: &str| {
        let known = variants.iter().find(|variant| variant.name == of[at]);
        let variant = known.ok_or(format!("{name}: there is no kernel {}", of[at]))?;
        let defines = variant.defines.union(&words(row, key)).cloned().collect();
        Ok::<_, String>(Variant {
            name: name.to_owned(),
            file: variant.file.clone(),
            entry: variant.entry.clone(),
            defines,
            constants: variant.constants.clone(),
        })
    };
    let halves = [half(0, "first")?, half(1, "second")?];
    let single = row.get("single").and_then(toml::Value::as_bool).unwrap_or(false);
    Ok(Pair { name: name.to_owned(), file: file.to_owned(), of, single, halves })
}

/// The whole text of a variant.
pub fn expand(shaders: &Path, variant: &Variant) -> Result<String, String> {
    let mut out: String =
        variant.constants.iter().map(|(name, value)| format!("const {name} = {value};\n")).collect();
    include(shaders, &variant.file, &variant.defines, &mut BTreeSet::new(), &mut out)?;
    Ok(out)
}

fn include(
    shaders: &Path,
    file: &str,
    defines: &BTreeSet<String>,
    seen: &mut BTreeSet<String>,
    out: &mut String,
) -> Result<(), String> {
    if !seen.insert(file.to_owned()) {
        return Ok(());
    }
    let mut keep: Vec<bool> = vec![];
    for (number, line) in read(&shaders.join(file))?.lines().enumerate() {
        let wrong = |what: &str| format!("{file}:{}: {what}", number + 1);
        let mut words = line.split_whitespace();
        let (directive, argument) = (words.next().unwrap_or(""), words.next());
        match (directive, argument) {
            ("#ifdef", Some(name)) => keep.push(defines.contains(name)),
            ("#else", None) => {
                let last = keep.last_mut().ok_or_else(|| wrong("#else without #ifdef"))?;
                *last = !*last;
            }
            ("#endif", None) => {
                keep.pop().ok_or_else(|| wrong("#endif without #ifdef"))?;
            }
            _ if keep.contains(&false) => {}
            ("#import", Some(name)) => include(shaders, &format!("shared/{name}.wgsl"), defines, seen, out)?,
            (word, _) if word.starts_with('#') => return Err(wrong(&format!("cannot read {line}"))),
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    if keep.is_empty() { Ok(()) } else { Err(format!("{file}: #ifdef without #endif")) }
}

/// A complaint for each file that no variant uses.
pub fn unused(shaders: &Path, variants: &[Variant], pairs: &[Pair]) -> Result<Vec<String>, String> {
    let mut used: BTreeSet<String> = pairs.iter().map(|pair| pair.file.clone()).collect();
    for variant in variants {
        // Errors in a file have been reported by now.
        include(shaders, &variant.file, &variant.defines, &mut used, &mut String::new()).ok();
        used.extend(BTreeSet::from([variant.file.clone()]));
    }
    let mut complaints = vec![];
    for folder in ["", "shared/"] {
        let entries = fs::read_dir(shaders.join(folder)).map_err(|e| format!("shaders/{folder}: {e}"))?;
        for entry in entries.flatten() {
            let file = format!("{folder}{}", entry.file_name().to_string_lossy());
            if file.ends_with(".wgsl") && !used.contains(&file) {
                complaints.push(format!(
                    "shaders/{file} is used by no variant; add it to variants.toml or delete it"
                ));
            }
        }
    }
    Ok(complaints)
}

pub fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}
