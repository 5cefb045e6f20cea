class AdditiveAttention(nn.Module):
    """Each step t asks the steps u by an MLP over [x_u, x_t], and gets [x_t, the weighted sum of x_u]."""

    def __init__(self, score, causal=False, softmax=True):
        super().__init__()
        self.score = score
        self.causal, self.softmax = causal, softmax

    def forward(self, x, padding=None, **_):
        steps = x.shape[1]
        asked = x[:, None].expand(-1, steps, -1, -1)
        asking = x[:, :, None].expand(-1, -1, steps, -1)
        weights = self.score(torch.cat([asked, asking], dim=-1)).squeeze(-1)
        seen = torch.ones(steps, steps, dtype=torch.bool, device=x.device)
        if self.causal:
            seen = seen.tril(-1)
        if padding is not None:
            seen = seen & ~padding[:, None]
        if self.softmax:
            weights = weights.masked_fill(~seen, -1e30).softmax(dim=-1)
        return torch.cat([x, (weights * seen) @ x], dim=-1)
