"""What is wrong with a wrong answer, in words; nothing is said that was not verified by computing.

Usual slips are made on purpose at the same input: one that gives the number that came back may be
the cause. Small inputs make many slips look alike, so a slip is named only if it also explains the
answers to generic inputs, where no two of them give the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.conformance import known_mistakes
from lcnn_verify.packs.zgj.conformance.answers import Call
from lcnn_verify.packs.zgj.conformance.declaration import Dtype
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import Implementation
from lcnn_verify.packs.zgj.conformance.quantities import Reference, reference
from lcnn_verify.packs.zgj.instances import Instance

_CLOSE, _APART = 4.0, 16.0  # in floors: as near as this is the same number, farther than that not
_NEARLY_PARALLEL = 1e-3
_PARALLEL = 1.0 - 1e-6
_RIGHT_ANGLE = (((1.0, 0.0),), ((0.0, 1.0),))
_DIAGONAL = ": differentiating √(1 − ρ²) there gives 0·∞"


@lru_cache(maxsize=512)
def _not_finite(implementation: Implementation, operation: str, W: ArrayLike, V: ArrayLike) -> str:
    """What is not finite there, as the implementation's adapter says it; empty if nothing is."""
    try:
        implementation.call(operation, W, V)
    except Misbehaviour as fault:
        return fault.detail if fault.kind is Fault.NOT_FINITE else ""
    return ""


def of_not_finite(implementation: Implementation, operation: str, x: Instance) -> str:
    """Why a result at ``x`` is not finite: what is special about ``x``, if that alone does it.

    Empty if the plainest inputs with a speciality of ``x`` are all fine.
    """
    if detail := _not_finite(implementation, operation, *_RIGHT_ANGLE):
        words = (
            "not finite even for one student and one teacher at a right angle, where only the "
            "diagonal, ρ_ii = 1, is special"
        )
        return words + (_DIAGONAL if "gradient" in detail else "")
    right, m = reference(x), len(x.W)
    students, crossed = right.cosines[:m, :m] - np.eye(m), right.cosines[:m, m:]
    across = ((0.0, 1.0),)
    specialities = (
        (not x.W.any(axis=1).all(), "a zero student", ((0.0, 0.0), (1.0, 0.0)), across),
        (not x.V.any(axis=1).all(), "a zero teacher", ((1.0, 0.0),), ((0.0, 0.0), *across)),
        (
            crossed.max() > _PARALLEL,
            "a student parallel to a teacher, ρ = 1",
            ((1.0, 0.0),),
            ((2.0, 0.0),),
        ),
        (
            crossed.min() < -_PARALLEL,
            "a student opposite to a teacher, ρ = −1",
            ((1.0, 0.0),),
            ((-2.0, 0.0),),
        ),
        (students.max() > _PARALLEL, "parallel students, ρ = 1", ((1.0, 0.0), (2.0, 0.0)), across),
        (
            students.min() < -_PARALLEL,
            "opposite students, ρ = −1",
            ((1.0, 0.0), (-2.0, 0.0)),
            across,
        ),
    )
    for special, words, W, V in specialities:
        if special and _not_finite(implementation, operation, W, V):
            return f"not finite for {words}"
    return ""


def of_answer(call: Call, generic: Sequence[Call], dtype: Dtype) -> str:
    """What is wrong with the wrong answer of ``call``, in words; empty if that is not known.

    ``generic`` are answers of the same operation to inputs with nothing special about them. What
    is said explains each of them that is wrong too; without any, nothing is said.
    """
    if not generic:
        return ""
    here = _findings(call, dtype)
    wrong = [other for other in generic if other.misses(dtype) > 1.0]
    others = [_findings(other, dtype) for other in wrong]
    if others:
        for words in here.known_mistakes:
            if all(words in other.known_mistakes for other in others):
                return words
        if factor := _common_factor(call, wrong, dtype):
            return factor
        if here.some_rows and all(other.some_rows for other in others):
            return here.some_rows
        return here.precision if all(other.precision for other in others) else ""
    if here.where:
        named = [words for words in here.known_mistakes if words != known_mistakes.ZERO]
        return f"{named[0]}, {here.where}" if len(named) == 1 else f"wrong only {here.where}"
    if known_mistakes.ZERO in here.known_mistakes:
        return known_mistakes.ZERO
    return here.some_rows or here.precision


