"""Control: tanh neurons of different weights are linearly independent.

Setting: σ = tanh, d = 1, different weights other than 0.
Statement (false): the functions tanh(w_k x) are linearly independent.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws integers, the weights are those times ln 2; the rank over ℚ on
    more integers than a combination has zeros is the dimension of what the functions span.
Source: THEORY §4 and §7: tanh is odd.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zhang_zhang_luo import identities, strategies
from lcnn_verify.packs.zhang_zhang_luo.independence import rational_rank

WEIGHTS = st.lists(strategies.integers(-4, 4), min_size=2, max_size=4, unique=True)


@verifies("zzl.control.independent-tanh", examples=60)
@given(weights=WEIGHTS)
def test_different_weights_are_independent(weights):
    got = rational_rank(identities.tanh, weights)
    check.exactly(got, "=", len(weights), label="dimension of the span of the neurons")
