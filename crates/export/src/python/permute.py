class Permute(nn.Module):
    """The axes in another order, the batch's among them."""

    def __init__(self, *axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.permute(self.axes)
