class LastStep(nn.Module):
    """The last step of (batch, steps, features)."""

    def forward(self, x):
        return x[:, -1]
