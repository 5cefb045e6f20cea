def batches(order, samples):
    """Row numbers, batch after batch: in Minibatch's order as far as the file holds it, then shuffled here."""
    while True:
        while len(order) < BATCH:
            order = torch.cat([order, torch.randperm(samples)])
        yield order[:BATCH]
        order = order[BATCH:]
