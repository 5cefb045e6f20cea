"""torch.optim.Muon for the matrices inside a model and torch.optim.AdamW for the rest, as one optimizer.

torch's Muon makes a matrix orthogonal in bfloat16, whose three digits could tell no fault from rounding. Here `orthogonal`, the
same formula in the parameters' own type, takes the place of that one function; momentum, look ahead, decay and the size of a step
are torch's own lines. Where no direction is all but lost, torch's function must agree to what bfloat16 leaves.
"""

import torch
from torch import nn
from torch.optim import _muon

import modules as m
from draw import f32

THEIRS = _muon._zeropower_via_newtonschulz


def orthogonal(grad, coefficients, steps, eps):
    a, b, c = coefficients
    tall = grad.size(0) > grad.size(1)
    x = grad.T if tall else grad
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    x = x.T if tall else x
    if torch.linalg.svdvals(grad / grad.norm())[-1] > 0.01:
        rough = THEIRS(grad, coefficients, steps, eps).to(x.dtype)
        assert (x - rough).norm() <= 0.1 * x.norm(), "torch's own, in bfloat16, is another matrix"
    return x


_muon._zeropower_via_newtonschulz = orthogonal


def apart(model):
    """Tables of vectors, and the output layer: the last one that multiplies, where that is a dense layer or a convolution."""
    tables = [l.weight for l in model.modules() if isinstance(l, (nn.Embedding, m.LearnedPositions))]
    for layer in reversed(model.layers):
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            return [*tables, layer.weight]
        if any(p.ndim in (2, 4) for p in layer.parameters()):
            break
    return tables


class Muon:
    def __init__(self, model, lr, decay, settings):
        kept = {id(p) for p in apart(model)}
        inner = [p for p in model.parameters() if p.ndim in (2, 4) and id(p) not in kept]
        rest = [p for p in model.parameters() if not any(p is q for q in inner)]
        # A kernel is a matrix of (out, in height width), in the same memory.
        self.pairs = [(p, nn.Parameter(p.detach().flatten(1))) for p in inner]
        self.model = model
        named = dict(momentum=f32(settings["muon_momentum"]), adjust_lr_fn="match_rms_adamw")
        self.muon = inner and torch.optim.Muon([q for _, q in self.pairs], lr, weight_decay=decay, **named)
        groups = [{"params": [p for p in rest if p.ndim > 1], "weight_decay": decay}]
        groups += [{"params": [p for p in rest if p.ndim <= 1], "weight_decay": 0.0}]
        betas, eps = (f32(settings["beta1"]), f32(settings["beta2"])), f32(settings["eps"])
        self.others = torch.optim.AdamW([g for g in groups if g["params"]], lr, betas=betas, eps=eps)

    def zero_grad(self):
        self.model.zero_grad()

    def step(self):
        for p, q in self.pairs:
            q.grad = p.grad.flatten(1)
        if self.muon:
            self.muon.step()
        self.others.step()
