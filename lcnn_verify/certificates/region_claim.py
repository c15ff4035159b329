"""What a region certificate claims, the constants of it, and the charts students are put in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from flint import arb, fmpq

from lcnn_verify.certificates.slopes import Slope
from lcnn_verify.errors import InputError

CLAIM = "zgj.gradient-bound"
INNER = Fraction(1, 10**6)
"""The certified shell starts at ε₁ = INNER·ε₀; with m = r it may start at 0."""


@dataclass(frozen=True, slots=True)
class RegionClaim:
    """‖∇L(W)‖_F ≥ multiple·κ(V)·L(W) for all m students in the plane with ε₁ ≤ L(W) ≤ ε₀(V).

    The teachers have ``norms`` (one or two) and, if two, lie ``separation`` degrees apart; all the
    numbers are exact. Raises :class:`InputError` on a network no chart is made for.
    """

    norms: tuple[Fraction, ...] = (Fraction(1),)
    separation: Fraction = Fraction(90)
    students: int = 2
    multiple: Fraction = Fraction(1)
    inner: Fraction = INNER

    def __post_init__(self) -> None:
        if len(self.norms) not in (1, 2):
            raise InputError("teachers", str(len(self.norms)), "1 or 2")
        least, most = (1, 3) if len(self.norms) == 1 else (2, 2)
        if not least <= self.students <= most:
            wanted = "1, 2 or 3 with one teacher" if least == 1 else "2 with two teachers"
            raise InputError("students", str(self.students), wanted)
        if not all(Fraction(1, 1000) <= norm <= 1000 for norm in self.norms):
            raise InputError("norms", _listed(self.norms), "norms from 0.001 to 1000")
        if not 1 <= self.separation <= 90:
            raise InputError("separation", f"{self.separation}°", "1 to 90 degrees")
        if not 0 < self.multiple <= 1000:
            raise InputError("kappa-multiple", str(self.multiple), "more than 0, at most 1000")
        complete = self.students == len(self.norms) and self.inner == 0
        if not (complete or Fraction(1, 10**9) <= self.inner < 1):
            wanted = "from 1e-9 to less than 1, or 0 for as many students as teachers"
            raise InputError("inner", str(self.inner), wanted)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The names of the chart's coordinates, in order (see :func:`chart`)."""
        if len(self.norms) == 2:
            return ("mass 1", "mass 2", "angle 1", "angle 2")
        return {
            1: ("mass", "angle"),
            2: ("total mass", "share of 2", "mean angle", "spread"),
            3: (
                "total mass",
                "share of 2 and 3",
                "share of 3 of them",
                "mean angle",
                "spread of 1 from 2 and 3",
                "spread of 2 from 3",
            ),
        }[self.students]

    def root(self) -> list[list[float]]:
        """The box [lo, hi] of each coordinate that all students with L ≤ ε₀ have a place in.

        |Σq − Σ‖v‖²| ≤ √(πL) bounds the masses (THEORY §3, fact 6), angles are taken in [−π/2, π/2],
        students are ordered, and for one teacher mirrored to spread ≥ 0. Rounded outward.
        """
        shell = Shell.of(self, float)
        total, stray = sum(shell.masses), math.sqrt(math.pi * shell.level) * (1 + 1e-9)
        half, turn = math.pi / 2 * (1 + 1e-12), math.pi * (1 + 1e-12)
        mass = [(total - stray) * (1 - 1e-9), (total + stray) * (1 + 1e-9)]
        if len(self.norms) == 2:
            return [[0.0, mass[1]]] * 2 + [[-half, half]] * 2
        if self.students == 1:
            return [mass, [0.0, half]]
        if self.students == 2:
            return [mass, [0.0, 0.5], [-half, half], [0.0, turn]]
        third = 2 / 3 * (1 + 1e-12)
        return [mass, [0.0, third], [0.0, 0.5], [-half, half], [0.0, turn], [-turn, turn]]

    def to_json(self) -> dict[str, Any]:
        """The claim as the certificate states it, all numbers exact."""
        return {
            "teacher": {
                "norms": [str(norm) for norm in self.norms],
                "separation": str(self.separation),
            },
            "students": self.students,
            "dimension": 2,
            "multiple": str(self.multiple),
            "inner": str(self.inner),
        }

    @property
    def slug(self) -> str:
        """A name for files: claim, teachers, students, multiple."""
        norms = "-".join(_plain(norm) for norm in self.norms)
        apart = f"-at-{_plain(self.separation)}" if len(self.norms) == 2 else ""
        return f"{CLAIM}-norms-{norms}{apart}-students-{self.students}"


