"""Runs exported scripts for some steps, with the very units silenced by dropout that Minibatch silences: torch draws its
random numbers otherwise, and the losses could not be compared. For the same reason Muon's matrices are made orthogonal in float32:
torch does it in bfloat16. Then loads the weights that `minibatch train --save` wrote into the script's model, with nothing
missing and nothing left over, and compares its answers with those of `minibatch predict`.

    python run.py STEPS MINIBATCH TOLERANCE LIST

LIST has a line for each script: the experiment, the script and Minibatch's losses, with tabs between. Beside MODEL.py lie
MODEL.data.safetensors and, trained by Minibatch, MODEL.trained.safetensors. Where the losses are further apart than the
tolerance, the script runs in float64 as well: a composition may make so much of a rounding that torch's own float32 strays.
"""

import contextlib
import io
import runpy
import subprocess
import sys
import traceback
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from safetensors.torch import load_file, save_file
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
        self.step, self.next, self.drawn = 1, iter(streams), False

    def advance(self, *_):
        # Several optimizers may step one after the other: together they are one step.
        if self.drawn:
            self.step, self.next, self.drawn = self.step + 1, iter(self.streams), False

    def dropout(self, x, p=0.5, training=True, inplace=False):
        if not training or p == 0:
            return x
        self.drawn = True
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


def in_double(load):
    """load_file, of twice the digits."""
    return lambda path: {name: x.double() if x.is_floating_point() else x for name, x in load(path).items()}


def train(script, steps, double=False):
    """Runs the script; gives what it defines and what it printed."""
    data = load_file(script.with_name(f"{script.stem}.data.safetensors"))
    drops, hook = torch.nn.functional.dropout, None
    if "dropout" in data:
        seed, *streams = data["dropout"].tolist()
        masks = Masks(seed, streams)
        torch.nn.functional.dropout = masks.dropout
        hook = register_optimizer_step_post_hook(masks.advance)
    sys.argv = [str(script), steps]
    printed = io.StringIO()
    load = safetensors.torch.load_file
    if double:
        safetensors.torch.load_file = in_double(load)
        torch.set_default_dtype(torch.float64)
    try:
        with contextlib.redirect_stdout(printed):
            defined = runpy.run_path(str(script), run_name="__main__")
    finally:
        torch.set_default_dtype(torch.float32)
        safetensors.torch.load_file = load
        torch.nn.functional.dropout = drops
        if hook is not None:
            hook.remove()
    return defined, printed.getvalue()


def answers(defined, script, experiment, minibatch):
    """How far the model's answers are from Minibatch's, as a share of the largest."""
    data = load_file(script.with_name(f"{script.stem}.data.safetensors"))
    inputs = data.get("test_inputs", data["train_inputs"])[:64].contiguous()
    beside = {name: script.with_name(f"{script.stem}.{name}.safetensors") for name in ("trained", "inputs", "answers")}
    save_file({"inputs": inputs}, beside["inputs"])
    command = [minibatch, "predict", experiment, "--backend", "cpu", "--weights", beside["trained"]]
    command += ["--input", beside["inputs"], "--output", beside["answers"]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    model = defined["Model"]()
    model.load_state_dict(load_file(beside["trained"]), strict=True)
    model.eval()
    if 'data["train_inputs"].long()' in script.read_text(encoding="utf-8"):
        inputs = inputs.long()
    with torch.no_grad():
        theirs = model(inputs)
    ours = load_file(beside["answers"])["outputs"]
    assert theirs.shape == ours.shape, f"answers are {tuple(theirs.shape)} here and {tuple(ours.shape)} there"
    return ((theirs - ours).abs().max() / theirs.abs().max().clamp(min=1e-12)).item()


def strays(printed, losses, tolerance):
    """Whether a loss is further from Minibatch's than the tolerance, or none."""
    theirs = [float(line.split("\t")[1]) for line in printed.splitlines()]
    return not all(abs(a - b) <= tolerance * abs(b) for a, b in zip(losses, theirs))


def main():
    steps, minibatch, tolerance, names = sys.argv[1:]
    torch.optim._muon._zeropower_via_newtonschulz = orthogonal
    fast = torch.backends.mha.get_fastpath_enabled()
    for line in Path(names).read_text(encoding="utf-8").splitlines():
        experiment, script, losses = line.split("\t")
        losses = [float(loss) for loss in losses.split()]
        print(f"== {script}", flush=True)
        torch.backends.mha.set_fastpath_enabled(fast)
        try:
            defined, printed = train(Path(script), steps)
            print(printed, end="")
            if strays(printed, losses, float(tolerance)):
                torch.backends.mha.set_fastpath_enabled(fast)
                for precise in train(Path(script), steps, double=True)[1].splitlines():
                    print(f"float64\t{precise}")
            print(f"answers\t{answers(defined, Path(script), experiment, minibatch):.3g}")
        except Exception:
            last = traceback.format_exc().strip().splitlines()[-3:]
            print("failed\t" + " | ".join(part.strip() for part in last))


if __name__ == "__main__":
    main()
