"""Control: only fits are stationary.

Setting: φ(z) = 2^z with output weights 1; integer samples of which no two are ±x; ⌈n/d⌉ rows W;
    labels f − r, r ≠ 0.
Statement (false): ∇_W L ≠ 0 wherever L > 0.
Kind: control.
Constants: none.
How it is checked: drawn grids; r in the kernel of Jᵀ where that is not 0, else the first unit
    vector. ‖Jᵀr‖² is rational.
Source: THEORY §5; card C1.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.narrow_networks import grid, strategies


@verifies("narrow.control.rank-deficient", examples=40)
@given(at=strategies.grids(apart=True))
def test_a_gradient_vanishes_at_fits_alone(at):
    r = grid.cokernel(at)
    told = f"r = ({', '.join(map(str, r))}), output weights 1, labels f − r"
    check.exactly(grid.pull(at, r), ">", 0, label="‖Jᵀr‖²", note=told)
