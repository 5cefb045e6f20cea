//! Attention and rotary positions.
