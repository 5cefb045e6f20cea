def met_padding(masks):
    """Where paths meet step by step: padding on every path that still knows of padding."""
    known = [mask for mask in masks if mask is not None]
    return torch.stack(known).all(dim=0) if known else None
