//! docs/ops.md says what the code does.

use minibatch_tests::ops_table::{document, path};

#[test]
fn the_table_of_operations_is_up_to_date() {
    let made = document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path(), &made).expect("the folder docs");
    }
    let kept = std::fs::read_to_string(path()).unwrap_or_default();
    assert!(
        kept == made,
        "docs/ops.md is out of date: run this test once with UPDATE=1 and read what changed"
    );
}
