class Layers(nn.Sequential):
    """nn.Sequential that tells attention where padding is and what an encoder made.

    Layers with a `through` change what is padding. After the layers numbered in `ends`, steps are steps no longer.
    """

    def __init__(self, *layers, ends=()):
        super().__init__(*layers)
        self.ends = ends

    def forward(self, x):
        return self.through(x)[0]

    def through(self, x, padding=None, **memory):
        for number, layer in enumerate(self):
            if hasattr(layer, "through"):
                x, padding = layer.through(x, padding=padding, **memory)
            elif isinstance(layer, ATTENTIVE):
                x = layer(x, padding=padding, **memory)
            else:
                x = layer(x)
            if number in self.ends:
                padding = None
        return x, padding
