//! Pages and scripts, with the names that files have in the site. In the sources a file of the site is a quoted `./name`.

use std::fs;
use std::path::Path;

use crate::asset::Assets;
use crate::error::{Error, Result};

/// How a page names a style sheet, on a line of its own.
const STYLE: (&str, &str) = ("<link rel=\"stylesheet\" href=\"./", "\">");

/// The text with one style sheet in the place of all that it names: a dozen small files are a dozen journeys.
pub fn styled(text: &str, from: &Path, assets: &mut Assets) -> Result<String> {
    let sheet = |line: &str| {
        let path = line.trim().strip_prefix(STYLE.0)?.strip_suffix(STYLE.1)?;
        Some(from.join(path))
    };
    let mut all = String::new();
    for path in text.lines().filter_map(sheet) {
        all += &fs::read_to_string(&path).map_err(Error::io("reading", &path))?;
    }
    if all.is_empty() {
        return Ok(text.to_owned());
    }
    let name = assets.keep("style.css", all.into_bytes());
    let mut first = true;
    let line = |line: &str| match sheet(line) {
        None => format!("{line}\n"),
        Some(_) if std::mem::take(&mut first) => format!("{}{name}{}\n", STYLE.0, STYLE.1),
        Some(_) => String::new(),
    };
    Ok(text.lines().map(line).collect())
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
        let name = assets.add("a.js", b"1".to_vec());
        let text = "<script src=\"./a.js\" data-x=\"./a.js\"></script>";
        let linked_text = linked("x.html", text, &assets).unwrap();
        assert_eq!(linked_text, format!("<script src=\"./{name}\" data-x=\"./{name}\"></script>"));
        let said = linked("x.html", "\"./b.js\"", &assets).unwrap_err().to_string();
        assert!(said.contains("x.html") && said.contains("./b.js") && said.contains("a.js"), "{said}");
    }

    #[test]
    fn a_page_has_one_sheet_where_it_names_several() {
        let folder = std::env::temp_dir().join(format!("minibatch-site-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.css"), "a{}\n").unwrap();
        fs::write(folder.join("b.css"), "b{}\n").unwrap();
        let mut assets = Assets::default();
        let link = |name: &str| format!("  {}{name}{}\n", STYLE.0, STYLE.1);
        let text =
            styled(&format!("<head>\n{}{}</head>\n", link("a.css"), link("b.css")), &folder, &mut assets);
        fs::remove_dir_all(&folder).unwrap();
        let sheet = assets.iter().next().unwrap();
        assert_eq!(sheet.bytes, b"a{}\nb{}\n");
        assert_eq!(text.unwrap(), format!("<head>\n{}{}{}\n</head>\n", STYLE.0, sheet.name, STYLE.1));
    }
}
