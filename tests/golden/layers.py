"""Makes layers.json: every layer, loss and optimizer with its options, by PyTorch.

    pip install torch numpy
    python tests/golden/layers.py

In float64, so that the file holds the truth rather than one machine's rounding. Neither weights nor data are in the file:
both sides draw them (draw.py). Each case has the experiment's own words for the model, the output of the first step, every
gradient, running statistics after the last step, and ten losses.
"""

from record import record, write

CASES = []


def case(name, shape, *layers, batch=3, tokens=None, loss="mse", options=None, positive=False, **training):
    training = {"batch_size": batch, "learning_rate": 0.0625} | training
    shape = {"shape": list(shape)} | ({"tokens": tokens} if tokens else {})
    samples = {"kind": "random", "train": batch, "test": batch}
    experiment = {"model": {"input": shape, "layers": list(layers), "samples": samples}, "loss": loss}
    experiment |= {"loss_options": options} if options else {}
    CASES.append(record(name, experiment | {"training": training}, batch, positive))


def layer(name, /, **settings):
    return {"layer": name, **settings}


def linear(units, **settings):
    return layer("linear", units=units, **settings)


def conv(channels, kernel, **settings):
    return layer("conv2d", channels=channels, kernel=kernel, **settings)


def recurrent(cell, units, **settings):
    return layer("recurrent", cell=cell, units=units, **settings)


FLATTEN, LAST, MEAN = layer("flatten"), layer("last-step"), layer("mean-over-steps")
ACTIVATIONS = ["relu", "leaky-relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus", "sine"]


def dense():
    case("linear", [5], linear(4))
    case("linear without bias", [5], linear(4, bias=False), linear(2))
    case("linear over the last axis of four", [2, 3, 5], linear(4, activation="tanh"), linear(2))
    for f in ACTIVATIONS:
        case(f"linear with {f}", [5], linear(6, activation=f), linear(2))
        case(f"activation {f}", [5], linear(6), layer("activation", activation=f), linear(2))
    case("activation linear", [5], linear(6), layer("activation", activation="linear"), linear(2))
    case("softmax", [5], linear(6), layer("softmax"), linear(2))
    case("log-softmax over steps", [3, 5], linear(6), layer("softmax", log=True), linear(2))


def images():
    image = [3, 9, 7]
    case("conv2d", image, conv(4, 3))
    case("conv2d with relu", image, conv(4, 3, activation="relu"), conv(2, [2, 3]))
    case("conv2d with gelu, without bias", image, conv(4, [3, 1], activation="gelu", bias=False), conv(2, 1))
    case("conv2d stride and padding", image, conv(4, 3, stride=2, padding=1), conv(3, [3, 2], stride=[1, 2], padding=[2, 0]))
    case("conv2d dilation", image, conv(4, 3, dilation=2, padding=2), conv(3, [2, 3], dilation=[3, 1]))
    case("conv2d groups", [4, 8, 8], conv(6, 3, groups=2, padding=1), conv(6, 3, groups=6, stride=2, padding=1))
    case("conv2d 5x5 after 3x3", [3, 12, 12], conv(5, 3, activation="relu"), conv(6, 5, activation="relu"))
    up = dict(channels=3, kernel=3)
    case("transposed conv2d", [4, 4, 5], conv(4, 1), layer("conv-transpose2d", **up))
    case("transposed conv2d, stride and output padding", [4, 4, 5], conv(4, 1),
         layer("conv-transpose2d", **up, stride=2, padding=1, output_padding=1))
    case("transposed conv2d, groups and dilation", [4, 4, 5], conv(4, 1),
         layer("conv-transpose2d", channels=6, kernel=[2, 3], stride=[2, 1], dilation=[1, 2], groups=2, bias=False))
    for kind in ("max", "avg"):
        pool = f"{kind}-pool2d"
        case(f"{pool}", image, conv(4, 2), layer(pool, kernel=2), conv(2, 1))
        case(f"{pool}, stride and padding", image, conv(4, 2), layer(pool, kernel=3, stride=2, padding=1), conv(2, 1))
        case(f"{pool}, oblong", image, conv(4, 2), layer(pool, kernel=[3, 2], stride=[2, 1], padding=[1, 0]), conv(2, 1))
        for size in (1, [3, 2], [5, 4]):
            case(f"adaptive {pool} to {size}", image, conv(4, 2), layer(f"adaptive-{pool}", size=size), conv(2, 1))


