class SelfAttention(nn.Module):
    """Multi-head attention of a sequence with itself."""

    def __init__(self, attention, causal=False):
        super().__init__()
        self.attention = attention
        self.causal = causal

    def forward(self, x, padding=None, **_):
        mask = causal_mask(x) if self.causal else None
        return self.attention(x, x, x, key_padding_mask=padding, attn_mask=mask, need_weights=False)[0]
