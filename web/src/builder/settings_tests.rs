//! Every layer's every setting can be seen and changed.

use minibatch_session::Block;
use serde_json::{Value, json};

use super::entries::{ENTRIES, fresh};
use super::place::Around;
use super::settings::*;
use crate::words::named;

fn every_block() -> Vec<Block> {
    let around = Around::default();
    ENTRIES.iter().flat_map(|(_, ids)| ids.iter()).map(|id| fresh(id, &around).expect(id)).collect()
}

#[test]
fn no_setting_of_a_layer_is_left_out() {
    for block in every_block() {
        let written: Value = serde_json::to_value(&block).unwrap();
        let lists = ["layer", "body", "shortcut", "branches", "encoder", "decoder"];
        let mut keys: Vec<&str> =
            written.as_object().unwrap().keys().map(String::as_str).filter(|k| !lists.contains(k)).collect();
        let mut shown: Vec<&str> = settings(&block).iter().map(|(id, _)| *id).collect();
        keys.sort_unstable();
        shown.sort_unstable();
        assert_eq!(keys, shown, "{}", block.kind());
    }
}

#[test]
fn every_setting_has_a_name_and_a_sentence_and_takes_what_it_shows() {
    for block in every_block() {
        for &(id, kind) in settings(&block) {
            let label = named("layers.setting", id);
            assert_ne!(label, id, "layers.setting.{id} has no text");
            assert_ne!(super::field::help(block.kind(), id), id, "{} {id} has no sentence", block.kind());
            assert_eq!(set(&block, id, &show(&block, id)).as_ref(), Some(&block), "{} {id}", block.kind());
            if let Kind::Choice(group) = kind {
                // "tanh" is its own name.
                for choice in choices(group).into_iter().filter(|c| *c != "tanh") {
                    assert_ne!(named(group, choice), choice, "{group}.{choice} has no text");
                    let chosen = set(&block, id, choice).expect(choice);
                    assert_eq!(show(&chosen, id), choice);
                }
            }
            if kind == Kind::Switch {
                let other = set(&block, id, if show(&block, id) == "true" { "false" } else { "true" });
                assert_ne!(other, Some(block.clone()), "{id} can be switched");
            }
        }
    }
}

#[test]
fn numbers_are_read_as_people_write_them() {
    let conv: Block =
        serde_json::from_value(json!({ "layer": "conv2d", "channels": 8, "kernel": 3 })).unwrap();
    for (typed, shown) in [("5", "5"), ("3x5", "3, 5"), ("3 × 5", "3, 5"), ("(4, 4)", "4")] {
        assert_eq!(show(&set(&conv, "kernel", typed).expect(typed), "kernel"), shown);
    }
    for wrong in ["", "a", "1.5", "-1", "1,2,3", "99999999999999999999"] {
        assert_eq!(set(&conv, "kernel", wrong), None, "{wrong}");
        assert_eq!(set(&conv, "channels", wrong), None, "{wrong}");
    }
    let pool: Block = serde_json::from_value(json!({ "layer": "max-pool2d", "kernel": 2 })).unwrap();
    assert_eq!(set(&pool, "stride", ""), Some(pool.clone()), "nothing typed is none");
    let drop: Block = serde_json::from_value(json!({ "layer": "dropout", "rate": 0.1 })).unwrap();
    assert_eq!(show(&drop, "rate"), "0.1");
    assert_eq!(show(&set(&drop, "rate", "0,25").unwrap(), "rate"), "0.25");
    assert_eq!(set(&drop, "rate", "inf"), None);
    assert_eq!(
        with_numbers(&conv, &["15", "3x5"]),
        set(&set(&conv, "channels", "15").unwrap(), "kernel", "3x5").unwrap()
    );
    assert_eq!(step(Kind::Whole, "0", false), Some("0".into()));
    assert_eq!(step(Kind::Pair, "3", true), Some("4".into()));
    assert_eq!(step(Kind::Pair, "3, 5", true), None);
}
