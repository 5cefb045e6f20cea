//! How much the step looked at looks at each token.

use leptos::prelude::*;
use minibatch_session::Facts;

use super::maps::{layers, looked};
use crate::sequence::Steps;

/// A share for each step, of the head looked at or the mean of all; empty where no step is looked at, or nothing looks.
pub fn shading(facts: &Facts, steps: Steps, inside: &[f32]) -> Vec<f32> {
    let at = steps.pointed.get_untracked().or_else(|| steps.chosen.get_untracked());
    let Some(step) = at else { return vec![] };
    looked(facts, &layers(facts), step, steps.head.get_untracked(), inside)
}