def norms():
    case("batch norm of images", [3, 5, 4], conv(4, 2), layer("batch-norm"), conv(2, 2))
    case("batch norm of images, momentum and eps", [3, 5, 4], conv(4, 2, bias=False),
         layer("batch-norm", momentum=0.3, eps=0.001), layer("activation", activation="relu"), conv(2, 2))
    case("batch norm of features", [5], linear(6), layer("batch-norm"), linear(2), batch=7)
    case("layer norm", [5], linear(6), layer("layer-norm"), linear(2))
    case("layer norm over steps, eps", [4, 5], linear(6), layer("layer-norm", eps=0.01), linear(2))
    case("rms norm", [4, 5], linear(6), layer("rms-norm"), linear(2))
    case("group norm", [3, 5, 4], conv(6, 2), layer("group-norm", groups=3), conv(2, 2))
    case("group norm of one group", [3, 5, 4], conv(4, 2), layer("group-norm", groups=1), conv(2, 2))
    case("group norm of a channel a group", [3, 5, 4], conv(4, 2), layer("group-norm", groups=4), conv(2, 2))
    case("dropout of nothing", [5], linear(6), layer("dropout", rate=0.0), linear(2))


def shapes():
    case("flatten", [3, 4, 2], conv(3, 2), FLATTEN, linear(2))
    case("reshape", [12], linear(12), layer("reshape", shape=[3, 2, 2]), conv(3, 2))
    case("permute", [3, 4, 2], conv(5, 1), layer("permute", axes=[1, 2, 0]), linear(2))
    case("permute of steps", [3, 4], linear(5), layer("permute", axes=[1, 0]), linear(2))
    case("select steps", [6, 4], linear(5), layer("select", start=1, len=3), linear(2))
    case("select features", [6, 4], linear(5), layer("select", axis=1, start=2, len=2), linear(2))
    case("last step", [6, 4], linear(5), LAST, linear(2))
    case("mean over steps", [6, 4], linear(5), MEAN, linear(2))
    residual = layer("residual", body=[linear(5, activation="relu"), linear(5)])
    case("residual", [5], linear(5), residual, linear(2))
    shortcut = layer("residual", body=[conv(6, 3, stride=2, padding=1), layer("batch-norm"),
                                       layer("activation", activation="relu"), conv(6, 3, padding=1), layer("batch-norm")],
                     shortcut=[conv(6, 1, stride=2, bias=False), layer("batch-norm")])
    case("residual with shortcut", [3, 7, 6], conv(4, 1), shortcut, conv(2, 1))
    inception = layer("branches", branches=[
        [conv(2, 1, activation="relu")],
        [conv(2, 1, activation="relu"), conv(3, 3, padding=1, activation="relu")],
        [layer("max-pool2d", kernel=3, stride=1, padding=1), conv(2, 1, activation="relu")],
    ])
    case("branches joined by channel", [3, 5, 4], conv(3, 1), inception, conv(2, 1))
    case("branches joined by feature", [4, 5], linear(5), layer("branches", axis=1, branches=[[linear(3)], [linear(2), linear(4)]]),
         linear(2))
    nested = layer("residual", body=[layer("branches", branches=[[conv(2, 1)], [layer("residual", body=[conv(3, 1)],
                   shortcut=[conv(3, 1)])]]), conv(4, 3, padding=1)])
    case("nested residuals and branches", [4, 5, 4], nested, conv(2, 2))


def tokens():
    words = dict(tokens=7)
    case("embedding", [4], layer("embedding", vocabulary=7, units=5), linear(2), **words)
    case("embedding of a grid", [2, 3], layer("embedding", vocabulary=7, units=5), linear(2), **words)
    two = layer("branches", branches=[[layer("select", start=0, len=1), layer("embedding", vocabulary=7, units=3), FLATTEN],
                                      [layer("select", start=1, len=1), layer("embedding", vocabulary=7, units=3), FLATTEN]])
    case("two embeddings joined", [2], two, layer("activation", activation="sigmoid"), linear(3), **words)
    embedded = layer("embedding", vocabulary=7, units=6)
    for kind in ("learned", "sinusoidal"):
        case(f"{kind} positions", [5], embedded, layer("positions", kind=kind), linear(4, activation="tanh"), MEAN, linear(2),
             **words)
        case(f"{kind} positions of odd width", [5, 3], linear(5), layer("positions", kind=kind), linear(2))