@dataclass(frozen=True, slots=True)
class _Findings:
    """What is true of one wrong answer.

    The ``known_mistakes`` that give it, ``where`` it is wrong if only there, which rows are wrong
    if only ``some_rows`` are, and whether its size is that of a lost ``precision``.
    """

    known_mistakes: tuple[str, ...] = ()
    where: str = ""
    some_rows: str = ""
    precision: str = ""


def _findings(call: Call, dtype: Dtype) -> _Findings:
    right = reference(call.x)
    if call.loss is not None:
        return _of_loss(right, call.loss, dtype)
    return _Findings() if call.gradient is None else _of_gradient(right, call.gradient, dtype)


def _of_loss(right: Reference, got: float, dtype: Dtype) -> _Findings:
    floor = right.loss_floor(dtype)
    named = tuple(
        words
        for words, value in known_mistakes.of_loss(right)
        if abs(got - value) <= _CLOSE * floor and abs(value - right.loss) > _APART * floor
    )
    off = abs(got - right.loss) / right.total**2 if right.total else 0.0
    return _Findings(named, precision=_precision(off, dtype))


def _of_gradient(right: Reference, got: FloatArray, dtype: Dtype) -> _Findings:
    floors = right.gradient_floors(dtype)
    judged = np.isfinite(floors)

    def gaps(first: FloatArray, second: FloatArray) -> FloatArray:
        """Row by row, how far two gradients are apart in floors."""
        norms = np.linalg.norm(first[judged] - second[judged], axis=1)
        with np.errstate(over="ignore"):  # off by more than float64 can say
            return np.asarray(norms / floors[judged])

    named = tuple(
        words
        for words, value in known_mistakes.of_gradient(right)
        if np.all(gaps(got, value) <= _CLOSE) and np.any(gaps(value, right.gradient) > _APART)
    )
    wrong = gaps(got, right.gradient) > 1.0
    sines = right.sines + np.eye(len(right.sines))
    nearest = sines[: len(right.x.W)].min(axis=1)[judged]
    worst, best = nearest[wrong].max(initial=0.0), nearest[~wrong].min(initial=1.0)
    where = some_rows = ""
    if wrong.any() and worst < min(_NEARLY_PARALLEL, best):
        where = f"for neurons nearly parallel to another (sin θ ≤ {worst:.1g})"
    if wrong.any() and not wrong.all():
        some_rows = f"only {_listed(np.flatnonzero(judged)[wrong].tolist())} of {len(got)} wrong"
    size = right.total * float(right.levers.max())
    off = float(np.linalg.norm(got[judged] - right.gradient[judged], axis=1).max(initial=0.0))
    return _Findings(named, where, some_rows, _precision(off / size if size else 0.0, dtype))


def _common_factor(call: Call, generic: Sequence[Call], dtype: Dtype) -> str:
    """Say so if all these answers are one and the same multiple of the right ones."""
    name = "loss" if call.gradient is None else "gradient"
    inputs = {(each.x.W.tobytes(), each.x.V.tobytes()) for each in (call, *generic)}
    if len(inputs) == 1:
        return ""
    got, right, _ = _compared(generic[0], dtype)
    factor = float(np.sum(got * right) / np.sum(right * right))
    for each in (call, *generic):
        got, right, floors = _compared(each, dtype)
        gaps = np.linalg.norm(got - factor * right, axis=1)
        if np.any(gaps > _CLOSE * floors * max(1.0, abs(factor))):
            return ""
    return f"it is {factor:.6g} times the {name}"


def _compared(call: Call, dtype: Dtype) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What came and what is right, as rows where there is a right answer, and their floors."""
    right = reference(call.x)
    if call.gradient is None:
        floors = np.array([right.loss_floor(dtype)])
        return np.array([[call.loss]], dtype=np.float64), np.array([[right.loss]]), floors
    floors = right.gradient_floors(dtype)
    judged = np.isfinite(floors)
    return call.gradient[judged], right.gradient[judged], floors[judged]


def _listed(rows: list[int]) -> str:
    """``row 1``, ``rows 1, 3, 4``, or ``rows 3 to 9`` where none in between is missing."""
    if rows[-1] - rows[0] == len(rows) - 1 > 1:
        return f"rows {rows[0]} to {rows[-1]}"
    return f"{'row' if len(rows) == 1 else 'rows'} {', '.join(map(str, rows))}"


def _precision(relative: float, dtype: Dtype) -> str:
    """Say so if a float64 result is off by about as much as one step in float32 would cost."""
    if dtype == "float64" and 2.0**-29 < relative < 2.0**-20:
        return "off by the size of a float32 rounding"
    return ""