def _plain(number: Fraction) -> str:
    return str(number).replace("/", "over")


def _listed(numbers: Sequence[Fraction]) -> str:
    return ", ".join(str(number) for number in numbers)


@dataclass(frozen=True, slots=True)
class Shell:
    """The claim's constants, as floats or as balls: masses ‖v‖², angles, ε₀, ε₁, multiple·κ."""

    masses: tuple[Any, ...]
    angles: tuple[Any, ...]
    level: Any
    inner: Any
    rate: Any
    half_pi: Any

    @classmethod
    def of(cls, claim: RegionClaim, number: type) -> Shell:
        """Compute them with ``number``, which is ``float`` or ``arb``."""

        def exact(fraction: Fraction) -> Any:
            if number is float:
                return float(fraction)
            return arb(fmpq(fraction.numerator, fraction.denominator))

        pi = math.pi if number is float else arb.pi()
        gap = pi * exact(claim.separation / 180) if len(claim.norms) == 2 else pi / 2

        def dual_kernel(theta: Any) -> Any:
            return (np.sin(theta) + (pi / 2 - theta) * np.cos(theta)) * 2 / pi

        merged = 1 + dual_kernel(gap) - 2 * dual_kernel(gap / 2) * dual_kernel(gap / 2)
        squares = [norm * norm for norm in claim.norms]
        level = exact(min(squares) ** 2) * merged / (8 * len(squares))
        angles = (gap / 2, -gap / 2) if len(squares) == 2 else (pi * 0,)
        return cls(
            masses=tuple(exact(square) for square in squares),
            angles=angles,
            level=level,
            inner=level * exact(claim.inner),
            rate=exact(claim.multiple) / np.sqrt(exact(sum(squares, Fraction(0)))),
            half_pi=pi / 2,
        )


Moves: TypeAlias = list[list[tuple[Any, Any]]]


@dataclass(frozen=True, slots=True)
class Placed:
    """Students in a chart: masses q_i, angles φ_i, total Σq, first moment Σqφ, and derivatives.

    ``moves[k][i]`` is (∂q_i/∂x_k, ∂φ_i/∂x_k), each a slope or the number 0 or 1.
    """

    masses: list[Slope]
    angles: list[Slope]
    total: Slope
    moment: Slope
    moves: Moves


def chart(claim: RegionClaim, x: list[Slope]) -> Placed:
    """Place students by coordinates.

    Two teachers: masses and angles themselves. One teacher: total mass, then shares of it, mean
    angle, then spreads, in which Σq and Σqφ, hence the linear part of L, are exact products: along
    the zeros of L nothing is left to cancel.
    """
    moves: Moves
    if len(claim.norms) == 2:
        q, phi = x[:2], x[2:]
        moves = [[(int(k == i), int(k == i + 2)) for i in range(2)] for k in range(4)]
        return Placed(q, phi, q[0] + q[1], q[0] * phi[0] + q[1] * phi[1], moves)
    s = x[0]
    if claim.students == 1:
        return Placed([s], [x[1]], s, s * x[1], [[(1, 0)], [(0, 1)]])
    if claim.students == 2:
        _, u, mean, spread = x
        o = 1 - u
        moves = [[(o, 0), (u, 0)], [(-s, spread), (s, spread)], [(0, 1)] * 2, [(0, u), (0, -o)]]
        return Placed([s * o, s * u], [mean + u * spread, mean - o * spread], s, s * mean, moves)
    _, u, v, mean, spread, inner = x
    o, y, su = 1 - u, 1 - v, s * u
    rest = mean - o * spread
    moves = [
        [(o, 0), (u * y, 0), (u * v, 0)],
        [(-s, spread), (s * y, spread), (s * v, spread)],
        [(0, 0), (-su, inner), (su, inner)],
        [(0, 1)] * 3,
        [(0, u), (0, -o), (0, -o)],
        [(0, 0), (0, v), (0, -y)],
    ]
    angles = [mean + u * spread, rest + v * inner, rest - y * inner]
    return Placed([s * o, su * y, su * v], angles, s, s * mean, moves)