def recurrence():
    for cell in ("rnn-tanh", "rnn-relu", "lstm", "gru"):
        case(cell, [5, 4], recurrent(cell, 6), linear(2))
        case(f"{cell}, last", [5, 4], recurrent(cell, 6, output="last"), linear(2))
        case(f"{cell}, stacked", [5, 4], recurrent(cell, 5, layers=3), linear(2))
        case(f"{cell}, bidirectional", [5, 4], recurrent(cell, 5, bidirectional=True), linear(2))
        case(f"{cell}, bidirectional, last", [5, 4], recurrent(cell, 5, bidirectional=True, output="last"), linear(2))
        case(f"{cell}, learned initial state", [5, 4], recurrent(cell, 6, learn_initial=True), linear(2))
        case(f"{cell}, everything", [4, 3], linear(4, activation="tanh"),
             recurrent(cell, 5, layers=2, bidirectional=True, learn_initial=True, output="last"), linear(2))
    case("next token", [6], layer("embedding", vocabulary=5, units=4), recurrent("gru", 6), linear(5), tokens=5,
         loss="cross-entropy")


def attention():
    own = lambda **settings: layer("self-attention", heads=2, **settings)
    for settings in ({}, {"causal": True}, {"rotary": True}, {"causal": True, "rotary": True}):
        case("self-attention" + "".join(f", {s}" for s in settings), [5, 8], linear(8), own(**settings), linear(2))
    padded = layer("embedding", vocabulary=4, units=8, padding=0)
    case("self-attention, padding", [5], padded, own(), linear(2), tokens=4)
    case("self-attention, padding, rotary", [5], padded, own(rotary=True), linear(2), tokens=4)
    for causal in (False, True):
        for softmax in (True, False):
            name = "additive attention" + ", causal" * causal + ", without softmax" * (not softmax)
            case(name, [5, 4], linear(4), layer("additive-attention", hidden=[6, 3], causal=causal, softmax=softmax), linear(2))
            padded = layer("embedding", vocabulary=4, units=5, padding=0)
            case(name + ", padding", [5], padded, layer("additive-attention", hidden=[6, 3], causal=causal, softmax=softmax), linear(2),
                 tokens=4)
    case("axial attention", [3, 4, 6], linear(6), layer("axial-attention", heads=2), linear(2))


def transformers():
    encoder = lambda **settings: layer("transformer-encoder", heads=2, feedforward=7, dropout=0.0, **settings)
    decoder = lambda **settings: layer("transformer-decoder", heads=2, feedforward=7, dropout=0.0, causal=True, **settings)
    for name, settings in {
        "": {},
        ", stacked": {"layers": 2},
        ", causal": {"causal": True},
        ", rotary": {"rotary": True, "causal": True},
        ", pre-norm": {"norm_first": True, "final_norm": True, "layers": 2},
        ", final norm": {"final_norm": True},
        ", gelu": {"activation": "gelu"},
        ", silu": {"activation": "silu", "norm_first": True},
    }.items():
        case(f"transformer encoder{name}", [5, 6], linear(8), encoder(**settings), linear(2))
    padded = layer("embedding", vocabulary=5, units=8, padding=0)
    positions = layer("positions", kind="learned")
    case("transformer encoder, padding", [5], padded, positions, encoder(layers=2), MEAN, linear(3), tokens=5,
         loss="cross-entropy")
    both = lambda e, d: layer("encoder-decoder", source=4, encoder=[*e, encoder(layers=2)], decoder=[*d, linear(5)])
    sides = ([padded, positions], [layer("embedding", vocabulary=5, units=8), positions])
    case("encoder-decoder", [7], both(sides[1], [*sides[1], decoder()]), tokens=5, loss="cross-entropy")
    case("encoder-decoder, padding, pre-norm, stacked", [7],
         both(sides[0], [*sides[1], decoder(norm_first=True, final_norm=True, layers=2)]), tokens=5, loss="cross-entropy")
    case("encoder-decoder, rotary, gelu", [7], both(sides[1], [sides[1][0], decoder(rotary=True, activation="gelu")]), tokens=5,
         loss="cross-entropy")


