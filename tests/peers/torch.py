"""The workloads in PyTorch, on the CPU: a line of JSON for each, as run.mjs prints them.

    python torch.py [--workloads mlp-2d,...] [--seconds 4] [--threads 2]

Each is what its users would write, in its fastest form that needs no compiler: the optimizer fused, attention and the LSTM in
one call. Parameters are drawn in the order of src/jax.mjs by the same generator, so that the first loss must be the peers'.
"""

import sys
from pathlib import Path

# This file is called as the package is: its folder must not be looked in.
sys.path = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).resolve().parent]

import argparse  # noqa: E402
import json  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

WARM_UP, BLOCK = 5, 5


class Draws:
    """T. Ettinger's mulberry32: number i depends on the seed and i alone."""

    def __init__(self, seed):
        self.seed, self.drawn = seed, 0

    def numbers(self, n):
        """float64 within [0, 1)."""
        at = np.arange(self.drawn + 1, self.drawn + n + 1, dtype=np.uint64)
        self.drawn += n
        s = (np.uint64(self.seed) + at * np.uint64(0x6D2B79F5)).astype(np.uint32)
        t = (s ^ (s >> np.uint32(15))) * (s | np.uint32(1))
        t = (t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))) ^ t
        return (t ^ (t >> np.uint32(14))).astype(np.float64) / 4294967296.0

    def uniform(self, shape, scale=1.0):
        values = (self.numbers(int(np.prod(shape))) * 2 - 1) * scale
        return torch.from_numpy(values.astype(np.float32)).reshape(shape)

    def whole(self, shape, end):
        return torch.from_numpy(np.floor(self.numbers(int(np.prod(shape))) * end).astype(np.int64)).reshape(shape)

    def weight(self, shape):
        """The peers' array of this shape, within 1 / sqrt(elements / last extent)."""
        return self.uniform(shape, 1 / (np.prod(shape) / shape[-1]) ** 0.5)


