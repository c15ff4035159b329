"""Eigenvalues of a symmetric matrix of balls: how many are below, at and above 0; bounds on all.

By Sylvester's law PᵀHP has the inertia of H for every invertible P. With P an approximate matrix
of eigenvectors PᵀHP is nearly diagonal, and Gershgorin's discs that avoid 0 count the signs. A
zero eigenvalue can never be told from a small one by balls: it must be known, from a null vector
that a symmetry gives exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import acb_mat, arb, arb_mat, fmpq, fmpq_mat, fmpq_poly

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.balls import norm, widened
from lcnn_verify.numerics.krawczyk import NotProved, column, midpoints

_SLACK = 1e-9  # of the largest eigenvalue: what a float64 guess of bounds leaves to rounding


@dataclass(frozen=True, slots=True)
class Inertia:
    """How many eigenvalues of a symmetric matrix are negative, zero and positive."""

    negative: int
    zero: int
    positive: int

    def __add__(self, other: Inertia) -> Inertia:
        return Inertia(
            self.negative + other.negative,
            self.zero + other.zero,
            self.positive + other.positive,
        )

    def __rmul__(self, times: int) -> Inertia:
        return Inertia(times * self.negative, times * self.zero, times * self.positive)

    def __str__(self) -> str:
        return f"{self.negative} negative, {self.zero} zero, {self.positive} positive"


def inertia(matrix: arb_mat, null: Sequence[Sequence[arb]] = ()) -> Inertia:
    """The inertia of every symmetric matrix in ``matrix`` (n, n) that has the ``null`` vectors.

    ``null`` holds enclosures (n,) of vectors that the matrix in question sends exactly to 0: the
    caller's proof, checked here only as far as balls can. At the precision in force. Raises
    :class:`NotProved` when a disc holds 0, when the null vectors are not independent over their
    balls, or when the matrix does not send one to 0.
    """
    size = matrix.nrows()
    if matrix.ncols() != size or any(len(vector) != size for vector in null):
        raise InputError("matrix", f"{size} rows", "a square matrix and null vectors of its size")
    for vector in null:
        if not all(0 in entry for entry in (matrix * column(vector)).entries()):
            raise NotProved("a null vector is not sent to 0: the symmetry does not hold")
    basis = _basis(midpoints(matrix), null)
    _demand_independent(basis, null)
    congruence = arb_mat(basis.tolist()) if basis.size else arb_mat(size, 0)
    nearly_diagonal = (congruence.transpose() * matrix * congruence).tolist()
    negative = positive = 0
    for index, row in enumerate(nearly_diagonal):
        reach = sum((abs(entry) for j, entry in enumerate(row) if j != index), arb(0))
        if row[index] > reach:
            positive += 1
        elif row[index] < -reach:
            negative += 1
        else:
            got = row[index].str(3)
            raise NotProved(f"the sign of an eigenvalue near {got} ± {reach.str(3)} is open")
    return Inertia(negative, len(null), positive)


def eigenvalue_bounds(matrix: arb_mat) -> tuple[float, float]:
    """Floats 0 < λ ≤ Λ with λI ⪯ H ⪯ ΛI for every symmetric H in ``matrix``.

    Guessed in float64, by Gershgorin's discs in a basis of eigenvectors, then proved, at the
    precision in force. Raises :class:`NotProved` unless they are.
    """
    size = matrix.nrows()
    radii = np.array([float(entry.rad()) for entry in matrix.entries()]).reshape(size, size)
    values, basis = _eigh(midpoints(matrix))
    reach = (np.abs(basis).T @ radii @ np.abs(basis)).sum(1) + _SLACK * values[-1]
    least, most = float((values - reach).min()), float((values + reach).max())
    identity = arb_mat([[int(i == j) for j in range(size)] for i in range(size)])
    for between in (matrix - arb(least) * identity, arb(most) * identity - matrix):
        if not least > 0.0 or inertia(between).positive < size:
            raise NotProved("an eigenvalue may not be positive")
    return least, most


def spectral_norm(matrix: arb_mat) -> arb:
    """An upper bound on ‖A‖₂ of every symmetric A in ``matrix``, at the precision in force.

    ‖A‖₂ is the largest |eigenvalue|, and A is similar to Q⁻¹AQ, whose row sums bound those: with Q
    the approximate eigenvectors they are hardly larger. Raises :class:`NotProved` if no bound is
    finite.
    """
    middle = midpoints(matrix)
    basis = arb_mat(_eigh(0.5 * (middle + middle.T))[1].tolist())
    similar = (basis.inv() * matrix * basis).tolist()
    largest = arb(0)
    for row in similar:
        largest = largest.max(sum((abs(entry) for entry in row), arb(0)))
    if not largest.is_finite():
        raise NotProved("the spectral norm has no finite bound")
    return largest.upper()


def _eigh(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Approximate eigenvalues, and eigenvectors, one a column."""
    try:
        values, basis = np.linalg.eigh(matrix)
    except np.linalg.LinAlgError as error:  # not finite
        raise NotProved(f"eigenvalues: {error}") from None
    return values, basis


