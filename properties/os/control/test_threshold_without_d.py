"""Control: the wall depends on n/k alone.

Setting: φ(z) = 2^z; integer X, W and v, n = 9k.
Statement (false): rank J = 9k at almost all X and W, whatever d.
Kind: control.
Constants: 9, about where cards find the transition for d = 10.
How it is checked: at seeded X and W of each drawn size, over ℚ; the best of 50 counts.
Source: THEORY §3 and §8; card A5 found n/k = 8.75 for d = 10 and 17.3 for d = 20.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import ranks


@verifies("os.control.threshold-without-d", examples=10)
@given(k=st.integers(1, 3), d=st.integers(2, 12))
def test_nine_labels_a_row(k, d):
    grid = ranks.best(lambda g: int(ranks.jacobian(g).rank()), 9 * k, k, d, min(9, d) * k)
    got = int(ranks.jacobian(grid).rank())
    check.exactly(got, "=", 9 * k, label="rank J", wanted_label="9k", grid=grid)
