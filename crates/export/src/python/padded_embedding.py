class PaddedEmbedding(nn.Embedding):
    """nn.Embedding with a token for padding: attention does not look there. Its vector is trained like the others."""

    def __init__(self, vocabulary, features, padding):
        super().__init__(vocabulary, features)
        self.padding = padding

    def forward(self, x):
        return super().forward(x.long())

    def through(self, x, **_):
        return self(x), x == self.padding
