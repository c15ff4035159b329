"""What a region certificate says, recomputed by its checker: constants, root, coordinates.

ε₀ = v_min⁴M(Δ)/(8r), κ = 1/‖V‖_F, M(Δ) = 1 + k(Δ) − 2k(Δ/2)² (THEORY §4). The coordinates are those
of ``region_claim``, written down once more, since the checker believes nothing of the search.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from lcnn_verify.certificates.checker_arithmetic import (
    HALF,
    ONE,
    PI,
    SCALE,
    TWO,
    UP,
    ZERO,
    Slopes,
    exact,
    sine_cosine,
)

CLAIM = "zgj.gradient-bound"
SHAPES = {(1, 1): 2, (1, 2): 4, (1, 3): 6, (2, 2): 4}
"""Coordinates by (teachers, students)."""


class Rejected(Exception):
    """Why the certificate proves nothing, naming the box where there is one."""


def number(text: Any) -> Fraction:
    """A positive rational as certificates write it, digits or digits/digits."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,30}(/[0-9]{1,30})?", text):
        raise ValueError(f"the number {str(text)[:40]!r}")
    return Fraction(text)


@dataclass(frozen=True, slots=True)
class Placed:
    """Masses q, angles φ, Σq, Σqφ, and the rows ∂q/∂x_k, ∂φ/∂x_k."""

    q: list[Slopes]
    phi: list[Slopes]
    total: Slopes
    moment: Slopes
    by_mass: list[list[Slopes]]
    by_angle: list[list[Slopes]]


class Claim:
    """The statement, recomputed from the document's exact numbers."""

    def __init__(self, document: dict[str, Any]) -> None:
        teacher = document["teacher"]
        norms = [number(text) for text in teacher["norms"]]
        self.r, self.m, degrees = len(norms), document["students"], number(teacher["separation"])
        whole = type(self.m) is int and document["dimension"] == 2
        known = whole and (self.r, self.m) in SHAPES and min(norms) > 0
        if not known or not 0 < degrees <= 90 or (self.r == 1 and degrees != 90):
            raise Rejected("its network is none that this checker knows")
        self.masses = [exact(norm * norm) for norm in norms]
        squares = sum((norm * norm for norm in norms), Fraction(0))
        gap = PI * exact(degrees / 180)
        self.angles = [gap * HALF, -gap * HALF] if self.r == 2 else [ZERO]
        far, near = (
            SCALE * (s + (PI * HALF - t) * c)
            for t, (s, c) in ((t, sine_cosine(t)) for t in (gap, gap * HALF))
        )
        self.level = exact(min(norms) ** 4 / (8 * self.r)) * (ONE + far - near * near * TWO)
        self.inner, self.total = self.level * exact(number(document["inner"])), exact(squares)
        self.multiple = number(document["multiple"])
        self.rate = float(exact(self.multiple).high() / np.sqrt(self.total.low()) * UP)
        self.least = float(exact(self.multiple).low() / np.sqrt(self.total.high()) / UP)

    def root(self) -> list[tuple[float, float]]:
        """What the root must hold, rounded outward."""
        stray = float(np.sqrt((PI * self.level).high()) * UP)
        mass = (float(self.total.low()) - stray) / UP, (float(self.total.high()) + stray) * UP
        half, turn = (-math.pi / 2 * UP, math.pi / 2 * UP), math.pi * UP
        if self.r == 2:
            return [(0.0, mass[1])] * 2 + [half] * 2
        if self.m < 3:
            return [mass, (0.0, half[1])] if self.m == 1 else [mass, (0, 0.5), half, (0, turn)]
        return [mass, (0.0, 2 / 3 * UP), (0.0, 0.5), half, (0.0, turn), (-turn, turn)]

    def place(self, x: list[Slopes]) -> Placed:
        """Put students where coordinates say."""
        zero = Slopes(x[0].c * ZERO, x[0].s * ZERO, x[0].p * 0.0)
        one, s = zero + ONE, x[0]
        if self.r == 2:
            unit = [[one if i == k else zero for i in range(2)] for k in range(2)]
            none = [[zero, zero]] * 2
            moment = x[0] * x[2] + x[1] * x[3]
            return Placed(x[:2], x[2:], x[0] + x[1], moment, unit + none, none + unit)
        mean = x[self.m]
        if self.m == 1:
            return Placed([s], [mean], s, s * mean, [[one], [zero]], [[zero], [one]])
        u, o, t = x[1], -x[1] + ONE, x[self.m + 1]
        left, right = mean + u * t, mean - o * t
        if self.m == 2:
            q = [[o, u], [-s, s], [zero] * 2, [zero] * 2]
            phi = [[zero] * 2, [t, t], [one, one], [u, -o]]
            return Placed([s * o, s * u], [left, right], s, s * mean, q, phi)
        v, y, e, none = x[2], -x[2] + ONE, x[5], [[zero] * 3]
        q = [[o, u * y, u * v], [-s, s * y, s * v], [zero, -(s * u), s * u], *none * 3]
        phi = [[zero] * 3, [t] * 3, [zero, e, e], [one] * 3, [u, -o, -o], [zero, v, -y]]
        return Placed(
            [s * o, s * u * y, s * u * v], [left, right + v * e, right - y * e], s, s * mean, q, phi
        )
