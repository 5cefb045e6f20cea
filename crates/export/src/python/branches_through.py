class Branches(nn.Module):
    """The same input through several branches, joined along an axis."""

    def __init__(self, branches, axis=1):
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.axis = axis

    def through(self, x, **seen):
        results, masks = zip(*(branch.through(x, **seen) for branch in self.branches))
        return torch.cat(results, dim=self.axis), met_padding(masks)
