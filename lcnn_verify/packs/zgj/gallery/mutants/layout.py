"""Arrays read as if every array were native, writeable and in C order."""

from __future__ import annotations

from typing import Any

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, NumpyDirect


class MemoryOrder(NumpyDirect):
    """Rows are read in the order they have in memory: Fortran arrays come out shuffled."""

    def own(self, rows: Array) -> Array:
        return super().own(rows.ravel(order="K").reshape(rows.shape))


class IgnoresStrides(NumpyDirect):
    """The buffer under a view is read from its start, whatever the strides."""

    def own(self, rows: Array) -> Array:
        base = rows.base
        if isinstance(base, np.ndarray) and base.dtype == rows.dtype:
            rows = base.ravel(order="K")[: rows.size].reshape(rows.shape)
        return super().own(rows)


class IgnoresByteOrder(NumpyDirect):
    """Bytes are read as native, whatever the array says."""

    def own(self, rows: Array) -> Array:
        return super().own(rows.view(rows.dtype.newbyteorder("=")))


class WantsToWrite(NumpyDirect):
    """The caller's students are scaled in place and back, exactly: read-only ones raise."""

    def loss(self, W: Array, V: Array) -> Any:
        W *= 2.0
        W *= 0.5
        return super().loss(W, V)


class WantsRowsTogether(NumpyDirect):
    """Rows that are not contiguous raise."""

    def gradient(self, W: Array, V: Array) -> Array:
        if not W.flags.c_contiguous:
            raise ValueError("ndarray is not C-contiguous")
        return super().gradient(W, V)


class FirstColumnsFirst(NumpyDirect):
    """The gradient is returned in Fortran order through a reshape that takes it for C order."""

    def gradient(self, W: Array, V: Array) -> Array:
        gradient = super().gradient(W, V)
        fortran = W.flags.f_contiguous and not W.flags.c_contiguous
        return gradient.ravel(order="F").reshape(W.shape) if fortran else gradient
