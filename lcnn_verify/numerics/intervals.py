"""Vectors and matrices of mpmath's intervals: a second arithmetic, beside the balls of Arb.

Checkers compute in it what a first proof computed with balls. Vectors are lists of intervals,
matrices lists of rows; everything is at the precision in force, :func:`working_bits`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
from mpmath import iv

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.krawczyk import NotProved

Vector: TypeAlias = list[Any]
Matrix: TypeAlias = list[list[Any]]


@contextmanager
def working_bits(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits in mpmath's interval context; restores the caller's."""
    before, iv.prec = iv.prec, bits
    try:
        yield
    finally:
        iv.prec = before


def direction(y: Any, x: Any) -> Any:
    """atan2(y, x), rounded outward.

    mpmath rounds the ends of ``iv.atan2`` from four guard bits: one in fourteen lies on the wrong
    side. Here it has 32 bits more, of which all but 16 are given up.
    """
    bits = iv.prec
    with working_bits(bits + 32):
        angle = iv.atan2(y, x)
        return angle + abs(angle) * iv.mpf([-1, 1]) * iv.mpf(2) ** -(bits + 16)


def dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """The inner product of two vectors of one length."""
    return sum((x * y for x, y in zip(left, right, strict=True)), iv.mpf(0))


def length(vector: Iterable[Any]) -> Any:
    """The Euclidean norm; squares of intervals that hold 0 are not negative."""
    return iv.sqrt(sum((x**2 for x in vector), iv.mpf(0)))


def wedge(a: Vector, b: Vector) -> Any:
    """‖a ∧ b‖ = ‖a‖‖b‖ sin θ, without the cancellation of xz − y²."""
    pairs = itertools.combinations(range(len(a)), 2)
    return length(a[i] * b[j] - a[j] * b[i] for i, j in pairs)


def midpoints(matrix: Matrix) -> FloatArray:
    """The midpoints of a matrix of intervals."""
    return np.array([[float(entry.mid) for entry in row] for row in matrix])


def inertia(matrix: Matrix, null: Sequence[Vector] = ()) -> list[int]:
    """Counts of negative, zero, positive eigenvalues, by LDLᵀ across the exact null vectors.

    With one null vector n and a coordinate k where it is not 0, P = [n, e_i (i ≠ k)] is invertible
    and PᵀHP is 0 beside the submatrix without k: its inertia and one zero make the whole. Raises
    :class:`NotProved` where a sign stays open.
    """
    keep = list(range(len(matrix)))
    for vector in null:
        sizes = [abs(x).a for x in vector]
        keep.remove(max(keep, key=lambda i: sizes[i]))
        if not max(sizes) > 0:
            raise NotProved("a null vector may vanish")
    rows = [[matrix[i][j] for j in keep] for i in keep]
    counts = [0, len(null), 0]
    while rows:
        pivot = max(range(len(rows)), key=lambda i: abs(rows[i][i]).a)
        rows[0], rows[pivot] = rows[pivot], rows[0]
        for row in rows:
            row[0], row[pivot] = row[pivot], row[0]
        head = rows[0]
        if not abs(head[0]).a > 0:
            raise NotProved("the sign of an eigenvalue stays open")
        counts[2 if head[0].a > 0 else 0] += 1
        rows = [
            [rows[i][j] - rows[i][0] * head[j] / head[0] for j in range(1, len(rows))]
            for i in range(1, len(rows))
        ]
    return counts


def spectral_norm(matrix: Matrix) -> Any:
    """‖A‖₂ ≤ ‖QᵀAQ‖_∞/(1 − ‖QᵀQ − I‖_∞) of a symmetric A, for nearly orthogonal Q.

    Raises :class:`NotProved` if no such Q is found.
    """
    middle = midpoints(matrix)
    columns = np.linalg.eigh(0.5 * (middle + middle.T))[1].T.tolist()
    images = [[dot(row, column) for row in matrix] for column in columns]
    off = _row_sums(
        [[dot(a, b) - int(i == j) for j, b in enumerate(columns)] for i, a in enumerate(columns)]
    )
    if not off < 1:
        raise NotProved("no orthogonal matrix was found")
    return _row_sums([[dot(a, image) for image in images] for a in columns]) / (1 - off)


def _row_sums(matrix: list[Vector]) -> Any:
    """The largest sum of a row's absolute values."""
    sums = [sum((abs(entry) for entry in row), iv.mpf(0)).b for row in matrix]
    return iv.mpf(max(sums))
