//! House rules over the source tree.
