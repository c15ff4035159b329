"""Every value of a vector, by two routes without a common closed form, or not at all.

The header of the file of vectors names both routes to each kind of value.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import mpmath
from flint import arb

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.enclosure.quantities import level
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import TIED_ABS
from lcnn_verify.packs.zgj.oracle.family import precise_family
from lcnn_verify.packs.zgj.vectors import integrals
from lcnn_verify.packs.zgj.vectors.decimals import (
    AGREEMENT,
    DPS,
    ConfirmationError,
    agreement,
    ball,
    digits_of,
    exact,
    rounded,
)
from lcnn_verify.packs.zgj.vectors.flags import exactly_zero, is_extreme

LARGEST_HESSIAN = 36
"""m·d up to which the Hessian's eigenvalues are given."""

_GRAM_BITS = 4000
_STEP = -100  # in powers of ten, relative to the least student
_PUSH = -60


@dataclass(frozen=True, slots=True)
class Values:
    """What is published of one case, as decimal strings; ``None`` where ``absent`` says why.

    ``gradient`` has a row for each student, ``None`` where L has no derivative. ``agreement`` is
    the number of digits to which the two routes agree.
    """

    loss: str
    gradient: tuple[tuple[str, ...] | None, ...]
    hessian: Extremes | None
    separation: str | None
    threshold: str | None
    absent: dict[str, str]
    agreement: dict[str, int]


def derive(x: Instance) -> Values:
    """All values of ``x``. Raises ``ConfirmationError`` where two routes disagree."""
    agreed: dict[str, int] = {}
    absent: dict[str, str] = {}
    loss, agreed["loss"] = _loss(x)
    gradient, agreed["gradient"] = _gradient(x)
    hessian = separation = threshold = None
    if reason := _no_hessian(x):
        absent["hessian"] = reason
    else:
        hessian = extreme_eigenvalues(x)
        agreed["hessian"] = hessian.agreement
    if not x.V.any(axis=1).all():
        absent["separation"] = absent["threshold"] = "a zero teacher has no line"
    else:
        separation, agreed["separation"] = _separation(x.V)
        if x.model != TIED_ABS:
            absent["threshold"] = "stated for tied readout and |·| only"
        elif separation == "0":
            absent["threshold"] = "two teachers on one line"
        else:
            threshold, agreed["threshold"] = _threshold(x.V)
    return Values(loss, gradient, hessian, separation, threshold, absent, agreed)


def _loss(x: Instance) -> tuple[str, int]:
    with mpmath.workdps(3 * DPS):
        scale = mpmath.fsum(precise_family(x.W, x.V, x.model).masses) ** 2
    value = oracle.loss(x.W, x.V, dps=DPS, model=x.model)
    second = integrals.loss(integrals.exact_rows(x.W), integrals.exact_rows(x.V), x.model)
    # Zero is decided in integers. What merely looks like it is refused.
    zero = exactly_zero(x)
    text = "0" if zero else rounded("loss", value, scale * mpmath.mpf(10) ** -100)
    if (text == "0") is not zero:
        raise ConfirmationError("loss: it vanishes to all digits, yet is not zero")
    return text, agreement("loss", text, value, second, scale)


def _gradient(x: Instance) -> tuple[tuple[tuple[str, ...] | None, ...], int]:
    m, d = x.W.shape
    with mpmath.workdps(3 * DPS):
        family = precise_family(x.W, x.V, x.model)
        total = mpmath.fsum(family.masses)
        scales = [norm ** (x.model.mass_power - 1) * total for norm in family.norms[:m]]
    first = oracle.gradient(x.W, x.V, dps=DPS, model=x.model)
    second = integrals.gradient(integrals.exact_rows(x.W), integrals.exact_rows(x.V), x.model)
    rows: list[tuple[str, ...] | None] = []
    digits = 2 * DPS
    for i, balls in enumerate(second):
        if balls is None:
            rows.append(None)
            continue
        row = tuple(rounded("gradient", first[i, k], scales[i]) for k in range(d))
        for k, text in enumerate(row):
            name = f"gradient[{i}, {k}]"
            digits = min(digits, agreement(name, text, first[i, k], balls[k], scales[i]))
        rows.append(row)
    return tuple(rows), digits


def _no_hessian(x: Instance) -> str:
    """Why no eigenvalues are given; empty if they are."""
    if not x.W.any(axis=1).all():
        return "a zero student: L has no second derivative there"
    if x.W.size > LARGEST_HESSIAN:
        return f"not given for m·d = {x.W.size} > {LARGEST_HESSIAN}"
    return "not given for extreme norms" if is_extreme(x) else ""


def _separation(V: FloatArray) -> tuple[str, int]:
    first = oracle.separation(V, DPS)
    text = "0" if first == 0 else rounded("separation", first, first)
    return text, agreement("separation", text, first, _gram_separation(V), mpmath.mpf(1))


