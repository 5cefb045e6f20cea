//! Arithmetic with broadcasting, sums over axes, and ops that only move elements.

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![]
}
