class Select(nn.Module):
    """Some places along an axis."""

    def __init__(self, axis, start, length):
        super().__init__()
        self.axis, self.start, self.length = axis, start, length

    def forward(self, x):
        return x.narrow(self.axis, self.start, self.length)
