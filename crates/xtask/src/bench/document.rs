//! The part of docs/benchmarks.md that is written anew; the rest is written by hand and stays.

use crate::error::{Error, Result};

/// What stands before the written part, on a line of its own.
const BEGIN: &str = "<!-- From here on `cargo xtask bench` writes. -->";
/// What stands after it.
const END: &str = "<!-- Down to here. -->";

/// The page with `written` between its two marks.
///
/// # Errors
/// When a mark is missing, stands twice, or they stand in the wrong order.
pub fn replaced(page: &str, written: &str) -> Result<String> {
    let wrong = |what: &str| {
        Error::missing(
            format!("docs/benchmarks.md {what}"),
            format!(
                "put `{BEGIN}` and, below it, `{END}` around the part to be written, on lines of their own"
            ),
        )
    };
    for mark in [BEGIN, END] {
        match page.lines().filter(|line| *line == mark).count() {
            1 => {}
            0 => return Err(wrong(&format!("has no line `{mark}`"))),
            n => return Err(wrong(&format!("has the line `{mark}` {n} times"))),
        }
    }
    let (before, rest) = page.split_once(&format!("{BEGIN}\n")).unwrap_or((page, ""));
    let Some((_, after)) = rest.split_once(END) else {
        return Err(wrong("has its marks in the wrong order"));
    };
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", written.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let page = format!("# Title\n\n{BEGIN}\nold\n\n| a |\n{END}\n\nby hand\n");
        let new = replaced(&page, "new\n").unwrap();
        assert_eq!(new, format!("# Title\n\n{BEGIN}\n\nnew\n\n{END}\n\nby hand\n"));
        assert_eq!(replaced(&new, "new").unwrap(), new, "once more changes nothing");
    }

    #[test]
    fn marks_that_are_missing_doubled_or_turned_round_are_named() {
        let told = |page: String| replaced(&page, "new").unwrap_err().to_string();
        assert!(told(format!("{BEGIN}\n")).contains("no line `<!-- Down to here. -->`"));
        assert!(told(format!("{BEGIN}\n{BEGIN}\n{END}\n")).contains("2 times"));
        assert!(told(format!("{END}\n{BEGIN}\n")).contains("wrong order"));
    }

    #[test]
    fn the_page_has_its_marks() {
        let path = crate::root().join("docs").join("benchmarks.md");
        replaced(&std::fs::read_to_string(path).unwrap(), "new").unwrap();
    }
}
