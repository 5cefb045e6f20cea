class SelectSteps(nn.Module):
    """Some of the steps, and what is known of their padding."""

    def __init__(self, start, length):
        super().__init__()
        self.start, self.length = start, length

    def through(self, x, padding, **_):
        return x.narrow(1, self.start, self.length), padding.narrow(1, self.start, self.length)
