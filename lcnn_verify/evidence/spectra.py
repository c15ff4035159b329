"""Eigenvalues and singular values as quantities: value, error bound, oracle and enclosure."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath
import numpy as np
from flint import arb, arb_mat, fmpq_mat

from lcnn_verify.evidence.amounts import frobenius
from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.numerics import exact as rationals
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.inertia import eigenvalues
from lcnn_verify.numerics.kits import BALLS, DECIMALS, Kit
from lcnn_verify.numerics.krawczyk import midpoints

_BITS = 128
_BACKWARD = 16  # times n·2⁻⁵²·‖A‖: more than LAPACK's eigenvalues and singular values are off


def eigenvalue(
    label: str,
    matrix: FloatArray,
    error: float,
    *,
    index: int,
    exact: Callable[[], Any] | None = None,
    enclosed: Callable[[], arb_mat] | None = None,
) -> Quantity:
    """The eigenvalue of that ``index``, ascending, of the matrix that ``matrix`` stands for.

    ``matrix`` (n, n) is within ``error`` of it in the spectral norm, which moves no eigenvalue
    further (Weyl). ``exact()`` is the matrix of mpmath and ``enclosed()`` that of balls, each at
    the precision in force.
    """
    values = np.linalg.eigvalsh(matrix)
    size = float(np.abs(values).max())
    bound = error + _BACKWARD * len(matrix) * ROUNDING * (size + error)

    @cache  # composed quantities ask again
    def oracle(digits: int) -> Any:
        assert exact is not None
        with mpmath.workdps(digits + 15):
            return sorted(mpmath.eigsy(exact(), eigvals_only=True))[index]

    @cache
    def ball(bits: int) -> arb:
        assert enclosed is not None
        with balls.working_precision(bits + 32):
            found = eigenvalues(enclosed())
            low, high = sorted(x.lower() for x in found), sorted(x.upper() for x in found)
            return balls.hull(low[index], high[index])

    return Quantity(
        label,
        float(values[index]),
        bound,
        oracle if exact is not None else None,
        size,
        ball if enclosed is not None else None,
    )


def eigenvalue_of(label: str, matrix: Callable[[Kit], Any], *, index: int) -> Quantity:
    """The same of a symmetric matrix given in any arithmetic; its floats are those next to balls.

    So no bound on float64's own arithmetic is wanted.
    """
    with balls.working_precision(_BITS):
        held = matrix(BALLS)
        wide = math.sqrt(sum(float(entry.rad()) ** 2 for entry in held.entries()))
    middle = midpoints(held)
    error = (wide + ROUNDING * float(np.linalg.norm(middle))) * (1 + 1e-9)
    return eigenvalue(
        label,
        middle,
        error,
        index=index,
        exact=lambda: matrix(DECIMALS),
        enclosed=lambda: matrix(BALLS),
    )


def singular_values(
    name: str, matrix: FloatArray | fmpq_mat, error: float = 0.0
) -> tuple[Quantity, ...]:
    """s_1(``name``) ≥ s_2(``name``) ≥ … of a matrix (m, n) that is known exactly, or nearly.

    In float64 ``matrix`` is within ``error`` of it in the spectral norm. None is taken from a Gram
    matrix in float64, which would square the condition number.
    """
    rational = matrix if isinstance(matrix, fmpq_mat) else None
    if rational is not None:
        matrix = rationals.floats(rational)
        error += ROUNDING * frobenius(matrix)
    values = np.linalg.svd(matrix, compute_uv=False)
    size = float(values[0])
    bound = error + _BACKWARD * max(matrix.shape) * ROUNDING * (size + error)

    @cache  # all of them share a decomposition
    def oracle(digits: int) -> Any:
        assert rational is not None
        with mpmath.workdps(digits + 15):
            rows = [[mpmath.mpf(int(x.p)) / int(x.q) for x in row] for row in rational.tolist()]
            return sorted(mpmath.svd_r(mpmath.matrix(rows), compute_uv=False), reverse=True)

    @cache
    def held(bits: int) -> tuple[arb, ...]:
        with balls.working_precision(bits + 32):
            return rationals.singular_values(rational)

    def one(i: int) -> Quantity:
        label, value = f"s_{i + 1}({name})", float(values[i])
        if rational is None:
            return Quantity(label, value, bound, scale=size)
        return Quantity(label, value, bound, lambda at: oracle(at)[i], size, lambda at: held(at)[i])

    return tuple(map(one, range(len(values))))