def fill(model, drawn):
    """Sets the parameters named, and every other to 0, but the weights of norms to 1."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name in drawn:
                p.copy_(drawn.pop(name))
            else:
                p.fill_(1.0 if "norm" in name and name.endswith("weight") else 0.0)
    assert not drawn, f"no such parameters: {list(drawn)}"
    return model


def mlp(sizes, hidden, last, batch, draws, data):
    layers = []
    for i, (inputs, units) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(inputs, units), hidden() if i + 2 < len(sizes) else last()]
    drawn = {f"{2 * i}.weight": draws.weight(pair).T for i, pair in enumerate(zip(sizes, sizes[1:]))}
    return fill(nn.Sequential(*layers), drawn), data.uniform((batch, sizes[0]))


def mlp_2d(draws, data):
    model, x = mlp([2, 4, 2, 1], nn.Tanh, nn.Tanh, 10, draws, data)
    y = data.uniform((10, 1))
    return model, lambda: F.mse_loss(model(x), y), torch.optim.SGD(model.parameters(), 0.03, fused=True)


def classes(model, x, y):
    return model, lambda: F.cross_entropy(model(x), y), torch.optim.Adam(model.parameters(), 1e-3, fused=True)


def mlp_mnist(draws, data):
    model, x = mlp([784, 128, 10], nn.ReLU, nn.Identity, 64, draws, data)
    return classes(model, x, data.whole(64, 10))


def cnn_28(draws, data):
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 10),
    )  # fmt: skip
    shapes = {"0.weight": (8, 1, 3, 3), "0.bias": (8, 1, 1), "3.weight": (16, 8, 3, 3), "3.bias": (16, 1, 1)}
    drawn = {name: draws.weight(shape) for name, shape in shapes.items()}
    drawn = {name: w.flatten() if name.endswith("bias") else w for name, w in drawn.items()}
    drawn["7.weight"] = draws.weight((784, 10)).T
    x = data.uniform((32, 1, 28, 28))
    return classes(fill(model, drawn), x, data.whole(32, 10))


class LastOfLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(10, 50), nn.Linear(50, 7)

    def forward(self, x):
        return self.head(self.lstm(x)[0][-1])


def lstm_seed(draws, data):
    def gates(shape):
        """The peers' gates come in the order i, f, o, g; PyTorch's in the order i, f, g, o."""
        i, f, o, g = draws.weight(shape).T.chunk(4)
        return torch.cat([i, f, g, o])

    drawn = {"lstm.weight_ih_l0": gates((10, 200)), "lstm.weight_hh_l0": gates((50, 200))}
    drawn["head.weight"] = draws.weight((50, 7)).T
    x = data.uniform((15, 32, 10))
    return classes(fill(LastOfLstm(), drawn), x, data.whole(32, 7))


class GptBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        o = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(o.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, vocabulary, steps, width, heads, depth):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.zeros(steps, width))
        self.blocks = nn.Sequential(*(GptBlock(width, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)

    def forward(self, ids):
        return self.head(self.norm(self.blocks(self.tokens(ids) + self.positions))).flatten(0, 1)


def gpt_nano(draws, data):
    steps, width, vocabulary, batch = 64, 64, 65, 8
    model = Gpt(vocabulary, steps, width, heads=4, depth=4)
    drawn = {"tokens.weight": draws.weight((vocabulary, width)), "positions": draws.weight((steps, width))}
    for i in range(4):
        for name, shape in [("qkv", (64, 192)), ("out", (64, 64)), ("up", (64, 256)), ("down", (256, 64))]:
            drawn[f"blocks.{i}.{name}.weight"] = draws.weight(shape).T
    drawn["head.weight"] = draws.weight((width, vocabulary)).T
    ids = data.whole((batch, steps), vocabulary)
    return classes(fill(model, drawn), ids, data.whole(batch * steps, vocabulary))


TRAINED = {"mlp-2d": mlp_2d, "mlp-mnist": mlp_mnist, "cnn-28": cnn_28, "lstm-seed": lstm_seed, "gpt-nano": gpt_nano}
PRODUCTS = {"matmul-512": 512, "matmul-1024": 1024}


def timed(work, seconds, warm_up, block):
    """Steps and milliseconds a step; `work` does one and waits for it."""
    for _ in range(warm_up):
        work()
    steps, start = 0, time.perf_counter()
    while steps == 0 or time.perf_counter() - start < seconds:
        for _ in range(block):
            work()
        steps += block
    return {"steps": steps, "ms": (time.perf_counter() - start) * 1000 / steps}


def train(name, seconds):
    model, loss_of, optimizer = TRAINED[name](Draws(7), Draws(3))

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss

    first = step().item()
    result = timed(step, seconds, WARM_UP, BLOCK)
    return {**result, "first": first, "loss": step().item()}


def multiply(n, seconds):
    data = Draws(3)
    a, b = data.uniform((n, n)), data.uniform((n, n))
    result = timed(lambda: a @ b, seconds, 1, 1)
    return {**result, "gflops": 2 * n**3 / result["ms"] / 1e6}


def main():
    words = argparse.ArgumentParser(description="Training steps in PyTorch on the CPU.")
    words.add_argument("--workloads", default=",".join([*TRAINED, *PRODUCTS]))
    words.add_argument("--seconds", type=float, default=4)
    words.add_argument("--threads", type=int, default=2)
    args = words.parse_args()
    torch.set_num_threads(args.threads)
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for name in args.workloads.split(","):
        if name not in TRAINED and name not in PRODUCTS:
            words.error(f"there is no workload {name}; there are {', '.join([*TRAINED, *PRODUCTS])}")
        result = train(name, args.seconds) if name in TRAINED else multiply(PRODUCTS[name], args.seconds)
        print(json.dumps({"ok": True, "peer": "torch:cpu", "workload": name, **result}), flush=True)


if __name__ == "__main__":
    main()
