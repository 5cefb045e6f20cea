class Residual(nn.Module):
    """body(x) + shortcut(x); a shortcut of no layers is x itself."""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut or nn.Sequential()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)
