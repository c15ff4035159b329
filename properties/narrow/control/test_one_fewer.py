"""Control: one row fewer is enough.

Setting: φ(z) = 2^z, n > d integer samples of which no two are ±x, and W of ⌈n/d⌉ − 1 rows.
Statement (false): rank J = n for some W.
Kind: control.
Constants: none.
How it is checked: drawn integers; the rank over ℚ, at W and at the best of 50 more.
Source: THEORY §5; card C1.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.narrow_networks import grid, strategies


@verifies("narrow.control.one-fewer", examples=20)
@given(at=strategies.grids(apart=True, fewer=1))
def test_one_row_fewer(at):
    check.exactly(grid.best_rank(at), "=", at.n, label="rank J", wanted_label="n")
