"""Batches whose elements are not independent."""

from __future__ import annotations

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, NumpyBatched


class BatchLeak(NumpyBatched):
    """From the second element on, the first student is that of the element before."""

    def losses(self, W: Array, V: Array) -> Array:
        mixed = np.array(W)
        mixed[1:, 0] = W[:-1, 0]
        return super().losses(mixed, V)


class BatchReversed(NumpyBatched):
    """Gradients of batches longer than two come back in reverse order."""

    def gradients(self, W: Array, V: Array) -> Array:
        gradients = super().gradients(W, V)
        return gradients[::-1] if len(W) > 2 else gradients


class BatchOfOneSqueezed(NumpyBatched):
    """A batch of one comes back without its axis."""

    def losses(self, W: Array, V: Array) -> Array:
        return super().losses(W, V).squeeze()
