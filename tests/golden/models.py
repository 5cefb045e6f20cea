"""Builds torch's model of an experiment's layers (crates/nn/src/block.rs), and trains it. Names of parameters are those of
`class Model(nn.Module)` with `self.layers = nn.Sequential(...)`."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

import modules as m
from draw import f32
from muon import Muon

torch.set_default_dtype(torch.float64)
# What the fast path gives for padding is not what training sees.
torch.backends.mha.set_fastpath_enabled(False)

ACTIVATIONS = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": partial(nn.GELU, approximate="tanh"),
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "softplus": nn.Softplus,
    "sine": m.Sine,
}


# For transformer layers a function: TransformerDecoderLayer forgets a module when its stack copies it, and takes ReLU.
FUNCTIONS = {
    "linear": lambda x: x,
    "relu": F.relu,
    "leaky-relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": partial(F.gelu, approximate="tanh"),
    "silu": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "sine": torch.sin,
}


class Model(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        return self.layers(x)


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def activated(module, block):
    name = block.get("activation", "linear")
    return [module] if name == "linear" else [module, ACTIVATIONS[name]()]


def build(spec):
    """`spec` is the experiment's "model"."""
    shape = (2, *spec["input"]["shape"])
    x = torch.zeros(shape, dtype=torch.long if spec["input"].get("tokens") else None)
    with torch.no_grad():
        layers, _ = sequence(spec["layers"], x, m.Around())
    for module in layers.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.reset_running_stats()
    return Model(layers)


def sequence(blocks, x, around):
    """The layers in turn, with what comes out for x: that is how the next one learns its width."""
    layers = m.Layers()
    for block in blocks:
        for module in modules_of(block, x, around):
            one = m.Layers(module)
            x, around = one.through(x, around)
            layers.append(module)
    return layers, (x, around)


def modules_of(block, x, around):
    kind = block["layer"]
    get = block.get
    if kind == "linear":
        return activated(nn.Linear(x.shape[-1], block["units"], bias=get("bias", True)), block)
    if kind == "activation":
        return [ACTIVATIONS[block["activation"]]()]
    if kind == "softmax":
        return [nn.LogSoftmax(dim=-1) if get("log") else nn.Softmax(dim=-1)]
    if kind in ("conv2d", "conv-transpose2d"):
        settings = dict(
            kernel_size=pair(block["kernel"]),
            stride=pair(get("stride", 1)),
            padding=pair(get("padding", 0)),
            dilation=pair(get("dilation", 1)),
            groups=get("groups", 1),
            bias=get("bias", True),
        )
        if kind == "conv2d":
            return activated(nn.Conv2d(x.shape[1], block["channels"], **settings), block)
        grown = pair(get("output_padding", 0))
        return [nn.ConvTranspose2d(x.shape[1], block["channels"], output_padding=grown, **settings)]
    if kind in ("max-pool2d", "avg-pool2d"):
        made = nn.MaxPool2d if kind == "max-pool2d" else nn.AvgPool2d
        stride = get("stride")
        return [made(pair(block["kernel"]), stride and pair(stride), pair(get("padding", 0)))]
    if kind == "adaptive-avg-pool2d":
        return [nn.AdaptiveAvgPool2d(pair(block["size"]))]
    if kind == "adaptive-max-pool2d":
        return [nn.AdaptiveMaxPool2d(pair(block["size"]))]
    eps = f32(get("eps", 1e-5))
    if kind == "batch-norm":
        made = nn.BatchNorm2d if x.ndim == 4 else nn.BatchNorm1d
        return [made(x.shape[1], eps=eps, momentum=f32(get("momentum", 0.1)))]
    if kind == "layer-norm":
        return [nn.LayerNorm(x.shape[-1], eps=eps)]
    if kind == "rms-norm":
        return [nn.RMSNorm(x.shape[-1], eps=eps)]
    if kind == "group-norm":
        return [nn.GroupNorm(block["groups"], x.shape[1], eps=eps)]
    if kind == "dropout":
        return [nn.Dropout(block["rate"])]
    if kind == "flatten":
        return [nn.Flatten()]
    if kind == "reshape":
        return [m.Reshape(block["shape"])]
    if kind == "permute":
        return [m.Permute(block["axes"])]
    if kind == "select":
        return [m.Select(get("axis", 0), block["start"], block["len"])]
    if kind == "embedding":
        return [m.Embedding(block["vocabulary"], block["units"], get("padding"))]
    if kind == "positions":
        return [m.LearnedPositions(*x.shape[1:]) if block["kind"] == "learned" else m.SinusoidalPositions()]
    if kind == "recurrent":
        last, learn = get("output") == "last", get("learn_initial", False)
        shape = (x.shape[-1], block["units"], get("layers", 1), get("bidirectional", False))
        return [m.recurrent(block["cell"], *shape, last, learn)]
    if kind == "self-attention":
        return [m.SelfAttention(x.shape[-1], block["heads"], get("causal", False), get("rotary", False))]
    if kind == "additive-attention":
        return [m.AdditiveAttention(x.shape[-1], block["hidden"], get("causal", False), get("softmax", True))]
    if kind == "axial-attention":
        return [m.AxialAttention(x.shape[-1], block["heads"])]
    if kind in ("transformer-encoder", "transformer-decoder"):
        return [transformer(block, x.shape[-1], kind == "transformer-encoder")]
    if kind == "encoder-decoder":
        encoder, (memory, there) = sequence(block["encoder"], x[:, : block["source"]], around)
        beside = m.Around(memory=memory, memory_padding=there.padding)
        decoder, _ = sequence(block["decoder"], x[:, block["source"] :], beside)
        return [m.EncoderDecoder(block["source"], encoder, decoder)]
    if kind == "residual":
        return [m.Residual(sequence(block["body"], x, around)[0], sequence(get("shortcut", []), x, around)[0])]
    if kind == "branches":
        return [m.Branches([sequence(b, x, around)[0] for b in block["branches"]], get("axis", 0))]
    if kind == "last-step":
        return [m.LastStep()]
    if kind == "mean-over-steps":
        return [m.MeanOverSteps()]
    raise ValueError(f"no layer {kind}")


