"""Control: the geometric mean is at most the harmonic mean.

Setting: positive numbers x₁, …, xₙ.
Statement (false): (x₁⋯xₙ)^{1/n} ≤ n/(1/x₁ + ⋯ + 1/xₙ).
Kind: control.
Constants: 1; the two means are equal only where all numbers are.
How it is checked: Hypothesis draws up to six numbers; the violation must be proved.
Source: a slip; the inequality of Theorem 9, applied to 1/x₁, …, 1/xₙ, is the other way round.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from mypaper.numbers import numbers
from mypaper.quantities import geometric_mean, harmonic_mean


@verifies("mypaper.control.harmonic", examples=50)
@given(x=numbers())
def test_the_geometric_mean_is_at_most_the_harmonic_mean(x):
    check.at_most(geometric_mean(x), harmonic_mean(x), ties=True)
