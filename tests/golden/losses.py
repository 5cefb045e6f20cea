"""Makes losses.json: the losses that are functions of crates/nn (src/losses/), by PyTorch.

    pip install torch numpy
    python tests/golden/losses.py

In float64. Each case has named arrays, drawn as draw.py does and multiplied by `scale`; the loss of them, its gradient, and the losses
of ten steps of gradient descent on the arrays themselves. The divergence is torch.distributions' own; the adversarial losses are
torch's binary cross-entropy of logits and mean squared error against ones and zeros.
"""

import json
import pathlib

import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from draw import digits, f32, uniform

STEPS = 10
LR = 0.25


def divergence(mean, log_variance):
    code = Normal(mean, (log_variance / 2).exp())
    each = kl_divergence(code, Normal(torch.zeros_like(mean), torch.ones_like(mean)))
    return each.flatten(1).sum(dim=1).mean()


def cross(scores, label):
    return F.binary_cross_entropy_with_logits(scores, torch.full_like(scores, label))


def square(scores, label):
    return F.mse_loss(scores, torch.full_like(scores, label)) / 2


def both(loss):
    return lambda real, made: loss(real, 1.0) + loss(made, 0.0)


LOSSES = {
    "gaussian-kl": (("mean", "log_variance"), divergence),
    "minimax discriminator": (("real", "made"), both(cross)),
    "minimax generator": (("made",), lambda made: -cross(made, 0.0)),
    "non-saturating discriminator": (("real", "made"), both(cross)),
    "non-saturating generator": (("made",), lambda made: cross(made, 1.0)),
    "least-squares discriminator": (("real", "made"), both(square)),
    "least-squares generator": (("made",), lambda made: square(made, 1.0)),
}


def record(name, shapes, scale):
    names, loss_of = LOSSES[name]
    arrays = [(scale * uniform(i, shape)).float().double().requires_grad_() for i, shape in enumerate(shapes)]
    losses, first = [], None
    for _ in range(STEPS):
        loss = loss_of(*arrays)
        grads = torch.autograd.grad(loss, arrays)
        first = first or [[digits(v) for v in g.reshape(-1).tolist()] for g in grads]
        losses.append(digits(loss.item()))
        with torch.no_grad():
            for a, g in zip(arrays, grads):
                a -= f32(LR) * g
    inputs = [{"name": n, "shape": s} for n, s in zip(names, shapes)]
    return {"loss": name, "inputs": inputs, "scale": scale, "gradients": first, "losses": losses}


def cases():
    for name, (names, _) in LOSSES.items():
        # Scores far out would overflow an exponential that is not held; variances there do by right.
        for scale in (1.0, 4.0) if name == "gaussian-kl" else (1.0, 4.0, 200.0):
            for shape in ([5, 3], [4, 1], [2, 3, 2]):
                others = [[shape[0] + 2, *shape[1:]], shape] if names == ("real", "made") else [shape] * len(names)
                yield record(name, others, scale)


if __name__ == "__main__":
    found = list(cases())
    version = json.dumps(torch.__version__.split("+")[0])
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in found)
    path = pathlib.Path(__file__).parent / "losses.json"
    path.write_text(f'{{"torch": {version}, "lr": {LR}, "cases": [\n{lines}\n]}}\n')
    print(f"{path.name}: {len(found)} cases, {path.stat().st_size} bytes")
