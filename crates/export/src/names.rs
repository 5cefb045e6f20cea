//! Names from outside, within Python: escaped in its strings, and none that hides a module.

/// Names that Python, torch and what torch needs import, a line each.
const MODULES: &str = include_str!("python/modules.txt");

/// The text as it stands between double quotes, one or three: every quote, backslash and character that does not print
/// is escaped.
pub fn escaped(text: &str) -> String {
    let one = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        ' '..='~' => c.into(),
        // What Rust would escape neither prints nor stands by itself.
        _ if c != '\'' && c.escape_debug().len() > 1 => match c as u32 {
            code @ ..=0xff => format!("\\x{code:02x}"),
            code @ ..=0xffff => format!("\\u{code:04x}"),
            code => format!("\\U{code:08x}"),
        },
        _ => c.into(),
    };
    text.chars().map(one).collect()
}

/// The module that a script of this file name would hide from itself, and from every other script in its folder: Python
/// looks there first.
pub fn hides(script: &str) -> Option<&'static str> {
    let stem = script.strip_suffix(".py")?;
    MODULES.lines().find(|module| *module == stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_as_python_reads_them() {
        for (name, wanted) in [
            ("C:\\Users\\anna", r"C:\\Users\\anna"),
            (r#"x""";import os;""""#, r#"x\"\"\";import os;\"\"\""#),
            ("a\nb\r\u{1b}[31m\u{7f}", r"a\nb\r\x1b[31m\x7f"),
            ("r\u{e9}sum\u{e9} $x '{}'", "r\u{e9}sum\u{e9} $x '{}'"),
            ("\u{202e}\u{fffd}\u{e0001}", "\\u202e\u{fffd}\\U000e0001"),
        ] {
            assert_eq!(escaped(name), wanted);
        }
    }

    #[test]
    fn a_module_is_known_by_its_name_alone() {
        for name in
            ["torch.py", "select.py", "numpy.py", "safetensors.py", "random.py", "typing_extensions.py"]
        {
            assert!(hides(name).is_some(), "{name}");
        }
        for name in ["c2.py", "torch", "Torch.py", "my.torch.py", "torch.txt", ".py"] {
            assert_eq!(hides(name), None, "{name}");
        }
    }
}
