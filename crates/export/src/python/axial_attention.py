class AxialAttention(nn.Module):
    """Attention along the rows, then the columns, of (batch, height, width, features), each beside a residual path."""

    def __init__(self, features, heads):
        super().__init__()
        self.row_attention = nn.MultiheadAttention(features, heads, batch_first=True)
        self.column_attention = nn.MultiheadAttention(features, heads, batch_first=True)

    def forward(self, x):
        rows = x.flatten(0, 1)
        x = x + self.row_attention(rows, rows, rows, need_weights=False)[0].view_as(x)
        columns = x.transpose(1, 2).flatten(0, 1)
        y = self.column_attention(columns, columns, columns, need_weights=False)[0]
        return x + y.unflatten(0, (x.shape[0], x.shape[2])).transpose(1, 2)
