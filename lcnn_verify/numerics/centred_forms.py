"""Functions over a box, known by their value at the centre and how fast they leave it.

One code for two arithmetics: NumPy arrays of float64, or object arrays of Arb balls (python-flint).
With balls every entry holds the true number, so every bound is rigorous; with floats the same
bounds are a good guess, which can guide a search. Arrays carry one box per column.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Slope:
    """f = at + Σ_k (slope_k ± spread_k) ξ_k for |ξ_k| ≤ 1, so that |f − at| ≤ reach.

    The coordinates of the box are c_k + radius_k ξ_k. ``at`` and ``reach`` are (boxes,), ``slope``
    and ``spread`` (coordinates, boxes). Slopes to the centre are half as wide as derivatives over
    the box, and their products keep cancellation: ``slope`` is the gradient at c itself.
    """

    __slots__ = ("at", "reach", "slope", "spread")

    def __init__(self, at: Array, slope: Array, spread: Array) -> None:
        self.at, self.slope, self.spread = at, slope, spread
        self.reach = self.steps().sum(0)

    def __add__(self, other: Any) -> Slope:
        if not isinstance(other, Slope):
            return Slope(self.at + other, self.slope, self.spread)
        return Slope(self.at + other.at, self.slope + other.slope, self.spread + other.spread)

    __radd__ = __add__

    def __neg__(self) -> Slope:
        return Slope(-self.at, -self.slope, self.spread)

    def __sub__(self, other: Any) -> Slope:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Slope:
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> Slope:
        if not isinstance(other, Slope):
            return Slope(self.at * other, self.slope * other, self.spread * abs(other))
        return Slope(
            self.at * other.at,
            self.at * other.slope + other.at * self.slope,
            np.abs(self.at) * other.spread
            + np.abs(other.at) * self.spread
            + 0.5 * (other.reach * self.steps() + self.reach * other.steps()),
        )

    __rmul__ = __mul__

    def steps(self) -> Array:
        """What each coordinate can add to |f − at|, (coordinates, boxes)."""
        return np.asarray(np.abs(self.slope) + self.spread)

    def through(self, at: Array, first: Array, bend: Any) -> Slope:
        """h∘f for h(f(c)) = ``at``, h′(f(c)) = ``first`` and |h″| ≤ ``bend`` on the box."""
        spread = np.abs(first) * self.spread + 0.5 * bend * self.reach * self.steps()
        return Slope(at, first * self.slope, spread)
