"""Runs an exported script for some steps, with the very units silenced by dropout that Minibatch silences: torch draws its
random numbers otherwise, and the losses could not be compared. For the same reason Muon's matrices are made orthogonal in float32:
torch does it in bfloat16.

    python run.py SCRIPT STEPS
"""

import runpy
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch.optim.optimizer import register_optimizer_step_post_hook


def hash1(x):
    """minibatch_graph::random::hash."""
    x = np.asarray(x, np.uint32)
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def hash3(a, b, c):
    inner = hash1(np.asarray(c, np.uint32) ^ np.uint32(0x9E3779B9))
    return hash1(np.asarray(a, np.uint32) ^ hash1(np.asarray(b, np.uint32) ^ inner))


class Masks:
    """The dropouts of a step one after the other, each with its random stream."""

    def __init__(self, seed, streams):
        self.seed, self.streams = seed, streams
        self.step, self.next = 1, iter(streams)

    def advance(self, *_):
        self.step, self.next = self.step + 1, iter(self.streams)

    def dropout(self, x, p=0.5, training=True, inplace=False):
        if not training or p == 0:
            return x
        key = hash3(self.seed, next(self.next), 0x6D726F70)
        threshold = np.uint32(int(float(np.float32(p)) * 2**32))
        keeps = hash3(key, self.step, np.arange(x.numel(), dtype=np.uint32)) >= threshold
        return x * torch.from_numpy(keeps).view_as(x) / (1 - p)


def orthogonal(grad, coefficients, steps, eps):
    """torch.optim._muon._zeropower_via_newtonschulz in the gradient's own type."""
    a, b, c = coefficients
    x = grad.T if len(grad) > grad.shape[1] else grad
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if len(grad) > grad.shape[1] else x


def main():
    script, steps = Path(sys.argv[1]), sys.argv[2]
    data = load_file(script.with_name(f"{script.stem}.data.safetensors"))
    if "dropout" in data:
        seed, *streams = data["dropout"].tolist()
        masks = Masks(seed, streams)
        torch.nn.functional.dropout = masks.dropout
        register_optimizer_step_post_hook(masks.advance)
    torch.optim._muon._zeropower_via_newtonschulz = orthogonal
    sys.argv = [str(script), steps]
    runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main()
