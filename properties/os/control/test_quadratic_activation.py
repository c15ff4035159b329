"""Control: a quadratic activation has the rank its size allows.

Setting: φ(z) = z²; integer X, W and v.
Statement (false): rank J = min(n, kd) at almost all X and W.
Kind: control.
Constants: none; the rank is min(n, kd − k(k − 1)/2) for k ≤ d and min(n, d(d + 1)/2) for k ≥ d.
How it is checked: at seeded X and W of each drawn size, over ℚ; the best of 50 counts.
Source: THEORY §3; card A5.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import ranks


@verifies("os.control.quadratic-activation", examples=30)
@given(n=st.integers(1, 8), k=st.integers(1, 4), d=st.integers(1, 4))
def test_quadratic_rank(n, k, d):
    wanted = min(n, k * d)
    grid = ranks.best(lambda g: int(ranks.jacobian(g, ranks.double).rank()), n, k, d, wanted)
    got = int(ranks.jacobian(grid, ranks.double).rank())
    check.exactly(got, "=", wanted, label="rank J", wanted_label="min(n, kd)", grid=grid)
