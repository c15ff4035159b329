"""Control: the sigmoid has the three branches alone.

Setting: m = 2, m₀ = 1, d = 1, σ = the sigmoid.
Statement (false): a network off Q₁, Q₂ and Q₃ differs from f* somewhere.
Kind: control.
Constants: none.
How it is checked: Hypothesis goes through all networks of outputs up to 2 and weights 0 and ±1,
    times ln 2, with ā = w̄ = 1: values at integers are rational, and agreement at more of them than
    the degree is equality everywhere.
Source: THEORY §7; card B1 found the further minima to 2e-16 in float64.
"""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.packs.zhang_zhang_luo.identities import differences, on_a_branch, sigmoid
from lcnn_verify.packs.zhang_zhang_luo.network import Network

NETWORKS = [
    Network(outputs, ((v,), (w,)))
    for outputs in product((1, 0, -1, 2, -2), repeat=2)
    for v, w in product((1, 0, -1), repeat=2)
]


@verifies("zzl.control.three-branches-sigmoid", examples=300)
@given(net=st.sampled_from(NETWORKS))
def test_a_network_off_the_branches_is_another_function(net):
    target = Network((1,), ((1,),))
    if on_a_branch(net, target):
        discard("on one of the three branches")
    unequal = differences(net, target, sigmoid)
    check.exactly(unequal, ">", 0, label="points where g ≠ f*", net=net, target=target)
