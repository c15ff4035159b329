"""The extreme eigenvalues of the Hessian, and three ways to doubt them.

The oracle's matrix H gives λ and x by eigenvalue decomposition. Then (1) differences of the
integral route's gradient along x must give λx: that matrix, which shares no formula with H, has an
eigenvalue there; (2) along a direction without pattern they must give H times it: the two matrices
are one; (3) H − λ_min and λ_max − H must be positive definite when pushed ever so little: there is
no eigenvalue further out.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.vectors import integrals
from lcnn_verify.packs.zgj.vectors.decimals import (
    AGREEMENT,
    DPS,
    ConfirmationError,
    ball,
    digits_of,
    exact,
    rounded,
)

_STEP = -100  # in powers of ten, relative to the least student
_PUSH = -60


@dataclass(frozen=True, slots=True)
class Extremes:
    """The least and the largest eigenvalue, as published, and the digits to which they agree."""

    smallest: str
    largest: str
    agreement: int


def extreme_eigenvalues(x: Instance) -> Extremes:
    """Both ends of the spectrum of ∇²L at ``x``, whose students are nonzero.

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
