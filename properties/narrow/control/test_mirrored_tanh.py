"""Control: tanh tells mirrored samples apart.

Setting: φ = tanh, of base 2; integer samples, the last of which is minus the first; ⌈n/d⌉ rows W.
Statement (false): rank J = n for almost all W.
Kind: control.
Constants: none.
How it is checked: drawn integers; the rank over ℚ, at W and at the best of 50 more.
Source: THEORY §5; card C1.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.narrow_networks import grid, strategies


@verifies("narrow.control.mirrored-tanh", examples=20)
@given(at=strategies.grids(apart=True, mirror=True))
def test_mirrored_samples(at):
    rank = grid.best_rank(at, grid.TANGENT)
    check.exactly(rank, "=", at.n, label="rank J", wanted_label="n")
