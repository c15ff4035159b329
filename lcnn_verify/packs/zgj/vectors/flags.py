"""Why a case is there: flags read off its arrays and values, explained in the file's header.

That a loss is exactly zero is decided in integers, for no float can tell.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations
from operator import mul
from typing import TypeAlias

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.oracle.teacher import integer_rows
from lcnn_verify.packs.zgj.vectors.decimals import fits_float32

PURPOSES = frozenset(
    ("plain", "right-angle", "obtuse", "split", "block-edge", "merged-pair", "saddle", "control")
)
"""The flags that a specification declares; all others follow from inputs and values."""

_LINE = Fraction(1, 10**8)  # tan² of 1e-4 radians
EXTREME = 1e70


def is_extreme(x: Instance) -> bool:
    """Whether a norm lies outside 1e±70 (and is not zero)."""
    norms = [math.hypot(*row) for row in (*x.W.tolist(), *x.V.tolist())]
    return any(0.0 < size < 1 / EXTREME or size > EXTREME for size in norms)


def of_arrays(x: Instance) -> set[str]:
    """The flags that the inputs alone decide."""
    W, V = x.W.tolist(), x.V.tolist()
    norms = [math.hypot(*row) for row in (*W, *V)]
    alive = [size for size in norms if size]
    m, r, d = len(W), len(V), len(W[0])
    facts = {
        "relu": x.model.activation == "relu",
        "unit-readout": x.model.readout == "unit",
        "zero-neuron": len(alive) < m + r,
        "tiny": any(size < 0.01 for size in alive),
        "huge": any(size > 100 for size in alive),
        "mixed-scales": bool(alive) and max(alive) / min(alive) > 1e5,
        "extreme": is_extreme(x),
        "one-dimensional": d == 1,
        "planar": d == 2,
        "high-dimensional": d >= 8,
        "wide": m >= 16,
        "more-teachers-than-dimensions": r > d,
        "fewer-students-than-teachers": m < r,
        "exact-zero-loss": exactly_zero(x),
        "single-precision": fits_float32(x),
    }
    facts["past-one"] = any(map(_rounds_past_one, *zip(*combinations([*W, *V], 2), strict=True)))
    return {name for name, holds in facts.items() if holds} | _relations(x.W, x.V)


def _rounds_past_one(a: list[float], b: list[float]) -> bool:
    """Whether a cosine comes out past 1 or −1, in plain float64 sums from left to right."""
    products = (sum(map(mul, first, second)) for first, second in ((a, a), (b, b), (a, b)))
    aa, bb, ab = products
    if not (0.0 < aa * bb < math.inf):
        return False
    p, q = math.sqrt(aa), math.sqrt(bb)
    units = sum((s / p) * (t / q) for s, t in zip(a, b, strict=True))
    return any(abs(rho) > 1.0 for rho in (units, ab / (p * q), ab / math.sqrt(aa * bb)))


def _relations(W: FloatArray, V: FloatArray) -> set[str]:
    """What pairs of nonzero neurons are to each other."""
    whole = [*integer_rows(W), *integer_rows(V)]
    rows = [(row, index >= len(W)) for index, row in enumerate(whole)]
    found = set()
    for (a, first), (b, second) in combinations([entry for entry in rows if any(entry[0])], 2):
        dot = sum(s * t for s, t in zip(a, b, strict=True))
        cross = sum(s * s for s in a) * sum(t * t for t in b) - dot * dot
        if cross == 0:
            found.add("clone" if dot > 0 else "antiparallel")
            if first and second:
                found.add("coincident-teachers")
        elif cross <= _LINE * dot * dot:
            found.add("near-parallel")
    return found


def ordered(names: set[str], meanings: Iterable[str]) -> list[str]:
    """The flags in the order of ``meanings``, a file's header, which must explain all of them."""
    if unknown := names - set(meanings):
        raise KeyError(f"flags without an explanation: {sorted(unknown)}")
    return [name for name in meanings if name in names]


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
