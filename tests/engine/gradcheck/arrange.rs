//! Arithmetic with broadcasting, sums over axes, and ops that only move elements.
