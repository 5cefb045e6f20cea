//! Flat objects of JSON, a line each, as our own programs print them: a value by its key. Nothing nested, nothing escaped.

/// The number after `"key":`.
pub fn number(line: &str, key: &str) -> Option<f64> {
    after(line, key)?.split([',', '}']).next()?.trim().parse().ok()
}

/// The text after `"key":`, as it stands between its quotes.
pub fn text<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    after(line, key)?.trim_start().strip_prefix('"')?.split('"').next()
}

fn after<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    Some(line.split_once(&format!("\"{key}\":"))?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_a_line_of_json() {
        let line = r#"{"step":3,"loss": 0.7251}"#;
        assert_eq!(number(line, "loss"), Some(0.7251));
        assert_eq!(number(r#"{"loss":null}"#, "loss"), None);
        assert_eq!(number("no JSON", "loss"), None);
    }

    #[test]
    fn texts_are_found_in_a_line_of_json() {
        let line = r#"{"peer":"jax:wasm", "workload": "mlp-2d","ms":1}"#;
        assert_eq!((text(line, "peer"), text(line, "workload")), (Some("jax:wasm"), Some("mlp-2d")));
        assert_eq!((text(line, "ms"), text(line, "error")), (None, None));
    }
}
