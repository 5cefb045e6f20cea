"""Numbers that this side and `tests/src/golden_draw.rs` draw alike, so that golden files need not hold them.

Element i of tensor n is base + scale (hash3(SEED, n, i) / 2^31 - 1), rounded to float32: within base - scale and
base + scale. Whole numbers are hash3(SEED, n, i) mod below. `hash3` is `minibatch_graph::random::hash3`.
"""

import numpy as np
import torch

SEED = 20
# The numbers of the tensors that are no parameters; parameters count from 0 in the order of named_parameters.
INPUT, TARGET = 1_000_000, 1_000_001
# Arrays up to this long are stored whole; of longer ones this many elements, with the sum and the norm.
WHOLE, SAMPLED = 40, 16


def hash1(x):
    x = np.asarray(x, np.uint32)
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def hash3(a, b, c):
    inner = hash1(np.asarray(c, np.uint32) ^ np.uint32(0x9E3779B9))
    return hash1(np.uint32(a) ^ hash1(np.uint32(b) ^ inner))


def counters(number, shape):
    return hash3(SEED, number, np.arange(int(np.prod(shape)), dtype=np.uint32)).reshape(shape)


def uniform(number, shape, base=0.0, scale=1.0):
    """float64 that hold float32's values."""
    values = base + scale * (counters(number, shape) / 2147483648.0 - 1.0)
    return torch.tensor(values.astype(np.float32), dtype=torch.float64)


def integers(number, shape, below):
    return torch.tensor((counters(number, shape) % np.uint32(below)).astype(np.int64))


def f32(x):
    """A setting as our side holds it."""
    return float(np.float32(x))


def digits(x):
    return float(f"{x:.9g}")


def stored(tensor):
    """What a golden file holds of an array: all of it, or some elements, the sum and the norm."""
    flat = tensor.detach().reshape(-1).to(torch.float64)
    n = flat.numel()
    if n <= WHOLE:
        return [digits(v) for v in flat.tolist()]
    at = hash3(SEED, n, np.arange(SAMPLED, dtype=np.uint32)).astype(np.int64) % n
    return {
        "some": [digits(flat[int(i)].item()) for i in at],
        "sum": digits(flat.sum().item()),
        "norm": digits(flat.norm().item()),
    }
