"""The geometric mean is at most the arithmetic mean.

Setting: positive numbers x₁, …, xₙ.
Statement: (x₁⋯xₙ)^{1/n} ≤ (x₁ + ⋯ + xₙ)/n.
Kind: upper bound.
Constants: 1, the source's; it is attained where all numbers are equal.
How it is checked: Hypothesis draws up to six numbers; where both sides tie, the oracle decides.
Source: Hardy, Littlewood and Pólya, Inequalities, Theorem 9.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from mypaper.numbers import numbers
from mypaper.quantities import arithmetic_mean, geometric_mean


@verifies("mypaper.means", examples=100)
@given(x=numbers())
def test_the_geometric_mean_is_at_most_the_arithmetic_mean(x):
    check.at_most(geometric_mean(x), arithmetic_mean(x), ties=True)
