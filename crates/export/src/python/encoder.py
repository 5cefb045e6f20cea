class Encoder(nn.TransformerEncoder):
    """nn.TransformerEncoder with its masks. Attention's own weights are not dropped."""

    def __init__(self, layer, num_layers, norm=None, causal=False):
        layer.self_attn.dropout = 0.0
        super().__init__(layer, num_layers, norm=norm, enable_nested_tensor=False)
        self.causal = causal

    def forward(self, x, padding=None, **_):
        mask = causal_mask(x) if self.causal else None
        return super().forward(x, mask=mask, src_key_padding_mask=padding)
