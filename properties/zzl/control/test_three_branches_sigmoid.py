"""Control: the sigmoid has the three branches alone.

Setting: m = 2, m₀ = 1, d = 1, σ = the sigmoid.
Statement (false): a network off Q₁, Q₂ and Q₃ differs from f* somewhere.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws networks of weights ±w̄, 0 and others, times ln 2, so that values
    at integers are rational; agreement at more integers than the degree is equality everywhere.
Source: THEORY §7; card B1 found the further minima to 2e-16 in float64.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.packs.zhang_zhang_luo import strategies
from lcnn_verify.packs.zhang_zhang_luo.identities import differences, on_a_branch, sigmoid
from lcnn_verify.packs.zhang_zhang_luo.network import Network


@verifies("zzl.control.three-branches-sigmoid", examples=300)
@given(
    top=strategies.integers(-2, 2),
    place=strategies.integers(-2, 2),
    outputs=st.tuples(st.integers(-2, 2), st.integers(-2, 2)),
    weights=st.tuples(st.integers(-1, 1), st.integers(-1, 1)),
)
def test_a_network_off_the_branches_is_another_function(top, place, outputs, weights):
    target = Network((top,), ((place,),))
    net = Network(tuple(top * a for a in outputs), tuple((place * w,) for w in weights))
    if on_a_branch(net, target):
        discard("on one of the three branches")
    unequal = differences(net, target, sigmoid)
    check.exactly(unequal, ">", 0, label="points where g ≠ f*", net=net, target=target)