def losses():
    hidden = linear(5, activation="tanh")
    for loss in ("mse", "half-mse", "l1", "binary-cross-entropy", "cross-entropy"):
        case(f"loss {loss}", [4], hidden, linear(3), loss=loss, batch=5)
        case(f"loss {loss} over steps", [2, 4], hidden, linear(3), loss=loss, batch=5)
    case("loss sum-squares", [4], hidden, linear(3), loss="sum-squares", batch=5, learning_rate=0.015625)
    for delta in (1.0, 0.25):
        case(f"loss huber, delta {delta}", [4], hidden, linear(3), loss="huber", options={"delta": delta}, batch=5)
    smoothed = {"label_smoothing": 0.125}
    ignored = {"ignore_index": 1}
    for name, options in {"label smoothing": smoothed, "ignored targets": ignored, "both": smoothed | ignored}.items():
        case(f"loss cross-entropy, {name}", [4], hidden, linear(3), loss="cross-entropy", options=options, batch=9)
        case(f"loss cross-entropy over steps, {name}", [4, 4], hidden, linear(3), loss="cross-entropy", options=options)


def optimizers():
    model = (linear(5, activation="tanh"), linear(3))
    kinds = {
        "sgd": 0.125, "momentum": 0.0625, "nesterov": 0.0625, "rms-prop": 0.015625, "adagrad": 0.03125, "adadelta": 1.0,
        "adam": 0.03125, "adam-w": 0.03125,
    }
    for kind, lr in kinds.items():
        eps = {"eps": 1e-6} if kind == "adadelta" else {"eps": 1e-8}
        settings = dict(batch=5, learning_rate=lr, optimizer={"kind": kind} | eps)
        case(f"optimizer {kind}", [4], *model, **settings)
        case(f"optimizer {kind}, weight decay", [4], *model, l2=0.0625, **settings)
        case(f"optimizer {kind}, clipped by norm", [4], *model, clip_norm=0.125, **settings)
        case(f"optimizer {kind}, clipped by value", [4], *model, clip_value=0.0625, l2=0.0625, **settings)
    own = {"kind": "adadelta", "rho": 0.75, "eps": 0.001}
    case("optimizer adadelta, its own settings", [4], *model, batch=5, learning_rate=0.5, optimizer=own)
    own = {"kind": "adam", "beta1": 0.75, "beta2": 0.875, "eps": 0.001}
    case("optimizer adam, its own settings", [4], *model, batch=5, learning_rate=0.03125, optimizer=own)
    muon()
    case("clipped by a norm that is not reached", [4], *model, batch=5, clip_norm=100.0)


def muon():
    """Muon, with AdamW for the output layer, biases and tables."""
    model = (linear(6, activation="tanh"), linear(5, activation="tanh"), linear(3))
    settings = dict(batch=9, learning_rate=0.03125, optimizer={"kind": "muon"})
    case("optimizer muon", [4], *model, **settings)
    case("optimizer muon, weight decay", [4], *model, l2=0.25, **settings)
    case("optimizer muon, clipped", [4], *model, clip_norm=0.125, clip_value=0.0625, **settings)
    own = {"kind": "muon", "muon_momentum": 0.75, "beta1": 0.75, "beta2": 0.875, "eps": 0.001}
    case("optimizer muon, its own settings", [4], *model, **settings | {"optimizer": own})
    case("optimizer muon, kernels", [3, 6, 5], conv(4, 3, activation="tanh"), conv(5, 2, stride=2), FLATTEN, linear(2), **settings)
    case("optimizer muon, tables and a recurrent layer", [5], layer("embedding", vocabulary=7, units=6),
         layer("positions", kind="learned"), recurrent("gru", 4), LAST, linear(2), tokens=7, **settings)
    case("optimizer muon, a transformer layer", [5, 6], linear(8), layer("transformer-encoder", heads=2, feedforward=7, dropout=0.0),
         linear(2), **settings)
    case("optimizer muon, nothing inside", [4], linear(3), **settings)


if __name__ == "__main__":
    for group in (dense, images, norms, shapes, tokens, recurrence, attention, transformers, losses, optimizers):
        group()
    write("layers.json", CASES)
