class Layers(nn.Sequential):
    """nn.Sequential that tells attention where padding is and what an encoder made."""

    def forward(self, x, **seen):
        return self.through(x, seen)[0]

    def through(self, x, seen):
        for layer in self:
            if isinstance(layer, PaddedEmbedding):
                seen = seen | {"padding": x == layer.padding}
            x = layer(x, **seen) if isinstance(layer, ATTENTIVE) else layer(x)
        return x, seen