def _gram_separation(V: FloatArray) -> Any:
    """Δ as a ball: arccos of the largest |cosine|, with enough bits for what arccos loses."""
    with working_precision(_GRAM_BITS):
        rows = [[arb(entry) for entry in row] for row in V.tolist()]
        least = arb.pi() / 2
        for j, b in enumerate(rows):
            for a in rows[:j]:
                dot, left, right = (
                    sum((s * t for s, t in zip(p, q, strict=True)), arb(0))
                    for p, q in ((a, b), (a, a), (b, b))
                )
                least = least.min((abs(dot) / (left * right).sqrt()).min(arb(1)).acos())
        return least


def _threshold(V: FloatArray) -> tuple[str, int]:
    first = oracle.loss_threshold(V, DPS)
    delta = _gram_separation(V)
    with working_precision(_GRAM_BITS):
        squares = [sum((arb(e) * arb(e) for e in row), arb(0)) for row in V.tolist()]
        second = reduce(arb.min, squares) ** 2 * level(delta) / (8 * len(squares))
    text = rounded("threshold", first, first)
    return text, agreement("threshold", text, first, second, first)


@dataclass(frozen=True, slots=True)
class Extremes:
    """The least and the largest eigenvalue, as published, and the digits to which they agree."""

    smallest: str
    largest: str
    agreement: int


def extreme_eigenvalues(x: Instance) -> Extremes:
    """Both ends of the spectrum of ∇²L at ``x``, whose students are nonzero.

    The oracle's matrix H gives λ and x by eigenvalue decomposition. Then (1) differences of the
    integral route's gradient along x must give λx: that matrix, which shares no formula with H, has
    an eigenvalue there; (2) along a direction without pattern they must give H times it: the two
    matrices are one; (3) H − λ_min and λ_max − H must be positive definite when pushed ever so
    little: there is no eigenvalue further out.

    ``agreement`` counts digits, of ‖H‖ where an eigenvalue is 0. Raises
    :class:`ConfirmationError` when a check fails.
    """
    H = oracle.hessian(x.W, x.V, dps=DPS, model=x.model)
    with mpmath.workdps(2 * DPS):
        size = H.rows
        values, vectors = mpmath.eigsy(H)
        scale = max(mpmath.mnorm(H, "f"), mpmath.mpf(10) ** -400)
        ends = ((values[0], vectors[:, 0]), (values[size - 1], vectors[:, size - 1]))
        pattern = mpmath.matrix([mpmath.sin(1 + k) for k in range(size)])
        pattern /= mpmath.norm(pattern)
        smallest, largest = (rounded("hessian", value, scale) for value, _ in ends)
        gaps = [_gap(x, pattern, H * pattern, scale)]
        for text, (value, vector) in zip((smallest, largest), ends, strict=True):
            size_wanted = scale if text == "0" else abs(value)
            gaps.append(_gap(x, vector, value * vector, size_wanted))
        digits = min(digits_of(gap) for gap in gaps)
        if digits < AGREEMENT:
            raise ConfirmationError(f"hessian: the routes agree to {digits} digits")
        push = scale * mpmath.mpf(10) ** _PUSH
        identity = mpmath.eye(size)
        for name, definite in (
            ("smallest", H - (values[0] - push) * identity),
            ("largest", (values[size - 1] + push) * identity - H),
        ):
            if not _is_positive_definite(definite):
                raise ConfirmationError(f"hessian: {name} eigenvalue is not the {name}")
    return Extremes(smallest, largest, digits)


def _gap(x: Instance, direction: Any, expected: Any, scale: Any) -> Any:
    """‖D∇L·direction − expected‖₁/scale as a ball, D∇L by differences of the integral route."""
    m, d = x.W.shape
    W, V = integrals.exact_rows(x.W), integrals.exact_rows(x.V)
    least = min(max(abs(entry) for entry in row) for row in W)
    step = least * Fraction(10) ** _STEP
    moves = [[exact(direction[i * d + k]) for k in range(d)] for i in range(m)]
    ahead, behind = (
        integrals.gradient(
            [
                [entry + sign * step * move for entry, move in zip(row, turn, strict=True)]
                for row, turn in zip(W, moves, strict=True)
            ],
            V,
            x.model,
        )
        for sign in (1, -1)
    )
    with working_precision(integrals.BITS):
        total = ball(Fraction(0))
        for i, (later, earlier) in enumerate(zip(ahead, behind, strict=True)):
            if later is None or earlier is None:
                raise ConfirmationError("hessian: a zero student has none")
            for k in range(d):
                slope = (later[k] - earlier[k]) / (2 * ball(step))
                total += abs(slope - ball(exact(expected[i * d + k])))
        return total / ball(exact(scale))


def _is_positive_definite(matrix: Any) -> bool:
    try:
        mpmath.cholesky(matrix)
    except ValueError:
        return False
    return True
