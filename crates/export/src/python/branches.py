class Branches(nn.Module):
    """The same input through several branches, joined along an axis."""

    def __init__(self, branches, axis=1):
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.axis = axis

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], dim=self.axis)
