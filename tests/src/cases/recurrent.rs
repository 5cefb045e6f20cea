//! Recurrent layers over whole sequences.

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![]
}
