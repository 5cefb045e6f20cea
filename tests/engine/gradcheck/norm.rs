//! Softmax, normalisations, and clipping.
