"""Control: one more parameter's worth of labels can be fitted.

Setting: n = d + 1 inputs, k = 1, v = 1, φ(z) = 2^z.
Statement (false): every vector of positive labels is fitted by some w.
Kind: control.
Constants: none.
How it is checked: fitted labels have ∏ y_i^{c_i} = 1 for an integer c ≠ 0 with Xᵀc = 0; Hypothesis
    draws labels, and the product is rational.
Source: THEORY §4.
"""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.numerics import exact
from lcnn_verify.packs.oymak_soltanolkotabi import capacity, strategies

DRAWN = st.integers(1, 3).flatmap(
    lambda d: st.tuples(strategies.rows(d + 1, d), st.tuples(*[st.integers(1, 9)] * (d + 1)))
)


@verifies("os.control.past-the-wall", examples=40)
@given(drawn=DRAWN)
def test_all_positive_labels_are_fitted(drawn):
    X, labels = drawn
    found = capacity.monomial([*map(Fraction, labels)], 1, exact.relation(X))
    check.exactly(found, "=", 1, label="∏ y_i^{c_i}")
