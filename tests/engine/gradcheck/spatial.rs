//! Convolutions and pools.
