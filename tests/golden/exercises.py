"""Makes exercises.json: the exercises of the documents that the curriculum is drawn from, as they are specified there, by
PyTorch. See layers.py for what is in the file and how it is made.

Chosen here, where the documents leave it open: losses (cross-entropy for classifiers, else mean squared error against drawn
values), the optimizer (Adam at 0.1 for E3 as its document says, M2's own rule, else SGD), A4's sizes, the sizes of E3's
extension. Dropout is 0 where torch's default of 0.1 (A3) would draw random numbers.
"""

import numpy as np

from draw import digits, uniform
from layers import FLATTEN, conv, layer, linear, recurrent
from record import STEPS, record, write


def exercise(name, shape, layers, batch, loss="mse", samples=None, positive=True, below=None, weights=None, **training):
    samples = samples or {"kind": "random", "train": batch, "test": batch}
    experiment = {
        "model": {"input": {"shape": shape}, "layers": layers, "samples": samples},
        "loss": loss,
        "training": {"batch_size": batch, "learning_rate": 0.0625} | training,
    }
    return record(name, experiment, batch, positive, below, weights)


def c2():
    layers = [
        conv(15, 3, activation="relu"),
        conv(30, 5, activation="relu"),
        layer("adaptive-avg-pool2d", size=1),
        FLATTEN,
        linear(4),
    ]
    return exercise("C2", [3, 32, 32], layers, 1, "cross-entropy")


def r1(learned):
    name = "R1, learned initial state" if learned else "R1"
    learning = {"learn_initial": True} if learned else {}
    return exercise(name, [10, 100], [recurrent("rnn-tanh", 50, **learning)], 32)


def classifier(name, cell):
    return exercise(name, [15, 10], [recurrent(cell, 50, output="last"), linear(7)], 1, "cross-entropy")


def a1(softmax):
    attention = layer("additive-attention", hidden=[50, 30], causal=True, softmax=softmax)
    # The softmax of scores so alike hardly moves.
    rate = {"learning_rate": 8.0} if softmax else {}
    return exercise("A1, with softmax" if softmax else "A1", [10, 100], [attention], 1, **rate)


def a3():
    encoder = layer("transformer-encoder", heads=5, feedforward=50, layers=3, causal=True, dropout=0.0)
    return exercise("A3", [10, 100], [encoder], 32)


def a4():
    return exercise("A4", [6, 8, 16], [layer("axial-attention", heads=4)], 2)


def embedded(place):
    return [layer("select", start=place, len=1), layer("embedding", vocabulary=100, units=9), FLATTEN]


def e3(extended):
    adam = {"optimizer": {"kind": "adam"}, "learning_rate": 0.1}
    if not extended:
        layers = [layer("branches", branches=[embedded(0), embedded(1)]), layer("activation", activation="sigmoid"), linear(20)]
        return exercise("E3", [2], layers, 32, "cross-entropy", below=[100, 100], **adam)
    others = layer("branches", branches=[embedded(0), embedded(1), [layer("select", start=2, len=2)]])
    layers = [others, linear(30, activation="relu"), linear(20)]
    return exercise("E3, extended", [4], layers, 32, "cross-entropy", below=[100, 100, 9, 4], **adam)


def m2():
    """The rule l += l.T (y - l2) ... is descent on half the sum of squares at rate 1."""
    table = {"kind": "table", "inputs": [[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], "targets": [0.0, 1, 1, 0]}
    layers = [linear(4, bias=False, activation="sigmoid"), linear(1, bias=False, activation="sigmoid")]
    case = exercise("M2", [3], layers, 4, "sum-squares", table, weights=1.0, learning_rate=0.5)
    own = eleven_lines(np.array(table["inputs"]), np.array([table["targets"]]).T)
    assert [digits(loss) for loss in own] == case["losses"], "the document's own lines say otherwise"
    return case


def eleven_lines(X, y):
    """The document's lines, from the weights drawn here; gives the sum of squares before each update."""
    syn0, syn1 = uniform(0, [4, 3]).numpy().T, uniform(1, [1, 4]).numpy().T
    for _ in range(STEPS):
        l1 = 1 / (1 + np.exp(-(np.dot(X, syn0))))
        l2 = 1 / (1 + np.exp(-(np.dot(l1, syn1))))
        l2_delta = (y - l2) * (l2 * (1 - l2))
        l1_delta = l2_delta.dot(syn1.T) * (l1 * (1 - l1))
        syn1 = syn1 + l1.T.dot(l2_delta)
        syn0 = syn0 + X.T.dot(l1_delta)
        yield float(((y - l2) ** 2).sum())


if __name__ == "__main__":
    cases = [c2(), r1(False), r1(True), classifier("R2", "lstm"), classifier("R3", "gru"), a1(False), a1(True), a3(), a4()]
    write("exercises.json", [*cases, e3(False), e3(True), m2()])
