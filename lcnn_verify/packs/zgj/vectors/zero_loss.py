"""Whether a loss is exactly zero, decided in integers: no float can tell."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from typing import TypeAlias

from lcnn_verify.packs.zgj.instances import Instance

Line: TypeAlias = tuple[int, ...]
"""The shortest integer vector on a line, its first nonzero entry positive."""


def exactly_zero(x: Instance) -> bool:
    """Whether L(W) = 0 at the floats of ``x``.

    For |·| that is so iff students and teachers have the same mass on every line (THEORY §3, fact
    7). For ReLU, L = ¼(L_abs + ½‖Σ_a c_a q_a â‖²), so the signed first moment must vanish as well.
    """
    even, odd = _masses(x)
    if any(even.values()):
        return False
    return x.model.activation == "abs" or _vanishes(odd, x.model.mass_power)


def _masses(x: Instance) -> tuple[dict[Line, Fraction], dict[Line, Fraction]]:
    """Σ c·q over each line in units of its vector's mass: as it is, and with each ray's sign."""
    even: dict[Line, Fraction] = defaultdict(Fraction)
    odd: dict[Line, Fraction] = defaultdict(Fraction)
    for rows, charge in ((x.W, 1), (x.V, -1)):
        for row in rows[rows.any(axis=1)].tolist():
            exact = [Fraction(entry) for entry in row]
            common = math.lcm(*(entry.denominator for entry in exact))
            whole = [int(entry * common) for entry in exact]
            factor = math.gcd(*whole)
            side = 1 if next(entry for entry in whole if entry) > 0 else -1
            line = tuple(side * entry // factor for entry in whole)
            mass = charge * Fraction(factor, common) ** x.model.mass_power
            even[line] += mass
            odd[line] += side * mass
    return even, odd


def _vanishes(moments: dict[Line, Fraction], power: int) -> bool:
    """Whether Σ μ_e·‖e‖^(p−1)·e = 0 over lines e.

    Tied, the roots √⟨e,e⟩ come in: those with rational ratios add up, and classes of others are
    linearly independent over the rationals.
    """
    classes: list[tuple[int, list[Fraction]]] = []
    for line, moment in moments.items():
        square = sum(entry * entry for entry in line) if power == 2 else 1
        kin = next((one for one in classes if _is_square(square * one[0])), None)
        if kin is None:
            kin = (square, [Fraction(0)] * len(line))
            classes.append(kin)
        other, total = kin
        ratio = Fraction(math.isqrt(square * other), other)  # √square/√other
        for k, entry in enumerate(line):
            total[k] += moment * entry * ratio
    return not any(entry for _, total in classes for entry in total)


def _is_square(number: int) -> bool:
    return math.isqrt(number) ** 2 == number
