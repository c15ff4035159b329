"""Residuals, gradients and Jacobians of any activation, in float64, in mpmath and in balls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lcnn_verify.numerics.activations import Activation
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import FLOATS, Kit, dot
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample


@dataclass(frozen=True, slots=True)
class Problem:
    """R of a target, a sample and an activation; parameters θ are as in ``Network.theta``."""

    sigma: Activation
    target: Network
    sample: Sample

    @property
    def d(self) -> int:
        """The dimension of the input."""
        return self.target.d

    def residual(self, theta: Sequence[Any], kit: Kit) -> list[Any]:
        """G − f* at each point, ``theta`` in the arithmetic of ``kit``."""
        known = [*map(kit.number, self.target.theta)]
        return [
            self._row(theta, x, kit)[0] - self._row(known, x, kit)[0] for x in self.sample.points
        ]

    def jacobian(self, theta: Sequence[Any], kit: Kit) -> list[list[Any]]:
        """∂g(x_i)/∂θ, a row for each point."""
        return [self._row(theta, x, kit)[1] for x in self.sample.points]

    def _row(self, theta: Sequence[Any], x: Sequence[Any], kit: Kit) -> tuple[Any, list[Any]]:
        """g(x) and its derivatives by θ."""
        point, width = [*map(kit.number, x)], self.d + 1
        total, row = kit.number(0), []
        for k in range(0, len(theta), width):
            a, w = theta[k], theta[k + 1 : k + width]
            value, slope, _ = self.sigma.jet(dot(w, point), kit)
            total = total + a * value
            row += [value, *(a * slope * entry for entry in point)]
        return total, row

    def gradient(self, theta: Sequence[Any], kit: Kit) -> list[Any]:
        """∇R = Jᵀr."""
        r, J = self.residual(theta, kit), self.jacobian(theta, kit)
        return [dot(column, r) for column in zip(*J, strict=True)]

    def float_arrays(self) -> tuple[FloatArray, FloatArray]:
        """The points (n, d) and the target's values (n,) in float64."""
        points = np.array([[*map(float, x)] for x in self.sample.points])
        known = [float(a) for a in self.target.theta]
        return points, self.values(np.array(known), points)

    def values(self, theta: FloatArray, points: FloatArray) -> FloatArray:
        """G at the ``points`` (n, d) in float64."""
        rows = theta.reshape(-1, self.d + 1)
        value: FloatArray = self.sigma.jet(points @ rows[:, 1:].T, FLOATS)[0] @ rows[:, 0]
        return value
