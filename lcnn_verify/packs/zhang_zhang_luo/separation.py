"""How many samples separate a branch from imperfect minima: N_t, or bounds on it (THEORY §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from lcnn_verify.numerics.witnesses import power
from lcnn_verify.packs.zhang_zhang_luo.branch import Branch
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample, jacobian


@dataclass(frozen=True, slots=True)
class Threshold:
    """low ≤ N_t ≤ high, and what both are: rank J, m + m₀, the codimension, or only bounds."""

    low: int
    high: int
    reason: str

    @property
    def text(self) -> str:
        """The number, or both bounds."""
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


def threshold(branch: Branch) -> Threshold:
    """N_t of the exponential: the codimension of the branch where that is also a lower bound."""
    high, low = branch.codimension, leading_order(branch)
    if branch.morse_bott:
        return Threshold(high, high, "rank J")
    if branch.d == 1:
        return Threshold(high, high, "m + m₀")
    if low == high:
        return Threshold(high, high, "codimension")
    return Threshold(low, high, "bounds only")


def leading_order(branch: Branch) -> int:
    """The dimension of the functions g − f* reaches near the branch, up to quadratic terms.

    A group gives an affine function times its exponential and a quadratic form: a sum of as many
    squares as it has neurons less one, or less two for an extra group, and at most d.
    """
    d = branch.d
    groups = [(size, 1) for size in branch.teachers] + [(size, 2) for size in branch.extras]
    total = 0
    for size, pinned in groups:
        squares = min(max(size - pinned, 0), d)
        affine = 1 if (size, pinned) == (1, 2) else d + 1
        total += affine + squares * d - squares * (squares - 1) // 2
    return total


def spanning(point: Network, sample: Sample) -> Sample:
    """As few points of ``sample`` as show the rank of J on all of it, the first such ones."""
    reduced, rank = fmpq_mat(jacobian(point, sample).transpose()).rref()
    columns = range(sample.n)
    pivots = [next(j for j in columns if reduced[i, j] != 0) for i in range(rank)]
    return Sample(tuple(sample.points[j] for j in pivots))


def without_last(sample: Sample) -> Sample:
    """All points but the last."""
    return Sample(sample.points[:-1])


def vandermonde(weights: Sequence[int], points: Sequence[int]) -> fmpq:
    """The determinant of 2^{w·x}, a row for each x: positive where both ascend."""
    return fmpq_mat([[power(w * x) for w in weights] for x in points]).det()
