class LearnedPositions(nn.Module):
    """Adds a learned vector to each step."""

    def __init__(self, steps, features):
        super().__init__()
        self.weight = nn.Parameter(0.02 * torch.randn(steps, features))

    def forward(self, x):
        return x + self.weight
