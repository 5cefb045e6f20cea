//! Attention and rotary positions.

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![]
}
