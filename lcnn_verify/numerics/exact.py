"""Exact linear algebra over the rationals: what rank, determinant, signs and spectra really are.

Numbers are ints, Fractions, flint's rationals, or floats taken exactly as they stand: 0.1 is the
float nearest to a tenth. Elimination runs in FLINT (python-flint's ``fmpq_mat``).
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from numbers import Rational, Real
from typing import Any, TypeAlias

import numpy as np
from flint import arb, fmpq, fmpq_mat, fmpq_poly, fmpz

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.inertia import Inertia, real_roots

Vector: TypeAlias = tuple[Fraction, ...]
_WANTED = "finite real numbers: ints, Fractions, floats taken exactly"


def rank(matrix: Any) -> int:
    """The rank of ``matrix`` (m, n). Raises :class:`InputError` as :func:`as_rationals` does."""
    return int(as_rationals("matrix", matrix).rank())


def determinant(matrix: Any) -> Fraction:
    """The determinant of ``matrix`` (n, n). Raises as :func:`as_rationals`, and if not square."""
    return _fraction(_square(as_rationals("matrix", matrix)).det())


def null_space(matrix: Any) -> tuple[Vector, ...]:
    """A basis of all x with ``matrix`` (m, n) times x = 0; empty if only 0 is.

    There is one vector for each column that depends on those before it, with a 1 there and zeros
    at the other such columns. Raises :class:`InputError` as :func:`as_rationals` does.
    """
    reduced, pivots = _reduced(as_rationals("matrix", matrix))
    return tuple(
        _spread(reduced, pivots, free, -1, {free: Fraction(1)})
        for free in range(reduced.ncols())
        if free not in pivots
    )


def relation(rows: Any) -> tuple[int, ...]:
    """Integers c, not all 0, with Σ c_i row_i = 0, for ``rows`` (n, d): there are some if n > d.

    Raises :class:`InputError` as :func:`as_rationals` does, and if the rows are independent.
    """
    basis = null_space(as_rationals("rows", rows).transpose())
    if not basis:
        raise InputError("rows", "independent ones", "rows of which a combination is 0")
    common = math.lcm(*(entry.denominator for entry in basis[0]))
    return tuple(int(entry * common) for entry in basis[0])


def solve(matrix: Any, right: Sequence[Any] | Any) -> Vector | None:
    """The x with ``matrix`` (m, n) times x = ``right`` (m,); None if there is none.

    Where there are many, the unknowns that :func:`null_space` sets free are 0. Raises
    :class:`InputError` as :func:`as_rationals` does, and if ``right`` has not m entries.
    """
    left = as_rationals("matrix", matrix)
    column = as_rationals("right", [[entry] for entry in _listed("right", right, "a vector")])
    m, n = left.nrows(), left.ncols()
    if column.nrows() != m:
        raise InputError("right", f"length {column.nrows()}", f"{m}, one for each row of matrix")
    joined = [[*row, *end] for row, end in zip(left.tolist(), column.tolist(), strict=True)]
    reduced, pivots = _reduced(fmpq_mat(joined))
    return None if n in pivots else _spread(reduced, pivots, n, 1, {})[:n]


def inertia(matrix: Any) -> Inertia:
    """How many eigenvalues of the symmetric ``matrix`` (n, n) are negative, zero and positive.

    All of them are real, so by Descartes' rule as many are positive as the characteristic
    polynomial changes its sign, and 0 is one as often as it is a root. Raises :class:`InputError`
    as :func:`as_rationals` does, and unless ``matrix`` is square and symmetric.
    """
    trusted = _square(as_rationals("matrix", matrix))
    if trusted != trusted.transpose():
        rows = trusted.tolist()
        i, j = next((i, j) for i in range(len(rows)) for j in range(i) if rows[i][j] != rows[j][i])
        got = f"{rows[j][i]} at row {j}, column {i} but {rows[i][j]} at row {i}, column {j}"
        raise InputError("matrix", got, "a symmetric matrix")
    signs = [coefficient > 0 for coefficient in trusted.charpoly().coeffs() if coefficient != 0]
    zero = trusted.nrows() - trusted.rank()
    positive = sum(before != after for before, after in pairwise(signs))
    return Inertia(trusted.nrows() - zero - positive, zero, positive)


def singular_values(matrix: Any) -> tuple[arb, ...]:
    """Balls for the min(m, n) singular values of ``matrix`` (m, n), the largest first.

    They are roots of roots of :func:`gram_polynomial`: one that is 0 is 0 here, and equal ones
    share a ball. At the precision in force. Raises :class:`InputError` as
    :func:`as_rationals` does.
    """
    roots = real_roots(gram_polynomial(matrix))  # apart, so that their order is known
    return tuple(sorted(map(arb.sqrt, roots), key=lambda ball: ball.mid(), reverse=True))


def gram_polynomial(matrix: Any) -> fmpq_poly:
    """The characteristic polynomial of the smaller Gram matrix of ``matrix``: its roots are s_i².

    Raises :class:`InputError` as :func:`as_rationals` does.
    """
    A = as_rationals("matrix", matrix)
    wide = A.nrows() <= A.ncols()
    return (A * A.transpose() if wide else A.transpose() * A).charpoly()


def floats(matrix: fmpq_mat) -> FloatArray:
    """The float64 matrix whose entries are nearest to those of ``matrix``."""
    return np.array([[int(entry.p) / int(entry.q) for entry in row] for row in matrix.tolist()])


def as_rationals(name: str, value: Any) -> fmpq_mat:
    """``value``, rows of numbers of one length, as a matrix of rationals.

    Raises :class:`InputError` naming ``name`` for an empty matrix, ragged rows, and entries that
    are booleans, not finite, or no real numbers.
    """
    if isinstance(value, fmpq_mat):
        rows = value.tolist()
    else:
        outer = _listed(name, value, "a matrix, as rows of numbers")
        rows = [_listed(name, row, "a matrix, as rows of numbers") for row in outer]
    if not rows or not rows[0]:
        raise InputError(name, "an empty matrix", "rows of at least one number")
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            got = f"{len(rows[0])} numbers in row 0 but {len(row)} in row {i}"
            raise InputError(name, got, "rows of one length")
    return fmpq_mat(
        [
            [as_rational(f"{name}[{i}][{j}]", entry) for j, entry in enumerate(row)]
            for i, row in enumerate(rows)
        ]
    )


def as_rational(name: str, value: Any) -> fmpq:
    """One number, exactly. Raises as :func:`as_rationals` does for an entry."""
    if isinstance(value, fmpq | fmpz):
        return fmpq(value)
    if isinstance(value, Rational) and not isinstance(value, bool):
        return fmpq(int(value.numerator), int(value.denominator))
    if isinstance(value, Real) and not isinstance(value, bool):
        number = float(value)
        # A NumPy float may have more digits than float64.
        if math.isfinite(number) and number == value:
            return fmpq(*number.as_integer_ratio())
    raise InputError(name, " ".join(reprlib.repr(value).split()), _WANTED)


def _listed(name: str, value: Any, wanted: str) -> list[Any]:
    """The entries of a sequence or an array."""
    if isinstance(value, np.ndarray) and value.ndim:
        return list(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return list(value)
    raise InputError(name, " ".join(reprlib.repr(value).split()), wanted)


def _square(matrix: fmpq_mat) -> fmpq_mat:
    if matrix.nrows() != matrix.ncols():
        got = f"shape ({matrix.nrows()}, {matrix.ncols()})"
        raise InputError("matrix", got, "as many rows as columns")
    return matrix


def _reduced(matrix: fmpq_mat) -> tuple[fmpq_mat, list[int]]:
    """The reduced row echelon form, and the columns of its leading ones."""
    reduced, rank_ = matrix.rref()
    columns = range(reduced.ncols())
    return reduced, [next(j for j in columns if reduced[i, j] != 0) for i in range(rank_)]


def _spread(
    reduced: fmpq_mat, pivots: list[int], column: int, sign: int, rest: dict[int, Fraction]
) -> Vector:
    """``sign`` times a column of the reduced form, its entries put where their pivots are."""
    entries = {pivot: sign * _fraction(reduced[i, column]) for i, pivot in enumerate(pivots)}
    return tuple({**entries, **rest}.get(j, Fraction(0)) for j in range(reduced.ncols()))


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
