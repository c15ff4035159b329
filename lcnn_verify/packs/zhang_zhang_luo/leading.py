"""Regular zeros of the leading order h₀ of g − f* beside a branch (THEORY §5).

Where h₀ vanishes on D − 1 points, D the number of its parameters, and its derivative by them has
full rank, imperfect minima on those samples are arbitrarily near the branch: N_t ≥ D.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from flint import arb
from scipy.optimize import brentq

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import BALLS, FLOATS, Kit
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.zeros import zero_near
from lcnn_verify.packs.zhang_zhang_luo.branch import Branch, generic_point
from lcnn_verify.packs.zhang_zhang_luo.network import Sample, Vector

_TRIES = 40
_PAIRS = 400


@dataclass(frozen=True, slots=True)
class Leading:
    """h₀ of a branch for d = 2: of each group its weight, and how many squares its form has.

    A group gives e^{w·x}·(b₀ + b·x + form), in that order of parameters: no form, one square
    (η·x)², or a symmetric matrix of three entries. An extra group of one gives b₀ alone, which is
    said by −1 squares.
    """

    weights: tuple[tuple[float, float], ...]
    squares: tuple[int, ...]
    points: tuple[Vector, ...] = ()

    @staticmethod
    def of(branch: Branch) -> Leading:
        """The leading order of a branch; its weights are half those of its generic point."""
        if branch.d != 2:
            raise InputError("branch", f"d = {branch.d}", "d = 2")
        point, _ = generic_point(branch)
        starts = np.cumsum([0, *branch.sizes[:-1]])
        weights = [tuple(0.5 * float(entry) for entry in point.weights[k]) for k in starts]
        forms = [min(size - 1, 2) for size in branch.teachers]
        forms += [min(size - 2, 2) for size in branch.extras]
        return Leading(tuple((w[0], w[1]) for w in weights), tuple(forms))

    @property
    def size(self) -> int:
        """How many parameters there are: D."""
        return sum((1, 3, 5, 6)[squares + 1] for squares in self.squares)

    def residual(self, theta: Sequence[Any], kit: Kit) -> list[Any]:
        """h₀ at each point."""
        return [self._at(theta, x, kit)[0] for x in self.points]

    def jacobian(self, theta: Sequence[Any], kit: Kit) -> list[list[Any]]:
        """∂h₀/∂u at each point."""
        return [self._at(theta, x, kit)[1] for x in self.points]

    def _at(self, theta: Sequence[Any], x: Sequence[Any], kit: Kit) -> tuple[Any, list[Any]]:
        p, q = map(kit.number, x)
        total, row, free = kit.number(0), [], iter(theta)
        for (v, w), squares in zip(self.weights, self.squares, strict=True):
            height = kit.exp(kit.number(v) * p + kit.number(w) * q)
            slopes: list[Any] = [kit.number(1)] if squares < 0 else [kit.number(1), p, q]
            if squares == 2:
                slopes += [p * p, 2 * p * q, q * q]
            value = sum((next(free) * slope for slope in slopes), kit.number(0))
            if squares == 1:
                along = next(free) * p
                along = along + next(free) * q
                value, slopes = value + along * along, [*slopes, 2 * along * p, 2 * along * q]
            total = total + height * value
            row += [height * slope for slope in slopes]
        return total, row


@dataclass(frozen=True, slots=True)
class RegularZero:
    """A zero of h₀ on D − 1 points, proved regular: each parameter in a ball."""

    leading: Leading
    held: tuple[arb, ...]

    def size_at(self, fresh: Sample) -> Quantity:
        """The largest |h₀| over fresh points: positive, so that h₀ is not 0."""
        there = replace(self.leading, points=fresh.points)

        def enclosed(bits: int) -> arb:
            found = [abs(value) for value in there.residual(self.held, BALLS)]
            return max(found, key=lambda value: float(value.mid()))

        ball = enclosed(53)
        error = float(ball.rad()) + 2.0**-50 * float(ball.mid())
        return Quantity("largest |h₀| on fresh points", float(ball.mid()), error, enclosed=enclosed)


def regular_zero(branch: Branch, rng: np.random.Generator) -> RegularZero:
    """A regular zero of the leading order of ``branch``, on points drawn on {h₀ = 0}.

    Raises :class:`NotProved` where none is found.
    """
    leading = Leading.of(branch)
    for _ in range(_TRIES):
        theta = rng.normal(size=leading.size)
        points = zeros_of(leading, theta, leading.size - 1, rng)
        if len(points) == leading.size - 1:
            try:
                found = replace(leading, points=points)
                return RegularZero(found, zero_near(found, theta)[1])
            except NotProved:
                continue
    raise NotProved(f"no regular zero of the leading order in {_TRIES} draws")


def zeros_of(
    leading: Leading, theta: FloatArray, count: int, rng: np.random.Generator
) -> tuple[tuple[float, float], ...]:
    """Up to ``count`` points of {h₀ = 0}: between points of [−2, 2]² where it has either sign."""
    drawn = rng.uniform(-2.0, 2.0, (_PAIRS, 2))

    def value(x: FloatArray) -> float:
        point = (float(x[0]), float(x[1]))
        return float(replace(leading, points=(point,)).residual(theta.tolist(), FLOATS)[0])

    signs = np.array([value(x) for x in drawn]) > 0.0
    found = []
    for a, b in zip(drawn[signs][:count], drawn[~signs][:count], strict=False):
        s = brentq(lambda s, a=a, b=b: value(a + s * (b - a)), 0.0, 1.0, xtol=1e-15)
        x = a + s * (b - a)
        found.append((float(x[0]), float(x[1])))
    return tuple(found)
