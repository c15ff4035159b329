"""Control: ⌈n/d⌉ rows are enough wherever samples lie.

Setting: φ(z) = 2^z; d ≥ 2, d + 1 different integer samples on a line through 0; ⌈n/d⌉ rows of W.
Statement (false): rank J = n for almost all W.
Kind: control.
Constants: none.
How it is checked: drawn integers; the rank over ℚ, at W and at the best of 50 more.
Source: THEORY §5; card C1.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.narrow_networks import grid, strategies


@verifies("narrow.control.collinear-data", examples=20)
@given(at=strategies.grids(apart=True, least_d=2, on_a_line=True))
def test_samples_on_a_line(at):
    rank = grid.best_rank(at)
    check.exactly(rank, "=", at.n, label="rank J", wanted_label="n")
