//! Convolutions and pools.

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![]
}
