//! Edits of lists: what is done is what was meant, and anything can be taken back.

use minibatch_session::Block;

use super::tree::*;

fn dense(units: usize) -> Block {
    serde_json::from_value(serde_json::json!({ "layer": "linear", "units": units })).unwrap()
}

fn residual(body: Vec<Block>, shortcut: Vec<Block>) -> Block {
    Block::Residual { body, shortcut }
}

fn nested() -> Vec<Block> {
    vec![
        dense(1),
        residual(vec![dense(2), residual(vec![dense(3)], vec![])], vec![dense(4)]),
        Block::Branches { branches: vec![vec![dense(5)], vec![]], axis: 0 },
        Block::EncoderDecoder { source: 1, encoder: vec![dense(6)], decoder: vec![] },
    ]
}

#[test]
fn a_block_is_found_where_its_place_says() {
    let blocks = nested();
    let deep = Place::outer(1).inner(Part::Body, 1).inner(Part::Body, 0);
    assert_eq!(get(&blocks, &deep), Some(&dense(3)));
    assert_eq!(deep.id(), "1-body-1-body-0");
    assert_eq!(Place::outer(2).inner(Part::Branch(1), 0).id(), "2-branches-1-0");
    assert_eq!(deep.owner(), Some(Place::outer(1).inner(Part::Body, 1)));
    assert!(deep.within(&Place::outer(1)) && !deep.within(&Place::outer(0)));
    assert_eq!(get(&blocks, &Place::outer(0).inner(Part::Body, 0)), None);
    assert_eq!(places(&blocks).len(), 10);
    assert_eq!(gaps(&blocks).len(), 10 + 9, "each block, and the end of each of nine lists");
}

#[test]
fn a_block_moves_within_its_list_and_between_lists() {
    let mut blocks = vec![dense(1), dense(2), dense(3)];
    assert_eq!(relocate(&mut blocks, &Place::outer(0), &Place::outer(3)), Some(Place::outer(2)));
    assert_eq!(blocks, [dense(2), dense(3), dense(1)]);
    assert_eq!(relocate(&mut blocks, &Place::outer(1), &Place::outer(2)), None, "it is there already");
    let mut blocks = nested();
    let into = Place::outer(1).inner(Part::Shortcut, 1);
    let found = relocate(&mut blocks, &Place::outer(0), &into).unwrap();
    assert_eq!(found, Place::outer(0).inner(Part::Shortcut, 1), "the residual block moved up");
    assert_eq!(get(&blocks, &found), Some(&dense(1)));
    let own = Place::outer(0).inner(Part::Body, 0);
    let before = blocks.clone();
    assert_eq!(relocate(&mut blocks, &Place::outer(0), &own), None, "not into itself");
    assert_eq!(blocks, before);
}

#[test]
fn step_by_step_a_block_goes_through_every_gap_and_back() {
    let start = vec![dense(9), residual(vec![dense(1)], vec![]), dense(2)];
    let (mut blocks, mut place, mut seen) = (start.clone(), Place::outer(0), vec![]);
    while let Some(next) = shift(&mut blocks, &place, true) {
        assert_eq!(get(&blocks, &next), Some(&dense(9)));
        seen.push(next.id());
        place = next;
    }
    assert_eq!(seen, ["0-body-0", "0-body-1", "0-shortcut-0", "1", "2"]);
    while let Some(next) = shift(&mut blocks, &place, false) {
        place = next;
    }
    assert_eq!((blocks, place), (start, Place::outer(0)));
}

#[test]
fn copies_and_branches() {
    let mut blocks = nested();
    let copy = duplicate(&mut blocks, &Place::outer(1)).unwrap();
    assert_eq!(get(&blocks, &copy), get(&blocks, &Place::outer(1)));
    assert!(add_branch(&mut blocks, &Place::outer(3)));
    assert!(insert(&mut blocks, &Place::outer(3).inner(Part::Branch(2), 0), dense(7)));
    assert!(remove_branch(&mut blocks, &Place::outer(3), 0));
    assert_eq!(get(&blocks, &Place::outer(3).inner(Part::Branch(1), 0)), Some(&dense(7)));
    assert!(remove_branch(&mut blocks, &Place::outer(3), 0));
    assert!(!remove_branch(&mut blocks, &Place::outer(3), 0), "the last branch stays");
    assert!(!add_branch(&mut blocks, &Place::outer(0)), "a dense layer has no branches");
}

/// A small generator of numbers below n, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

fn random_place(dice: &mut Dice, blocks: &[Block]) -> Place {
    let gaps = gaps(blocks);
    let mut place = gaps[dice.below(gaps.len())].clone();
    // Now and then one that is not there.
    if dice.below(6) == 0 {
        place.at += dice.below(4);
    }
    if dice.below(9) == 0 {
        place.list.push((dice.below(3), [Part::Body, Part::Decoder, Part::Branch(2)][dice.below(3)]));
    }
    place
}

#[test]
fn any_row_of_edits_keeps_every_block_and_is_taken_back_exactly() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut blocks = nested();
        let mut past = vec![];
        for _ in 0..150 {
            past.push(blocks.clone());
            let (place, other) = (random_place(&mut dice, &blocks), random_place(&mut dice, &blocks));
            let count = places(&blocks).len();
            match dice.below(8) {
                0 => {
                    let inserted = insert(&mut blocks, &place, dense(dice.below(9)));
                    assert_eq!(places(&blocks).len(), count + usize::from(inserted));
                }
                1 => {
                    let inserted = insert(&mut blocks, &place, residual(vec![dense(1)], vec![]));
                    assert_eq!(places(&blocks).len(), count + 2 * usize::from(inserted));
                }
                2 => {
                    let out = remove(&mut blocks, &place);
                    assert_eq!(places(&blocks).len() + out.map_or(0, |b| places(&[b]).len()), count);
                }
                3 => {
                    replace(&mut blocks, &place, dense(3));
                }
                4 if count < 200 => drop(duplicate(&mut blocks, &place)),
                5 => {
                    let moved = get(&blocks, &place).cloned();
                    let to = relocate(&mut blocks, &place, &other);
                    assert_eq!(places(&blocks).len(), count, "moving loses nothing");
                    if let Some(to) = to {
                        assert_eq!(get(&blocks, &to), moved.as_ref(), "it is where it is said to be");
                    } else {
                        assert_eq!(Some(&blocks), past.last(), "what is refused changes nothing");
                    }
                }
                6 => {
                    let down = dice.below(2) == 0;
                    if let Some(to) = shift(&mut blocks, &place, down) {
                        let back = shift(&mut blocks, &to, !down).expect("the way back is open");
                        assert_eq!((Some(&blocks), back), (past.last(), place), "up takes down back");
                        past.push(blocks.clone());
                    }
                }
                _ => {
                    let _ = add_branch(&mut blocks, &place);
                    let _ = remove_branch(&mut blocks, &other, dice.below(3));
                }
            }
        }
        // What was noted before each edit is what the page's history brings back.
        while let Some(before) = past.pop() {
            blocks = before;
        }
        assert_eq!(blocks, nested());
    }
}