def transformer(block, features, encoder):
    made = nn.TransformerEncoderLayer if encoder else nn.TransformerDecoderLayer
    layer = made(
        features,
        block["heads"],
        block["feedforward"],
        dropout=block.get("dropout", 0.1),
        activation=FUNCTIONS[block.get("activation", "relu")],
        batch_first=True,
        norm_first=block.get("norm_first", False),
    )
    if block.get("rotary"):
        layer.self_attn = m.RotaryAttention(features, block["heads"], batch_first=True)
    norm = nn.LayerNorm(features) if block.get("final_norm") else None
    if encoder:
        stack = m.Encoder(layer, block.get("layers", 1), norm=norm, enable_nested_tensor=False)
    else:
        stack = m.Decoder(layer, block.get("layers", 1), norm=norm)
    stack.causal = block.get("causal", False)
    return stack


def loss_of(experiment):
    """(prediction, target) to the loss that is minimised."""
    options = {"label_smoothing": 0.0, "ignore_index": None, "delta": 1.0} | experiment.get("loss_options", {})
    kind = experiment["loss"]
    if kind == "cross-entropy":
        ignore = -100 if options["ignore_index"] is None else options["ignore_index"]
        smoothing = f32(options["label_smoothing"])
        made = nn.CrossEntropyLoss(label_smoothing=smoothing, ignore_index=ignore)
        return lambda p, t: made(p.reshape(-1, p.shape[-1]), t.reshape(-1))
    if kind == "huber":
        return nn.HuberLoss(delta=f32(options["delta"]))
    return {
        "mse": nn.MSELoss(),
        "half-mse": lambda p, t: F.mse_loss(p, t) / 2,
        "sum-squares": nn.MSELoss(reduction="sum"),
        "l1": nn.L1Loss(),
        "binary-cross-entropy": nn.BCEWithLogitsLoss(),
    }[kind]


def optimizer_of(training, model):
    """Weight decay holds for weights with more than one axis, so neither for biases nor for norms."""
    weights = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": weights, "weight_decay": f32(training.get("l2", 0.0))}]
    groups += [{"params": others, "weight_decay": 0.0}] if others else []
    settings = {"momentum": 0.9, "muon_momentum": 0.95, "beta1": 0.9, "beta2": 0.999, "alpha": 0.99, "rho": 0.9, "eps": 1e-8}
    settings |= training.get("optimizer", {})
    kind, lr = settings.get("kind", "sgd"), f32(training["learning_rate"])
    if kind == "muon":
        return Muon(model, lr, f32(training.get("l2", 0.0)), settings)
    momentum, beta1, beta2, alpha, rho, eps = (
        f32(settings[name]) for name in ("momentum", "beta1", "beta2", "alpha", "rho", "eps")
    )
    return {
        "sgd": lambda: torch.optim.SGD(groups, lr),
        "momentum": lambda: torch.optim.SGD(groups, lr, momentum=momentum),
        "nesterov": lambda: torch.optim.SGD(groups, lr, momentum=momentum, nesterov=True),
        "rms-prop": lambda: torch.optim.RMSprop(groups, lr, alpha=alpha, eps=eps),
        "adagrad": lambda: torch.optim.Adagrad(groups, lr, eps=eps),
        "adadelta": lambda: torch.optim.Adadelta(groups, lr, rho=rho, eps=eps),
        "adam": lambda: torch.optim.Adam(groups, lr, betas=(beta1, beta2), eps=eps),
        "adam-w": lambda: torch.optim.AdamW(groups, lr, betas=(beta1, beta2), eps=eps),
    }[kind]()
