class Decoder(nn.TransformerDecoder):
    """nn.TransformerDecoder with its masks. Attention's own weights are not dropped."""

    def __init__(self, layer, num_layers, norm=None, causal=False):
        layer.self_attn.dropout = layer.multihead_attn.dropout = 0.0
        super().__init__(layer, num_layers, norm=norm)
        self.causal = causal

    def forward(self, x, padding=None, memory=None, memory_padding=None):
        mask = causal_mask(x) if self.causal else None
        masks = {"tgt_key_padding_mask": padding, "memory_key_padding_mask": memory_padding}
        return super().forward(x, memory, tgt_mask=mask, **masks)
