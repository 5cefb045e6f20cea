//! The engine, checked natively: operations, gradients, plans, training. One binary, so that the device is shared.
