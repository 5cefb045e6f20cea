def with_rotary(layer):
    """The transformer layer, with rotary positions in its self-attention."""
    attention = layer.self_attn
    layer.self_attn = RotaryAttention(attention.embed_dim, attention.num_heads, batch_first=True)
    # torch's fast path for evaluation would go past it.
    torch.backends.mha.set_fastpath_enabled(False)
    return layer
