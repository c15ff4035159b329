"""Control: Q₁ is Morse–Bott.

Setting: m = 2, m₀ = 1, d ≤ 3, σ(z) = 2^z; Q₁ = {(a, w̄, ā − a, w̄)}.
Statement (false): dim ker Hess R = dim Q₁ = 1 at points of Q₁.
Kind: control.
Constants: none; the kernel has dimension d + 1.
How it is checked: Hypothesis draws the point; the rank of J is exact.
Source: THEORY §3 and §7; the paper has branches that are nowhere Morse–Bott.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zhang_zhang_luo import strategies
from lcnn_verify.packs.zhang_zhang_luo.branch import Branch, resolving
from lcnn_verify.packs.zhang_zhang_luo.network import kernel_dimension


@verifies("zzl.control.q1-morse-bott", examples=30)
@given(pair=st.integers(1, 3).flatmap(lambda d: strategies.points(Branch(d, (2,)))))
def test_the_kernel_is_the_tangent_line(pair):
    point, _ = pair
    kernel = kernel_dimension(point, resolving(point.weights))
    check.exactly(kernel, "=", 1, label="dim ker Hess R", wanted_label="dim Q₁", net=point)
