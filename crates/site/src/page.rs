//! Pages and scripts, with the names that files have in the site. In the sources a file of the site is a quoted `./name`.

use std::fs;
use std::path::Path;

use crate::asset::Assets;
use crate::error::{Error, Result};

/// One style sheet in the place of all that `path` imports, a line each: a dozen small files are a dozen journeys.
pub fn sheet(path: &Path) -> Result<String> {
    const IMPORT: (&str, &str) = ("@import \"./", "\";");
    let read = |path: &Path| fs::read_to_string(path).map_err(Error::io("reading", path));
    let text = read(path)?;
    let imported = text.lines().filter_map(|line| line.strip_prefix(IMPORT.0)?.strip_suffix(IMPORT.1));
    imported.map(|name| read(&path.with_file_name(name))).collect()
}

/// The text with the site's names in the place of those that it calls files. `called` is its own name, for a message.
pub fn linked(called: &str, text: &str, assets: &Assets) -> Result<String> {
    const OPEN: &str = "\"./";
    let mut parts = text.split(OPEN);
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (file, rest) = part.split_once('"').unwrap_or((part, ""));
        let name = assets.name(file).ok_or_else(|| Error::Unknown {
            page: called.to_owned(),
            file: file.to_owned(),
            known: assets.known(),
        })?;
        all += &format!("{OPEN}{name}\"{rest}");
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_by_their_names_in_the_site_and_strangers_are_named() {
        let mut assets = Assets::default();
        assets.add("a.js", b"1".to_vec());
        let name = assets.name("a.js").unwrap();
        let text = "<script src=\"./a.js\" data-x=\"./a.js\"></script>";
        let linked_text = linked("x.html", text, &assets).unwrap();
        assert_eq!(linked_text, format!("<script src=\"./{name}\" data-x=\"./{name}\"></script>"));
        let said = linked("x.html", "\"./b.js\"", &assets).unwrap_err().to_string();
        assert!(said.contains("x.html") && said.contains("./b.js") && said.contains("a.js"), "{said}");
    }

    #[test]
    fn a_sheet_holds_all_that_it_imports_in_their_order() {
        let folder = std::env::temp_dir().join(format!("minibatch-site-{}", std::process::id()));
        fs::create_dir_all(folder.join("style")).unwrap();
        fs::write(folder.join("style/a.css"), "a{}\n").unwrap();
        fs::write(folder.join("style/b.css"), "b{}\n").unwrap();
        fs::write(
            folder.join("all.css"),
            "/* both */\n@import \"./style/b.css\";\n@import \"./style/a.css\";\n",
        )
        .unwrap();
        let whole = sheet(&folder.join("all.css"));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(whole.unwrap(), "b{}\na{}\n");
        assert!(sheet(&folder.join("none.css")).unwrap_err().to_string().contains("none.css"));
    }
}
