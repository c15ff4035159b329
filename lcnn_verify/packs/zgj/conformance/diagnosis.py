"""What is wrong with a wrong answer, in words; nothing is said that was not verified by computing.

Usual slips are made on purpose at the same input: one that gives the number that came back may be
the cause. Small inputs make many slips look alike, so a slip is named only if it also explains the
answers to generic inputs, where no two of them give the same number. Where those are right, what is
special about the input is named only if it is wrong with that alone, and right without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import number
from lcnn_verify.packs.zgj.conformance import examples, known_mistakes
from lcnn_verify.packs.zgj.conformance.answers import APART, CLOSE, Call
from lcnn_verify.packs.zgj.conformance.declaration import Dtype
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import Implementation
from lcnn_verify.packs.zgj.conformance.quantities import TEACHER_EXPONENTS, reference, rounded
from lcnn_verify.packs.zgj.instances import Instance

Ask: TypeAlias = Callable[[Instance], Call | None]
"""What the operation gives at another input."""

_NEARLY_PARALLEL = 1e-3
_PARALLEL = 1.0 - 1e-6
_FEW = 4
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
    return _past_one(implementation, operation, x)


def _past_one(implementation: Implementation, operation: str, x: Instance) -> str:
    """Say so if what breaks a pair is that its cosine, as people write it, rounds past 1 or −1."""
    rows = np.concatenate((x.W, x.V))
    for written in examples.cosines(rows, implementation.declaration.dtype).values():
        past = np.argwhere(np.triu(np.abs(written) > 1.0))
        for i, j in past[:_FEW]:
            sign = np.sign(written[i, j])
            pair = (rows[i], rows[j])
            axis = np.eye(len(rows[i]))[0]  # along which such a pair has the cosine ±1 exactly
            straight = (np.abs(rows[i]).max() * axis, sign * np.abs(rows[j]).max() * axis)
            bent, exact = (
                _not_finite(implementation, operation, *((tuple(row.tolist()),) for row in two))
                for two in (pair, straight)
            )
            if bent and not exact:
                end = "1" if sign > 0 else "−1"
                return f"not finite where rounding takes a cosine past {end}: clip ρ to [−1, 1]"
    return ""


def of_answer(call: Call, generic: Sequence[Call], dtype: Dtype, ask: Ask | None = None) -> str:
    """What is wrong with the wrong answer of ``call``, in words; empty if that is not known.

    ``generic`` are answers of the same operation to inputs with nothing special about them. What
    is said explains each of them that is wrong too; without any, nothing is said. Where none is,
    ``ask`` finds out what is special about the input of ``call``.
    """
    if not generic or call.misses(dtype) <= 1.0:
        return ""
    wrong = [other for other in generic if other.misses(dtype) > 1.0]
    if not wrong:
        where = _where(call, dtype, ask) if ask else ""
        if where:
            named = known_mistakes.missing_term(call, dtype)
            return f"{named}, {where}" if named else f"wrong only {where}"
        return _changed(call) or ("it is zero" if _is_zero(call) else _precision(call, dtype))
    every = (call, *wrong)
    said = known_mistakes.of_terms(every, dtype)
    if said and not all(map(_is_zero, every)):
        return said
    slips = [set(_slips(each, dtype)) for each in every]
    for words in _slips(call, dtype):
        if all(words in known for known in slips):
            return words
    if all(map(_changed, every)):
        return _changed(call)
    return said or (_precision(call, dtype) if all(_precision(it, dtype) for it in wrong) else "")


def _changed(call: Call) -> str:
    return f"it changes its inputs: {call.changed}" if call.changed else ""


def _is_zero(call: Call) -> bool:
    return not np.any(call.gradient if call.loss is None else call.loss)


def _slips(call: Call, dtype: Dtype) -> Iterator[str]:
    """The usual slips that give this wrong answer."""
    right = reference(call.x)
    if call.loss is not None:
        got, wanted = np.array([[call.loss]]), np.array([[right.loss]])
        floors, made = np.array([right.loss_floor(dtype)]), known_mistakes.of_loss(right)
    elif call.gradient is not None:
        got, wanted = call.gradient, right.gradient
        floors, made = right.gradient_floors(dtype), known_mistakes.of_gradient(right)
    else:
        return
    judged = np.isfinite(floors)

    def gaps(first: FloatArray, second: FloatArray) -> FloatArray:
        """Row by row, how far two answers are apart in floors."""
        with np.errstate(over="ignore"):  # off by more than float64 can say
            return np.asarray(np.linalg.norm(first - second, axis=1)[judged] / floors[judged])

    for words, value in made:
        if np.all(gaps(got, value) <= CLOSE) and np.any(gaps(value, wanted) > APART):
            yield words


def _where(call: Call, dtype: Dtype, ask: Ask) -> str:
    """What is special about the neurons: the answer is wrong with it alone and right without."""
    x, m = call.x, len(call.x.W)
    rows = np.concatenate((x.W, x.V))
    norms = np.linalg.norm(rows, axis=1)
    units = rows / np.where(norms > 0.0, norms, 1.0)[:, None]
    general = examples.directions(*rows.shape)

    def wrong(lengths: FloatArray, directions: FloatArray) -> bool | None:
        """Whether the answer is off for such neurons; None if there is no answer."""
        moved = lengths[:, None] * directions
        other = ask(rounded(Instance(moved[:m], moved[m:], x.model), dtype))
        return None if other is None else other.misses(dtype) > 1.0

    ones = np.where(norms > 0.0, 1.0, 0.0)
    if not ones.all() and wrong(ones, general) and wrong(np.ones_like(ones), general) is False:
        return "where a neuron is zero"
    of_directions, of_lengths = wrong(ones, units), wrong(norms, general)
    if of_directions and of_lengths is False:
        off = np.flatnonzero(call.gaps(dtype) > 1.0) if call.loss is None else np.arange(len(rows))
        sines = np.linalg.norm(units[:, None] - units, axis=2)
        sines = np.minimum(sines, np.linalg.norm(units[:, None] + units, axis=2))
        np.fill_diagonal(sines, 1.0)
        nearest = sines.min(axis=1)[off]
        worst = float(nearest.max(initial=0.0) if call.loss is None else nearest.min())
        if worst >= _NEARLY_PARALLEL:
            return ""
        angle = (
            f"nearly parallel to another (sin θ ≤ {number(worst, 1)})"
            if worst
            else "parallel to another"
        )
        return f"for neurons {angle}"
    if of_directions is False and of_lengths:
        return _of_lengths(norms, m, dtype, lambda lengths: wrong(lengths, general))
    return ""


def _of_lengths(
    norms: FloatArray, m: int, dtype: Dtype, wrong: Callable[[FloatArray], bool | None]
) -> str:
    """Which neurons are too short or too long, and whether by themselves or beside the others."""
    alive = norms > 0.0
    smallest, largest = float(norms[alive].min()), float(norms.max())
    bounds = np.exp2(np.array(TEACHER_EXPONENTS[dtype], dtype=np.float64))
    spread = 1.0 + np.arange(len(norms)) / 8.0  # neurons all alike may need no gradient
    for word, end, mended, kept in (
        ("short", smallest, (1.0, None), (None, 1.0)),
        ("long", largest, (None, 1.0), (1.0, None)),
    ):
        ends = (np.where(alive, np.clip(norms, *limits), 0.0) for limits in (mended, kept))
        if [wrong(lengths) for lengths in ends] != [False, True]:
            continue
        lengths = np.where(alive, end / spread, 0.0)
        lengths[m:] = np.where(alive[m:], np.clip(lengths[m:], *bounds), 0.0)
        if (alone := wrong(lengths)) is not None:
            shown = f"{word} neurons (one has length {number(end, 1)})"
            beside = f"a neuron {number(largest / smallest, 1)} times {word}er than another"
            return f"for {shown if alone else beside}"
    return ""


def _precision(call: Call, dtype: Dtype) -> str:
    """Say so if a float64 result is off by about as much as one step in float32 would cost."""
    right = reference(call.x)
    if call.gradient is None:
        off, size = abs((call.loss or 0.0) - right.loss), right.total**2
    else:
        judged = np.isfinite(right.gradient_floors(dtype))
        gaps = np.linalg.norm(call.gradient[judged] - right.gradient[judged], axis=1)
        off, size = float(gaps.max(initial=0.0)), right.total * float(right.levers.max())
    if dtype == "float64" and size and 2.0**-29 < off / size < 2.0**-20:
        return "off by the size of a float32 rounding"
    return ""
