"""Control: only branches of single neurons are Morse–Bott.

Setting: a branch with a group of two or more, m ≤ 4, m₀ ≤ 2, d ≤ 3; σ(z) = 2^z.
Statement (false): dim ker Hess R exceeds the dimension of the branch.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws the branch and a point of it; both dimensions are exact.
Source: THEORY §3 and §7: extra pairs (a, w, −a, w) are Morse–Bott, which is easy to miss.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zhang_zhang_luo import strategies
from lcnn_verify.packs.zhang_zhang_luo.branch import resolving
from lcnn_verify.packs.zhang_zhang_luo.network import kernel_dimension


def grouped(branch):
    return max(branch.sizes) > 1


@verifies("zzl.control.all-groups-single", examples=100)
@given(drawn=strategies.placed(strategies.branches(4, 2, 3, grouped)))
def test_a_group_of_two_has_too_large_a_kernel(drawn):
    branch, (point, _) = drawn
    kernel = kernel_dimension(point, resolving(point.weights))
    solutions = branch.parameters - int(branch.constraints().rank())
    names = {"label": "dim ker Hess R", "wanted_label": "dim Q_t"}
    check.exactly(kernel, ">", solutions, **names, branch=branch, net=point)
