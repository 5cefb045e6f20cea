"""The modules that torch does not have, and what carries a padding mask and an encoder's result to those that look at them.

Written by the definitions in crates/nn/src/block.rs out of torch's own functions; nothing here knows our engine.
"""

import math
from dataclasses import dataclass, replace

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Around:
    """What a layer may want besides its input: masks are (b, steps), True where there is padding."""

    padding: torch.Tensor | None = None
    memory: torch.Tensor | None = None
    memory_padding: torch.Tensor | None = None


class Layers(nn.Sequential):
    """nn.Sequential that hands `Around` on."""

    def forward(self, x, around=Around()):
        return self.through(x, around)[0]

    def through(self, x, around):
        for layer in self:
            if isinstance(layer, Embedding) and layer.padding is not None:
                around = replace(around, padding=x == layer.padding)
            x = layer(x, around) if getattr(layer, "looks_around", False) else layer(x)
        return x, around


class Sine(nn.Module):
    def forward(self, x):
        return torch.sin(x)


class Reshape(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(x.shape[0], *self.shape)


class Permute(nn.Module):
    def __init__(self, axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.permute(0, *(a + 1 for a in self.axes))


class Select(nn.Module):
    def __init__(self, axis, start, length):
        super().__init__()
        self.place = (axis + 1, start, length)

    def forward(self, x):
        return x.narrow(*self.place)


class LastStep(nn.Module):
    def forward(self, x):
        return x[:, -1]


class MeanOverSteps(nn.Module):
    def forward(self, x):
        return x.mean(dim=1)


class Embedding(nn.Embedding):
    """Only attention heeds the padding: its row is trained like any other."""

    def __init__(self, vocabulary, units, padding):
        super().__init__(vocabulary, units)
        self.padding = padding

    def forward(self, x):
        # Token numbers may come among numbers.
        return super().forward(x.long())


class LearnedPositions(nn.Module):
    def __init__(self, steps, features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(steps, features))

    def forward(self, x):
        return x + self.weight


class SinusoidalPositions(nn.Module):
    def forward(self, x):
        steps, features = x.shape[1:]
        table = torch.zeros(steps, features, dtype=x.dtype)
        for t in range(steps):
            for column in range(features):
                angle = t / 10000 ** (2 * (column // 2) / features)
                table[t, column] = math.cos(angle) if column % 2 else math.sin(angle)
        return x + table


def recurrent(kind, features, units, layers, bidirectional, last, learn):
    """torch's own class of that name, with a learned initial state and one result instead of two."""
    base, extra = {
        "rnn-tanh": (nn.RNN, {"nonlinearity": "tanh"}),
        "rnn-relu": (nn.RNN, {"nonlinearity": "relu"}),
        "lstm": (nn.LSTM, {}),
        "gru": (nn.GRU, {}),
    }[kind]

    class Recurrent(base):
        def __init__(self):
            super().__init__(features, units, layers, batch_first=True, bidirectional=bidirectional, **extra)
            states = (layers * (2 if bidirectional else 1), 1, units)
            if learn:
                self.h0 = nn.Parameter(torch.zeros(states))
            if learn and kind == "lstm":
                self.c0 = nn.Parameter(torch.zeros(states))

        def forward(self, x):
            whole = lambda state: state.expand(-1, x.shape[0], -1).contiguous()
            first = None
            if learn:
                first = (whole(self.h0), whole(self.c0)) if kind == "lstm" else whole(self.h0)
            y, state = super().forward(x, first)
            if not last:
                return y
            h = state[0] if kind == "lstm" else state
            return torch.cat([h[-2], h[-1]], dim=-1) if bidirectional else h[-1]

    return Recurrent()


def turned(x):
    """Rotary positions: columns 2 i and 2 i + 1 of a head of d columns, by t 10000^(-2 i / d)."""
    steps, d = x.shape[-2:]
    angles = torch.arange(steps, dtype=x.dtype)[:, None] * 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], d // 2, 2).contiguous())
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(-2)


class RotaryAttention(nn.MultiheadAttention):
    def forward(self, query, key, value, attn_mask=None, key_padding_mask=None, is_causal=False, **_):
        q, k, v = F.linear(query, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        q, k, v = (part.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for part in (q, k, v))
        scores = turned(q) @ turned(k).transpose(-1, -2) / math.sqrt(q.shape[-1])
        for mask in (attn_mask, None if key_padding_mask is None else key_padding_mask[:, None, None]):
            if mask is not None:
                scores = scores.masked_fill(mask, -math.inf) if mask.dtype == torch.bool else scores + mask
        y = (scores.softmax(-1) @ v).transpose(1, 2).flatten(-2)
        return self.out_proj(y), None


def causal_mask(steps):
    return torch.ones(steps, steps, dtype=torch.bool).triu(1)


class SelfAttention(nn.Module):
    looks_around = True

    def __init__(self, features, heads, causal, rotary):
        super().__init__()
        kind = RotaryAttention if rotary else nn.MultiheadAttention
        self.attention = kind(features, heads, batch_first=True)
        self.causal = causal

    def forward(self, x, around):
        mask = causal_mask(x.shape[1]) if self.causal else None
        return self.attention(x, x, x, attn_mask=mask, key_padding_mask=around.padding, need_weights=False)[0]


class AdditiveAttention(nn.Module):
    """Step by step, as the definition reads. A step that sees none gets zeros."""

    looks_around = True

    def __init__(self, features, hidden, causal, softmax):
        super().__init__()
        sizes, parts = [2 * features, *hidden, 1], []
        for a, b in zip(sizes, sizes[1:]):
            parts += [nn.Linear(a, b), nn.ReLU()]
        self.score = nn.Sequential(*parts[:-1])
        self.causal, self.softmax = causal, softmax

    def forward(self, x, around):
        hidden = torch.zeros(x.shape[:2], dtype=torch.bool) if around.padding is None else around.padding
        out = []
        for t in range(x.shape[1]):
            seen = x[:, :t] if self.causal else x
            now = x[:, t : t + 1]
            scores = self.score(torch.cat([seen, now.expand_as(seen)], dim=-1))
            blind = hidden[:, : seen.shape[1], None]
            if self.softmax:
                raised = scores.exp().masked_fill(blind, 0.0)
                weights = raised / raised.sum(dim=1, keepdim=True).clamp(min=1e-30)
            else:
                weights = scores.masked_fill(blind, 0.0)
            out.append(torch.cat([now, (weights * seen).sum(dim=1, keepdim=True)], dim=-1))
        return torch.cat(out, dim=1)


class AxialAttention(nn.Module):
    def __init__(self, features, heads):
        super().__init__()
        self.row_attention = nn.MultiheadAttention(features, heads, batch_first=True)
        self.column_attention = nn.MultiheadAttention(features, heads, batch_first=True)

    def forward(self, x):
        along = lambda f, rows: f(rows, rows, rows, need_weights=False)[0]
        b, h, w, e = x.shape
        x = x + along(self.row_attention, x.reshape(b * h, w, e)).reshape(x.shape)
        columns = x.transpose(1, 2)
        return x + along(self.column_attention, columns.reshape(b * w, h, e)).reshape(columns.shape).transpose(1, 2)


class Encoder(nn.TransformerEncoder):
    looks_around = True
    causal = False

    def forward(self, x, around):
        mask = causal_mask(x.shape[1]) if self.causal else None
        return super().forward(x, mask=mask, src_key_padding_mask=around.padding)


class Decoder(nn.TransformerDecoder):
    looks_around = True
    causal = False

    def forward(self, x, around):
        mask = causal_mask(x.shape[1]) if self.causal else None
        masks = {"tgt_key_padding_mask": around.padding, "memory_key_padding_mask": around.memory_padding}
        return super().forward(x, around.memory, tgt_mask=mask, **masks)


class EncoderDecoder(nn.Module):
    looks_around = True

    def __init__(self, source, encoder, decoder):
        super().__init__()
        self.source, self.encoder, self.decoder = source, encoder, decoder

    def forward(self, x, around):
        memory, there = self.encoder.through(x[:, : self.source], around)
        around = Around(memory=memory, memory_padding=there.padding)
        return self.decoder(x[:, self.source :], around)


class Residual(nn.Module):
    looks_around = True

    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x, around):
        return self.body(x, around) + self.shortcut(x, around)


class Branches(nn.Module):
    looks_around = True

    def __init__(self, branches, axis):
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.axis = axis + 1

    def forward(self, x, around):
        return torch.cat([branch(x, around) for branch in self.branches], dim=self.axis)
