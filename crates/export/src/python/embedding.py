class Embedding(nn.Embedding):
    """nn.Embedding of numbers that stand among others."""

    def forward(self, x):
        return super().forward(x.long())
