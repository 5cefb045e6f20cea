//! What takes memory while it trains: nothing in a plan that repeats, and in a submit as much at the end as in the beginning. A
//! binary of its own, since its allocator counts.

mod counting;
mod plans;
mod session;
