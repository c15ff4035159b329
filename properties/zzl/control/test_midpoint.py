"""Control: the perfect minima are convex.

Setting: m = 2, m₀ = 1, d ≤ 3, σ(z) = 2^z.
Statement (false): the midpoint of a point of Q₂ and a point of Q₃ has R = 0.
Kind: control.
Constants: ½; the weights are even, so that those of the midpoint are integers.
How it is checked: Hypothesis draws ā, w̄ and w; R is a rational number.
Source: THEORY §7; card B1 measured an error of 1.16.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zhang_zhang_luo import strategies
from lcnn_verify.packs.zhang_zhang_luo.branch import resolving
from lcnn_verify.packs.zhang_zhang_luo.network import Network, loss


@verifies("zzl.control.midpoint", examples=30)
@given(
    halves=st.integers(1, 3).flatmap(lambda d: strategies.weights(2, d, size=2)),
    output=strategies.integers(-4, 4),
)
def test_the_midpoint_has_no_loss(halves, output):
    place, free = (tuple(2 * entry for entry in half) for half in halves)
    target = Network((2 * output,), (place,))
    half = tuple((a + b) // 2 for a, b in zip(place, free, strict=True))
    middle = Network((output, output), (half, half))
    sample = resolving((place, free, half))
    check.exactly(loss(middle, target, sample), "=", 0, label="R at the midpoint", net=middle)
