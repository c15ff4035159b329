"""Control: softplus neurons of different weights are linearly independent.

Setting: σ = softplus, d = 1, weights u, −u, w, −w with u ≠ w, both > 0.
Statement (false): w·(σ(ux) − σ(−ux)) − u·(σ(wx) − σ(−wx)) is not 0 for all x.
Kind: control.
Constants: none; three neurons are independent in d = 1, four need not be.
How it is checked: Hypothesis draws integers, the weights are those times ln 2; the equation is one
    of rational functions of 2^x, asked of more integers than it can have zeros.
Source: THEORY §4 and §7: σ(z) − σ(−z) = z.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zhang_zhang_luo.independence import softplus_relation

PAIRS = st.lists(st.integers(1, 4), min_size=2, max_size=2, unique=True)


@verifies("zzl.control.independent-softplus", examples=30)
@given(weights=PAIRS)
def test_two_pairs_are_independent(weights):
    unequal = softplus_relation(*weights)
    check.exactly(unequal, ">", 0, label="points where the combination is not 0")
