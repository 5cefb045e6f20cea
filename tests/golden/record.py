"""Trains one case for ten steps, always on the same batch, and writes down what came of it."""

import copy
import json
import math
import pathlib

import torch
from torch import nn

from draw import INPUT, TARGET, digits, f32, integers, stored, uniform
from models import build, loss_of, optimizer_of

STEPS = 10


def drawing(name, tensor, norms, weights):
    """Name, shape, and how it is drawn: base and scale. Norms' weights lie about 1."""
    if weights:
        return [name, list(tensor.shape), 0.0, weights]
    if tensor.ndim > 1:
        # torch's recurrent weights and embeddings too: what goes into one unit.
        return [name, list(tensor.shape), 0.0, round(1.5 / math.sqrt(math.prod(tensor.shape[1:])), 4)]
    return [name, list(tensor.shape), 1.0 if name in norms else 0.0, 0.25]


def drawings(model, weights):
    kinds = (nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.modules.batchnorm._BatchNorm)
    norms = {f"{path}.weight" for path, module in model.named_modules() if isinstance(module, kinds)}
    return [drawing(name, p, norms, weights) for name, p in model.named_parameters()]


def fill(model, weights=None):
    """Draws all parameters, and gives how; `weights` is one scale for all of them."""
    plan = drawings(model, weights)
    with torch.no_grad():
        for number, (p, (_, shape, base, scale)) in enumerate(zip(model.parameters(), plan)):
            p.copy_(uniform(number, shape, base, scale))
    return plan


def drawn(number, shape, below, positive=False):
    """Whole numbers below `below` (or, column by column, below each of several, among numbers), else uniform ones."""
    if isinstance(below, list):
        return torch.stack([integers(number, shape, b)[..., i] for i, b in enumerate(below)], dim=-1).to(torch.float64)
    if below:
        return integers(number, shape, below)
    return uniform(number, shape, 0.5, 0.5) if positive else uniform(number, shape)


def batch_of(experiment, batch, below, positive):
    spec = experiment["model"]
    samples = spec["samples"]
    if samples["kind"] == "table":
        return torch.tensor(samples["inputs"]), torch.tensor(samples["targets"]).reshape(len(samples["targets"]), -1), None
    x = drawn(INPUT, [batch, *spec["input"]["shape"]], below, positive)
    with torch.no_grad():
        shape = list(build(spec)(x).shape)
    loss = experiment["loss"]
    classes = shape.pop() if loss == "cross-entropy" else 2 if loss == "binary-cross-entropy" else None
    target = drawn(TARGET, shape, classes)
    return x, target if loss == "cross-entropy" else target.to(torch.float64), classes


def clip(training, model):
    if "clip_norm" in training:
        nn.utils.clip_grad_norm_(model.parameters(), f32(training["clip_norm"]))
    if "clip_value" in training:
        nn.utils.clip_grad_value_(model.parameters(), f32(training["clip_value"]))


def trained(model, x, target, experiment):
    """Ten steps; gives the first output, the first gradients and all losses."""
    loss_of_batch, optimizer = loss_of(experiment), optimizer_of(experiment["training"], model)
    losses = []
    for step in range(STEPS):
        prediction = model(x)
        loss = loss_of_batch(prediction, target)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            output, gradients = prediction.detach(), {n: p.grad.clone() for n, p in model.named_parameters()}
        clip(experiment["training"], model)
        optimizer.step()
        losses.append(loss.item())
    return output, gradients, losses


def single(tensor):
    return tensor.float() if tensor.is_floating_point() else tensor


def record(name, experiment, batch, positive=False, below=None, weights=None):
    """`positive` inputs lie within 0 and 1 instead of -1 and 1."""
    spec = experiment["model"]
    below = below or spec["input"].get("tokens")
    model = build(spec).train()
    plan = fill(model, weights)
    x, target, classes = batch_of(experiment, batch, below, positive)
    rounded = copy.deepcopy(model).float()
    output, gradients, losses = trained(model, x, target, experiment)
    useless = [n for n, g in gradients.items() if not math.isfinite(g.abs().sum()) or g.abs().max() == 0]
    assert not useless, f"{name}: no gradient reaches {useless}"
    # A case on which torch's own float32 strays could not tell a fault from rounding.
    *_, other = trained(rounded, single(x), single(target), experiment)
    strays = max(abs(a - b) / b for a, b in zip(other, losses))
    assert strays < 2e-5, f"{name}: float32 strays by {strays:.1e}"
    running = {n: stored(b) for n, b in model.named_buffers() if n.endswith(("running_mean", "running_var"))}
    return {
        "name": name,
        "experiment": experiment,
        "parameters": plan,
        "input": {"shape": list(x.shape), "below": below, "positive": positive},
        "target": {"shape": list(target.shape), "below": classes},
        "output": stored(output),
        "gradients": [stored(g) for g in gradients.values()],
        "buffers": running,
        "losses": [digits(loss) for loss in losses],
    }


def write(name, cases):
    """One case a line, so that a change shows as one."""
    names = [case["name"] for case in cases]
    assert len(set(names)) == len(names), "every case has a name of its own"
    version = json.dumps(torch.__version__.split("+")[0])
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    path = pathlib.Path(__file__).parent / name
    path.write_text(f'{{"torch": {version}, "cases": [\n{lines}\n]}}\n')
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")
    for case in cases:
        print(f"  {case['losses'][0]:.4g} -> {case['losses'][-1]:.4g}  {case['name']}")
