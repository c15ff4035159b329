"""Local minimization under a ceiling: quasi-Newton steps on an augmented Lagrangian.

BFGS up to a hundred coordinates, L-BFGS beyond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from lcnn_verify.numerics.arrays import FloatArray

_PENALTY = 10.0  # weight of the squared excess of a level over its target
_ROUNDS = 4  # multiplier updates; the penalty alone leaves the level too high by about 1/_PENALTY
_SLACK = 1e-4  # the target lies this far under the ceiling, so that iterates end on its good side
_GAIN = math.log(2.0)  # what a step of polishing must win, to be followed by another
_WALL = 1e3  # stands for an infinite value
_MOST_DENSE = 100  # coordinates; beyond, a dense update's cube costs more than the landscape does
_DENSE: tuple[Any, dict[str, Any]] = "BFGS", {"gtol": 1e-8}
_LIMITED: tuple[Any, dict[str, Any]] = "L-BFGS-B", {"gtol": 1e-8, "ftol": 1e-14, "maxcor": 30}


@dataclass(frozen=True, slots=True)
class Point:
    """A function's ``value`` and its ``level``, which a ceiling bounds, with gradients (n,).

    A value of ∞ says that there is nothing to find here, −∞ that nothing can be better.
    """

    value: float
    slope: FloatArray
    level: float
    level_slope: FloatArray


class Landscape(Protocol):
    """A function on R^n to be made small where its level is low, both best on a logarithmic scale.

    ``look`` evaluates it at z (n,). ``polish`` takes a step from z towards the value −∞, or returns
    z itself where none is known.
    """

    def look(self, z: FloatArray) -> Point:
        """Value, level and gradients at z (n,)."""
        ...

    def polish(self, z: FloatArray) -> FloatArray:
        """A point (n,) that may be far better than z, where z is good already."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Lowest:
    """The best point ``z`` (n,) a search met under its ceiling; its value is ∞ if it met none."""

    z: FloatArray
    value: float
    level: float


class _Satisfied(Exception):
    """The value fell below the one asked for."""


class Descent:
    """One search from ``z`` for a small value where the level is at most ``ceiling``.

    It ends early once the value is below ``enough``. ``best`` is what it met so far.
    """

    def __init__(
        self, landscape: Landscape, z: FloatArray, ceiling: float, enough: float = -math.inf
    ) -> None:
        self.landscape, self.ceiling, self.enough = landscape, ceiling, enough
        self.multiplier = 0.0
        self.best = Lowest(z.copy(), math.inf, math.inf)

    def run(self, max_iterations: int) -> Lowest:
        """Search in at most ``max_iterations`` quasi-Newton steps; the start may lie too high."""
        from scipy.optimize import minimize  # who only names a landscape need not load it

        z, remaining = self.best.z, max_iterations
        method, options = _DENSE if len(z) <= _MOST_DENSE else _LIMITED
        try:
            for _ in range(_ROUNDS):
                most = max(1, min(remaining, max_iterations // 2))
                bounded: Any = {**options, "maxiter": most}
                result = minimize(self.objective, z, jac=True, method=method, options=bounded)
                z, remaining = result.x, remaining - int(result.nit)
                self.multiplier = _PENALTY * self.excess(self.look(z).level)
                if remaining <= 0:
                    break
            self.polish()
        except _Satisfied:
            pass
        return self.best

    def objective(self, z: FloatArray) -> tuple[float, FloatArray]:
        """Value + ½·penalty·excess², and its gradient (n,)."""
        here = self.look(z)
        if math.isinf(here.value):
            return math.copysign(_WALL, here.value), 0.0 * z
        excess = self.excess(here.level)
        slope = here.slope + _PENALTY * excess * here.level_slope
        return here.value + 0.5 * _PENALTY * excess**2, slope

    def excess(self, level: float) -> float:
        """How far the level lies over its target, shifted by the multiplier; 0 if not at all."""
        return max(0.0, level - self.ceiling + _SLACK + self.multiplier / _PENALTY)

    def look(self, z: FloatArray) -> Point:
        """Evaluate at z and keep what is better than the best."""
        here = self.landscape.look(z)
        if here.level <= self.ceiling and here.value < self.best.value:
            self.best = Lowest(z.copy(), here.value, here.level)
            if here.value < self.enough:
                raise _Satisfied
        return here

    def polish(self) -> None:
        """Polish the best point as long as each step wins log 2 or more."""
        gained = math.isfinite(self.best.value)
        while gained:
            before = self.best.value
            if (z := self.landscape.polish(self.best.z)) is self.best.z:
                break
            self.look(z)
            gained = self.best.value < before - _GAIN
