"""Control: J has full rank on large samples.

Setting: a point of Q*, m ≤ 4, m₀ ≤ 2, d ≤ 3; σ(z) = 2^z.
Statement (false): rank J = m(d + 1) on samples that are large enough.
Kind: control.
Constants: none; it holds only for m = m₀.
How it is checked: Hypothesis draws the branch and a point of it; the rank is exact, on a sample
    that provably shows the largest rank there is.
Source: THEORY §3 and §7.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zhang_zhang_luo import strategies
from lcnn_verify.packs.zhang_zhang_luo.branch import resolving
from lcnn_verify.packs.zhang_zhang_luo.network import rank


@verifies("zzl.control.full-rank", examples=60)
@given(drawn=strategies.placed(strategies.branches(4, 2, 3)))
def test_the_rank_is_the_number_of_parameters(drawn):
    branch, (point, _) = drawn
    got = rank(point, resolving(point.weights))
    names = {"label": "rank J", "wanted_label": "m(d + 1)"}
    check.exactly(got, "=", branch.parameters, **names, branch=branch, net=point)
