"""Whether neurons of different weights are linearly independent, by Gram determinants.

For the matrix M of σ(w_k·x_i) the determinant of MᵀM is the sum of the squares of all minors of M
of full size (Cauchy and Binet): it is positive iff M has full rank, which proves independence.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
from flint import arb, arb_mat, fmpq, fmpq_mat

from lcnn_verify.evidence.amounts import number
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics.activations import EXP, SHIFTED_BUMP, SHIFTED_TANH, Activation
from lcnn_verify.numerics.kits import BALLS, DECIMALS, Kit
from lcnn_verify.packs.zhang_zhang_luo.identities import DEGREES
from lcnn_verify.packs.zhang_zhang_luo.network import Exact, Sample, Vector

GOOD = (EXP, SHIFTED_TANH, SHIFTED_BUMP)
"""Neurons of different weights are linearly independent, weight 0 and pairs ±w among them."""


def scattered(count: int, d: int) -> Sample:
    """``count`` points with halves of small integers for entries, on no common line for d = 2."""
    rows = range(-(count // 2), count - count // 2)
    half = Fraction(1, 2)
    return Sample(tuple((t * half, ((3 * t) % 5 - 2) * half)[:d] for t in rows))


def neurons(sigma: Activation, weights: Sequence[Vector], sample: Sample, kit: Kit) -> list[Any]:
    """The rows (σ(w_k·x_i))_k in the arithmetic of ``kit``."""
    products = [
        [sum(Fraction(a) * Fraction(b) for a, b in zip(w, x, strict=True)) for w in weights]
        for x in sample.points
    ]
    return [[sigma.jet(kit.number(z), kit)[0] for z in row] for row in products]


def gram_determinant(sigma: Activation, weights: Sequence[Vector], sample: Sample) -> Quantity:
    """Det MᵀM, which is never negative and positive iff the neurons are independent there."""

    def exact(digits: int) -> Any:
        with mpmath.workdps(3 * digits + 40):
            matrix = mpmath.matrix(neurons(sigma, weights, sample, DECIMALS))
            return mpmath.det(matrix.T * matrix)

    def enclosed(bits: int) -> arb:
        matrix = arb_mat(neurons(sigma, weights, sample, BALLS))
        return (matrix.transpose() * matrix).det()

    return number(f"det MᵀM of {len(weights)} neurons {sigma.name}", exact, enclosed)


def rational_rank(sigma: Exact, weights: Sequence[int]) -> int:
    """The dimension of the span of σ(w_k x), x real, for an activation rational in 2^z.

    The sample has more integers than a combination other than 0 has zeros.
    """
    points = range(1 + DEGREES[sigma] * sum(map(abs, weights)))
    return int(fmpq_mat([[sigma(w * x) for w in weights] for x in points]).rank())


def softplus_relation(u: int, w: int) -> int:
    """At how many integers w·(s(ux) − s(−ux)) ≠ u·(s(wx) − s(−wx)), s the softplus of base 2.

    With s(z) = log₂(1 + 2^z) it is an equation of rational functions of 2^x with at most 4uw zeros,
    asked of more integers than that: 0 proves it for all x. u and w are positive.
    """

    def odd(z: int) -> fmpq:
        return (1 + fmpq(2) ** z) / (1 + fmpq(2) ** -z)

    return sum(odd(u * x) ** w != odd(w * x) ** u for x in range(4 * u * w + 1))
