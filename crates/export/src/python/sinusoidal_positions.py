class SinusoidalPositions(nn.Module):
    """Adds sines and cosines of each step's number (Vaswani and others 2017)."""

    def __init__(self, steps, features):
        super().__init__()
        column = torch.arange(features)
        rate = 10000.0 ** (-2 * (column // 2) / features)
        angle = torch.arange(steps)[:, None] * rate
        table = torch.where(column % 2 == 0, angle.sin(), angle.cos())
        self.register_buffer("weight", table)

    def forward(self, x):
        return x + self.weight
