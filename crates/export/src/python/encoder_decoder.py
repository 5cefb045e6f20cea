class EncoderDecoder(nn.Module):
    """The first steps go through the encoder; the rest through the decoder, which looks at the result."""

    def __init__(self, source, encoder, decoder):
        super().__init__()
        self.source, self.encoder, self.decoder = source, encoder, decoder

    def through(self, x, padding=None, **outer):
        first = rest = None
        if padding is not None:
            first, rest = padding[:, : self.source], padding[:, self.source :]
        memory, unseen = self.encoder.through(x[:, : self.source], padding=first, **outer)
        looks = {"memory": memory, "memory_padding": unseen}
        return self.decoder.through(x[:, self.source :], padding=rest, **looks)
