"""Makes training.json: ten training steps by PyTorch for every optimizer, schedule, loss and activation.

    pip install torch numpy
    python tests/golden/make.py

In float64, so that the file holds the truth rather than one machine's rounding. Networks are 2-5-3-1 and 2-5-3-3;
step i trains on samples 4 i to 4 i + 3. Parameters are flat: weights (out, in), then biases, layer by layer. Weight decay
and L1 apply to weights alone.
"""

import json
import math
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
STEPS, BATCH = 10, 4


class Sine(nn.Module):
    def forward(self, x):
        return torch.sin(x)


ACTIVATIONS = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": lambda: nn.GELU(approximate="tanh"),
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "softplus": nn.Softplus,
    "sine": Sine,
}

LOSSES = {
    "mse": nn.MSELoss(),
    "half-mse": lambda p, t: nn.functional.mse_loss(p, t) / 2,
    "binary-cross-entropy": nn.BCEWithLogitsLoss(),
    "cross-entropy": nn.CrossEntropyLoss(),
}

OPTIMIZERS = {
    "sgd": lambda groups, lr: torch.optim.SGD(groups, lr),
    "momentum": lambda groups, lr: torch.optim.SGD(groups, lr, momentum=0.9),
    "nesterov": lambda groups, lr: torch.optim.SGD(groups, lr, momentum=0.9, nesterov=True),
    "rms-prop": lambda groups, lr: torch.optim.RMSprop(groups, lr),
    "adagrad": lambda groups, lr: torch.optim.Adagrad(groups, lr),
    "adam": lambda groups, lr: torch.optim.Adam(groups, lr),
    "adam-w": lambda groups, lr: torch.optim.AdamW(groups, lr),
}


def scheduler(optimizer, schedule):
    """PyTorch's own where it has one; warm-up, alone or over another, by LambdaLR."""
    kind, warmup = schedule["kind"], schedule.get("warmup", 0)
    if warmup:
        warm = lambda s: min(1.0, (s + 1) / warmup)
        shape = {
            "constant": lambda s: 1.0,
            "step": lambda s: schedule.get("gamma", 1) ** (s // schedule.get("period", 1)),
            # As a factor, so for an end of zero.
            "cosine": lambda s: (1 + math.cos(math.pi * s / schedule.get("total", 1))) / 2,
        }[kind]
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: warm(s) * shape(s))
    if kind == "step":
        return torch.optim.lr_scheduler.StepLR(optimizer, schedule["period"], schedule["gamma"])
    if kind == "exponential":
        return torch.optim.lr_scheduler.ExponentialLR(optimizer, schedule["gamma"] ** (1 / schedule["period"]))
    if kind == "cosine":
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, schedule["total"], schedule["min"])
    return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)


def network(outputs, activations):
    sizes = [2, 5, 3, outputs]
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(a, b))
        layers += [ACTIVATIONS[activations[i]]()] if i < len(activations) else []
    return nn.Sequential(*layers)


def flat(model):
    return torch.cat([p.detach().reshape(-1) for p in model.parameters()]).tolist()


def as_f32(values):
    """What our side can hold exactly."""
    return values.to(torch.float32).to(torch.float64)


def train(data, start, run):
    outputs = 3 if run["loss"] == "cross-entropy" else 1
    model = network(outputs, run["activations"])
    # The parameters become views of the vector: training would change the start of every later run.
    torch.nn.utils.vector_to_parameters(start[outputs].clone(), model.parameters())
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
    groups = [{"params": weights, "weight_decay": run["l2"]}, {"params": biases, "weight_decay": 0.0}]
    optimizer = OPTIMIZERS[run["optimizer"]](groups, run["lr"])
    schedule = scheduler(optimizer, run["schedule"])
    targets = {"mse": "y", "half-mse": "y", "binary-cross-entropy": "binary", "cross-entropy": "class"}
    losses, rates = [], []
    for step in range(STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        target = data[targets[run["loss"]]][part]
        prediction = model(data["x"][part])
        loss = LOSSES[run["loss"]](prediction, target if outputs == 3 else target.reshape(-1, 1))
        optimizer.zero_grad()
        (loss + run["l1"] * sum(w.abs().sum() for w in weights)).backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return run | {"losses": losses, "rates": rates, "end": flat(model)}


def runs():
    def run(name, optimizer="sgd", lr=0.1, loss="mse", activations=("tanh", "relu"), l1=0.0, l2=0.0, **schedule):
        schedule = {"kind": "constant"} | schedule
        return dict(name=name, optimizer=optimizer, lr=lr, loss=loss, activations=list(activations), l1=l1, l2=l2,
                    schedule=schedule)

    for optimizer in OPTIMIZERS:
        lr = 0.1 if optimizer in ("sgd", "momentum", "nesterov") else 0.02
        yield run(optimizer, optimizer, lr)
        yield run(f"{optimizer} with decay", optimizer, lr, "binary-cross-entropy", ("gelu", "silu"), l2=0.1)
        yield run(f"{optimizer} with l1", optimizer, lr, "cross-entropy", ("sine", "elu"), l1=0.02, l2=0.05)
    for f in ACTIVATIONS:
        yield run(f"activation {f}", lr=0.2, loss="binary-cross-entropy", activations=(f, f))
    for loss in LOSSES:
        yield run(f"loss {loss}", lr=0.2, loss=loss, activations=("leaky-relu", "softplus"))
    for optimizer in ("sgd", "adam"):
        lr = 0.2 if optimizer == "sgd" else 0.05
        yield run(f"step decay, {optimizer}", optimizer, lr, kind="step", period=3, gamma=0.5)
        yield run(f"exponential decay, {optimizer}", optimizer, lr, kind="exponential", period=4, gamma=0.5)
        yield run(f"cosine decay, {optimizer}", optimizer, lr, kind="cosine", total=12, min=0.01)
        yield run(f"warm-up, {optimizer}", optimizer, lr, warmup=6)
        yield run(f"warm-up and step decay, {optimizer}", optimizer, lr, kind="step", period=4, gamma=0.5, warmup=6)
        yield run(f"warm-up and cosine, {optimizer}", optimizer, lr, kind="cosine", total=12, min=0.0, warmup=4)


def main():
    torch.manual_seed(7)
    x = as_f32(torch.randn(STEPS * BATCH, 2))
    data = {
        "x": x,
        "y": as_f32(torch.sin(x[:, 0]) * x[:, 1]),
        "binary": (x[:, 0] * x[:, 1] > 0).to(torch.float64),
        "class": ((x[:, 0] > 0).long() + (x[:, 1] > 0.3).long()),
    }
    start = {outputs: as_f32(torch.tensor(flat(network(outputs, ["linear"] * 2)))) for outputs in (1, 3)}
    golden = {
        "torch": torch.__version__.split("+")[0],
        "data": {name: values.tolist() for name, values in data.items()},
        "start": {str(outputs): values.tolist() for outputs, values in start.items()},
    }
    head = json.dumps(golden)[:-1]
    lines = ",\n".join(json.dumps(train(data, start, run)) for run in runs())
    path = pathlib.Path(__file__).parent / "training.json"
    path.write_text(f'{head}, "runs": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
