"""The three operations of one object disagree."""

from __future__ import annotations

from typing import Any

import numpy as np

from lcnn_verify.packs.zgj.gallery.references.numpy_direct import Array, NumpyDirect


class FusedWithoutHalf(NumpyDirect):
    """loss_and_gradient lacks the ½ in its loss, loss has it."""

    def loss_and_gradient(self, W: Array, V: Array) -> tuple[Any, Array]:
        value, gradient = super().loss_and_gradient(W, V)
        return 2.0 * value, gradient


class FusedInFloat32(NumpyDirect):
    """loss_and_gradient has a fast path in float32, the other two have not."""

    def loss_and_gradient(self, W: Array, V: Array) -> tuple[Any, Array]:
        value, gradient = super().loss_and_gradient(W, V)
        return np.float64(np.float32(value)), gradient.astype(np.float32).astype(np.float64)


class FusedAfterStep(NumpyDirect):
    """The gradient of loss_and_gradient is taken after a descent step of 10⁻⁶."""

    def loss_and_gradient(self, W: Array, V: Array) -> tuple[Any, Array]:
        value, gradient = super().loss_and_gradient(W, V)
        return value, self.gradient(W - 1e-6 * gradient, V)


class FusedTheOtherWayRound(NumpyDirect):
    """loss_and_gradient returns the gradient first."""

    def loss_and_gradient(self, W: Array, V: Array) -> tuple[Any, Any]:
        value, gradient = super().loss_and_gradient(W, V)
        return gradient, value


class FusedWithRoles(NumpyDirect):
    """loss_and_gradient takes teachers first when there are as many teachers as students."""

    def loss_and_gradient(self, W: Array, V: Array) -> tuple[Any, Array]:
        swapped = W.shape == V.shape
        return super().loss_and_gradient(V, W) if swapped else super().loss_and_gradient(W, V)
