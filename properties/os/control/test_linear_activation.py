"""Control: a linear activation has the rank its size allows.

Setting: φ(z) = z; integer X, W and v.
Statement (false): rank J = min(n, kd) at almost all X and W.
Kind: control.
Constants: none; the rank is that of X.
How it is checked: at seeded X and W of each drawn size, over ℚ; the best of 50 counts.
Source: THEORY §3; card A5.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import ranks


@verifies("os.control.linear-activation", examples=30)
@given(n=st.integers(1, 8), k=st.integers(1, 4), d=st.integers(1, 4))
def test_linear_rank(n, k, d):
    wanted = min(n, k * d)
    grid = ranks.best(lambda g: int(ranks.jacobian(g, ranks.constant).rank()), n, k, d, wanted)
    got = int(ranks.jacobian(grid, ranks.constant).rank())
    check.exactly(got, "=", wanted, label="rank J", wanted_label="min(n, kd)", grid=grid)
