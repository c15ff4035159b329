"""Why a case is there: flags read off its arrays and values, explained in the file's header.

That a loss is exactly zero is decided in integers, for no float can tell.
"""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from itertools import combinations
from operator import mul
from typing import TypeAlias

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.oracle.teacher import integer_rows
from lcnn_verify.packs.zgj.vectors.tolerances import fits_float32

FLAGS = {
    "plain": "Nothing special: a slip in a formula shows here first.",
    "right-angle": "Neurons at 90 degrees, where k' = 0 for |·|.",
    "obtuse": "An angle above 90 degrees: |·| sees the acute angle, ReLU the obtuse one.",
    "near-parallel": "Two neurons less than 1e-4 radians off one line, yet off it: arccos and "
    "√(1 − ρ²) lose half the digits or, when ρ rounds past 1, give NaN.",
    "clone": "Two neurons on one ray: ρ = 1 off the diagonal, where autograd through √(1 − ρ²) "
    "gives NaN or ∞.",
    "past-one": "The cosine of two neurons rounds past 1 or −1 in float64, in one of its usual "
    "forms: û·v̂, w·v/(‖w‖‖v‖), S/√(qqᵀ). Unless it is clipped at both ends, arccos and √(1 − ρ²) "
    "give NaN.",
    "antiparallel": "Two neurons on opposite rays: one neuron for |·|, two for ReLU.",
    "split": "A neuron's mass divided among clones.",
    "zero-neuron": "A zero student or teacher: no direction to divide by. A student's gradient row "
    "is 0 (tied) or does not exist and is null (unit readout).",
    "exact-zero-loss": "Students and teachers are one measure, exactly: loss and gradient are 0.",
    "cancellation": "The loss is positive, but below 1e-6·(Σ mass)²: a double sum loses digits.",
    "tiny": "A neuron of norm below 0.01, yet not zero.",
    "huge": "A neuron of norm above 100.",
    "mixed-scales": "Norms that differ by a factor above 1e5.",
    "extreme": "A norm below 1e-70 or above 1e70: its powers leave the range of a double. An "
    "implementation that does not scale may fail here and be right everywhere else.",
    "one-dimensional": "d = 1: every angle is 0 or 180 degrees.",
    "planar": "d = 2.",
    "high-dimensional": "d ≥ 8.",
    "wide": "m ≥ 16 students.",
    "more-teachers-than-dimensions": "r > d.",
    "fewer-students-than-teachers": "m < r: zero loss is out of reach.",
    "block-edge": "One of a ladder of sizes from 1 to 17: loops that are unrolled, vectorized or "
    "blocked go wrong at single sizes.",
    "merged-pair": "Two teachers represented by students on their bisector.",
    "saddle": "A critical point of positive loss, up to rounding of W.",
    "below-threshold": "L(W) ≤ ε₀(V), m ≥ r: the main paper's setting.",
    "control": "A point where a plausible but false statement breaks.",
    "coincident-teachers": "Two teachers on one line: the separation is 0.",
    "unit-readout": "f_W(x) = Σσ(w·x): mass ‖w‖ instead of ‖w‖².",
    "relu": "ReLU activation.",
    "single-precision": "Every entry is a float32 number: judged in float32 as well.",
}
"""Each flag and what it means."""

PURPOSES = frozenset(
    ("plain", "right-angle", "obtuse", "split", "block-edge", "merged-pair", "saddle", "control")
)
"""The flags that a specification declares; all others follow from inputs and values."""

_LINE = Fraction(1, 10**8)  # tan² of 1e-4 radians
EXTREME = 1e70


def norm(row: list[float]) -> float:
    """‖row‖ without overflow."""
    return math.hypot(*row)


def is_extreme(x: Instance) -> bool:
    """Whether a norm lies outside 1e±70 (and is not zero)."""
    norms = [norm(row) for row in (*x.W.tolist(), *x.V.tolist())]
    return any(0.0 < size < 1 / EXTREME or size > EXTREME for size in norms)


def of_arrays(x: Instance) -> set[str]:
    """The flags that the inputs alone decide."""
    W, V = x.W.tolist(), x.V.tolist()
    norms = [norm(row) for row in (*W, *V)]
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


def ordered(names: set[str]) -> tuple[str, ...]:
    """The flags in the order of :data:`FLAGS`, all of which must be known."""
    unknown = names - set(FLAGS)
    if unknown:
        raise KeyError(f"flags without an explanation: {sorted(unknown)}")
    return tuple(name for name in FLAGS if name in names)


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
