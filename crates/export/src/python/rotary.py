def rotate(x):
    """Rotary positions (Su and others 2021): pairs of columns of (..., steps, d), turned with the steps."""
    steps, d = x.shape[-2:]
    rate = 10000.0 ** (-torch.arange(0, d, 2, device=x.device) / d)
    angle = torch.arange(steps, device=x.device)[:, None] * rate
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = (even * angle.cos() - odd * angle.sin(), even * angle.sin() + odd * angle.cos())
    return torch.stack(turned, dim=-1).flatten(-2)


class RotaryAttention(nn.MultiheadAttention):
    """nn.MultiheadAttention of a sequence with itself, with rotary positions on queries and keys."""

    def forward(self, query, key, value, key_padding_mask=None, attn_mask=None, **_):
        projected = nn.functional.linear(query, self.in_proj_weight, self.in_proj_bias)
        heads = projected.unflatten(-1, (3, self.num_heads, self.head_dim)).permute(2, 0, 3, 1, 4)
        q, k, v = rotate(heads[0]), rotate(heads[1]), heads[2]
        allowed = torch.ones(1, 1, 1, k.shape[-2], dtype=torch.bool, device=query.device)
        if attn_mask is not None:
            allowed = allowed & (attn_mask == 0)
        if key_padding_mask is not None:
            allowed = allowed & (key_padding_mask == 0)[:, None, None]
        y = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        return self.out_proj(y.transpose(1, 2).flatten(-2)), None
