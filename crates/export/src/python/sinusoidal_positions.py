class SinusoidalPositions(nn.Module):
    """Adds sines and cosines of each step's number (Vaswani and others 2017)."""

    def forward(self, x):
        steps, features = x.shape[1:]
        column = torch.arange(features, device=x.device)
        rate = 10000.0 ** (-2 * (column // 2) / features)
        angle = torch.arange(steps, device=x.device)[:, None] * rate
        return x + torch.where(column % 2 == 0, angle.sin(), angle.cos())
