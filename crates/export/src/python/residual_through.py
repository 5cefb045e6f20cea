class Residual(nn.Module):
    """body(x) + shortcut(x); a shortcut of no layers is x itself."""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut or Layers()

    def through(self, x, **seen):
        (y, one), (z, other) = self.body.through(x, **seen), self.shortcut.through(x, **seen)
        return y + z, met_padding([one, other])
