//! What tokens and steps are called.

use minibatch_session::Facts;

use crate::words::fill;

/// A token's or class's name: its number where it has none.
pub fn token_name(names: &[String], number: f32) -> String {
    names.get(number as usize).filter(|_| number >= 0.0).map_or_else(|| format!("{number:.0}"), Clone::clone)
}

/// A step with what comes in there: "step 7, a". Steps are counted from 1.
pub fn step_name(facts: &Facts, input: &[f32], step: usize) -> String {
    let number = (step + 1).to_string();
    match (facts.tokens, input.get(step)) {
        (Some(_), Some(&v)) => {
            fill("timeline.step-token", &[("step", &number), ("token", &token_name(&facts.vocabulary, v))])
        }
        _ => fill("timeline.step", &[("step", &number)]),
    }
}
