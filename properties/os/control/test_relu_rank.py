"""Control: ReLU features have the rank their size allows.

Setting: integer X and W without equal, opposite or zero rows.
Statement (false): rank max(XWᵀ, 0) = min(n, k).
Kind: control.
Constants: none.
How it is checked: Hypothesis draws X and W; the rank is over ℚ.
Source: THEORY §3; card A7 found 12 of 120 at random, where whole rows or columns are 0.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import ranks, strategies
from lcnn_verify.packs.oymak_soltanolkotabi.ranks import Grid

ROWS = st.integers(2, 3).flatmap(
    lambda d: st.tuples(strategies.directions(4, d), strategies.directions(4, d))
)


@verifies("os.control.relu-rank", examples=40)
@given(rows=ROWS)
def test_relu_rank(rows):
    X, W = rows
    grid = Grid(X, W, (1,) * len(W))
    got = int(ranks.features(grid, ranks.positive_part).rank())
    wanted = min(grid.n, grid.k)
    check.exactly(got, "=", wanted, label="rank max(XWᵀ, 0)", wanted_label="min(n, k)", grid=grid)
