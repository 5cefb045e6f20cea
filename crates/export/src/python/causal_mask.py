def causal_mask(x):
    """For (batch, steps, features): True where a step (row) must not look (column), at those after it."""
    steps = x.shape[1]
    return torch.ones(steps, steps, dtype=torch.bool, device=x.device).triu(1)