def _basis(matrix: FloatArray, null: Sequence[Sequence[arb]]) -> FloatArray:
    """Approximate orthonormal eigenvectors, one a column, of the part across the null vectors."""
    size = len(matrix)
    if not null:
        return _eigh(0.5 * (matrix + matrix.T))[1]
    known = np.array([[float(entry.mid()) for entry in vector] for vector in null]).T
    across = np.linalg.qr(known, mode="complete")[0][:, len(null) :]
    if not across.size:
        return np.empty((size, 0))
    inner = across.T @ matrix @ across
    return np.asarray(across @ _eigh(0.5 * (inner + inner.T))[1])


def _demand_independent(basis: FloatArray, null: Sequence[Sequence[arb]]) -> None:
    """Check that the null vectors and the basis make an invertible P: ‖I − RP‖_∞ < 1 for some R."""
    size = len(basis)
    columns = [list(vector) for vector in null] + [
        [arb(float(entry)) for entry in vector] for vector in basis.T
    ]
    square = arb_mat(columns).transpose()
    try:
        inverse = np.linalg.inv(midpoints(square))
    except np.linalg.LinAlgError:
        raise NotProved("the null vectors are not independent") from None
    product = (arb_mat(inverse.tolist()) * square).tolist()
    for i in range(size):
        if not sum((abs(product[i][j] - int(i == j)) for j in range(size)), arb(0)) < 1:
            raise NotProved("the null vectors are not independent over their balls")


def eigenvalues(matrix: arb_mat) -> list[arb]:
    """Balls for the n eigenvalues of every symmetric A in ``matrix`` (n, n), in no order.

    Clusters share a ball. At the precision in force; raises :class:`NotProved` where none is found.
    """
    try:
        return [value.real for value in acb_mat(matrix).eig(multiple=True)]
    except ValueError:  # equal ones are not isolated in balls, but over the rationals
        pass
    if not all(entry.is_finite() for entry in matrix.entries()):
        raise NotProved("eigenvalues: an entry has no bound")
    middle = fmpq_mat([[_rational(entry) for entry in row] for row in matrix.mid().tolist()])
    symmetric = (middle + middle.transpose()) / 2
    reach = norm(entry.rad() for entry in matrix.entries())  # of A from it, and so of each (Weyl)
    return [widened(value, reach) for value in real_roots(symmetric.charpoly())]


def real_roots(polynomial: fmpq_poly) -> list[arb]:
    """Balls for the roots of a polynomial all of whose roots are real, each as often as it is one.

    Different ones have balls apart, at the precision in force.
    """
    roots = polynomial.numer().complex_roots()
    return [root.real for root, multiplicity in roots for _ in range(multiplicity)]


def _rational(point: arb) -> fmpq:
    """An exact ball as a rational."""
    mantissa, exponent = point.man_exp()
    return mantissa * fmpq(2) ** int(exponent)
