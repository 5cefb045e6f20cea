class EncoderDecoder(nn.Module):
    """The first steps go through the encoder; the rest through the decoder, which looks at the result."""

    def __init__(self, source, encoder, decoder):
        super().__init__()
        self.source, self.encoder, self.decoder = source, encoder, decoder

    def forward(self, x, **seen):
        memory, seen = self.encoder.through(x[:, : self.source], seen)
        return self.decoder(x[:, self.source :], memory=memory, memory_padding=seen.get("padding"))
