// Word offsets of the control block, as in crates/graph/src/control.rs (a test compares them). The block is
// array<u32>; floats are stored by their bits.
const STEP = 0u;
const EPOCH = 1u;
const CURSOR = 2u;
const SEED = 3u;
const LR = 4u;
const BIAS1 = 5u;
const BIAS2 = 6u;
const BASE_LR = 8u;
const SCHEDULE = 9u;
const PERIOD = 10u;
const GAMMA = 11u;
const TOTAL = 12u;
const MIN_LR = 13u;
const WARMUP = 14u;
const L1 = 15u;
const L2 = 16u;
const BETA1 = 17u;
const BETA2 = 18u;
