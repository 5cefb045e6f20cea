//! Files that are named by what they hold, so that a browser may keep them for good, and an update is never a mixture.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

/// A file of the site.
pub struct Asset {
    /// Its name in the site: `minibatch-web_bg-0123456789abcdef.wasm`.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// All of them, by the names that pages and scripts call them.
#[derive(Default)]
pub struct Assets(BTreeMap<String, Asset>);

impl Assets {
    /// Adds a file.
    pub fn add(&mut self, called: &str, bytes: Vec<u8>) {
        self.0.insert(called.to_owned(), Asset { name: named(called, &bytes), bytes });
    }

    /// The name in the site of the file that is called so.
    pub fn name(&self, called: &str) -> Option<&str> {
        self.0.get(called).map(|asset| asset.name.as_str())
    }

    /// What files are called, for a message.
    pub fn known(&self) -> String {
        self.0.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// Every file.
    pub fn iter(&self) -> impl Iterator<Item = &Asset> {
        self.0.values()
    }
}

/// `called`, with sixteen digits of its content before the extension.
fn named(called: &str, bytes: &[u8]) -> String {
    let hash = xxh3_64(bytes);
    match called.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash:016x}.{extension}"),
        None => format!("{called}-{hash:016x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_changes_with_its_content_and_with_nothing_else() {
        assert_eq!(named("a.js", b"1"), named("a.js", b"1"));
        assert_ne!(named("a.js", b"1"), named("a.js", b"2"));
        let name = named("web_bg.wasm", b"");
        let hash = name.strip_prefix("web_bg-").and_then(|rest| rest.strip_suffix(".wasm")).unwrap();
        assert!(hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
    }
}
