"""Correct implementations, each on a route of its own: none may fail any check."""

from __future__ import annotations

from typing import Any

from lcnn_verify.packs.zgj.model import TIED_ABS, Model


class Differentiated:
    """What a framework differentiates: loss and gradient come together."""

    model: Model = TIED_ABS
    dtype = "float64"

    def loss(self, W: Any, V: Any) -> Any:
        """The loss, a scalar array."""
        return self.loss_and_gradient(W, V)[0]

    def gradient(self, W: Any, V: Any) -> Any:
        """The gradient, (m, d)."""
        return self.loss_and_gradient(W, V)[1]

    def loss_and_gradient(self, W: Any, V: Any) -> tuple[Any, Any]:
        """Both, from one forward and one backward pass."""
        raise NotImplementedError
