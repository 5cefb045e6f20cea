class StepBranches(nn.Module):
    """The same input through several branches, whose steps come one after the other, with their padding."""

    def __init__(self, branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def through(self, x, **seen):
        results, masks = zip(*(branch.through(x, **seen) for branch in self.branches))
        none = [torch.zeros(y.shape[:2], dtype=torch.bool, device=y.device) for y in results]
        masks = [other if mask is None else mask for mask, other in zip(masks, none)]
        return torch.cat(results, dim=1), torch.cat(masks, dim=1)
