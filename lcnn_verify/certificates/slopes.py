"""Functions over a box, known by their value at the centre and how fast they leave it.

One code for two arithmetics: NumPy arrays of float64 guide the search, object arrays of Arb balls
(python-flint) prove. With balls every entry holds the true number, so every bound is rigorous; with
floats the same bounds are a good guess. Arrays carry one box per column.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Slope:
    """f(x) = at + Σ_k (slope_k ± spread_k)(x_k − c_k) and |f(x) − at| ≤ reach, on boxes centred c.

    ``at`` and ``reach`` are (boxes,), ``slope`` and ``spread`` (coordinates, boxes). Slopes to the
    centre are half as wide as derivatives over the box, and their products keep cancellation:
    ``slope`` is the gradient at c itself.
    """

    __slots__ = ("at", "reach", "slope", "spread")

    def __init__(self, at: Array, slope: Array, spread: Array, reach: Array) -> None:
        self.at, self.slope, self.spread, self.reach = at, slope, spread, reach

    def __add__(self, other: Any) -> Slope:
        if not isinstance(other, Slope):
            return Slope(self.at + other, self.slope, self.spread, self.reach)
        return Slope(
            self.at + other.at,
            self.slope + other.slope,
            self.spread + other.spread,
            self.reach + other.reach,
        )

    __radd__ = __add__

    def __neg__(self) -> Slope:
        return Slope(-self.at, -self.slope, self.spread, self.reach)

    def __sub__(self, other: Any) -> Slope:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Slope:
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> Slope:
        if not isinstance(other, Slope):
            size = abs(other)
            return Slope(self.at * other, self.slope * other, self.spread * size, self.reach * size)
        a, b = np.abs(self.at), np.abs(other.at)
        return Slope(
            self.at * other.at,
            self.at * other.slope + other.at * self.slope,
            a * other.spread
            + b * self.spread
            + 0.5 * other.reach * (np.abs(self.slope) + self.spread)
            + 0.5 * self.reach * (np.abs(other.slope) + other.spread),
            a * other.reach + b * self.reach + self.reach * other.reach,
        )

    __rmul__ = __mul__

    def within(self, radii: Array) -> Slope:
        """The same function, its reach cut to what the slopes allow in boxes of these ``radii``."""
        self.reach = np.minimum(self.reach, self.steps(radii).sum(0))
        return self

    def steps(self, radii: Array) -> Array:
        """What each coordinate can add to |f − at|, (coordinates, boxes)."""
        return np.asarray((np.abs(self.slope) + self.spread) * radii)

    def through(self, at: Array, first: Array, second: Any, radii: Array) -> Slope:
        """h∘f for h(f(c)) = ``at``, h′(f(c)) = ``first`` and |h″| ≤ ``second`` on the box."""
        turn, size = 0.5 * second * self.reach, np.abs(first)
        return Slope(
            at,
            first * self.slope,
            size * self.spread + turn * (np.abs(self.slope) + self.spread),
            (size + turn) * self.reach,
        ).within(radii)


def through_pair(
    pair: tuple[Slope, Slope],
    at: Array,
    first: tuple[Array, Array],
    turns: tuple[Array, Array],
    radii: Array,
) -> Slope:
    """h(f, g) for h = ``at`` and ∇h = ``first`` at the centre, each slope within its ``turns``."""
    (f, g), (a, b), (s, t) = pair, first, turns
    return Slope(
        at,
        a * f.slope + b * g.slope,
        np.abs(a) * f.spread
        + s * (np.abs(f.slope) + f.spread)
        + np.abs(b) * g.spread
        + t * (np.abs(g.slope) + g.spread),
        (np.abs(a) + s) * f.reach + (np.abs(b) + t) * g.reach,
    ).within(radii)
