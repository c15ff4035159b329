"""Claim narrow.benign-region: where J has rank n, only fits are stationary.

Setting: f(W) = φ(XWᵀ)v with n samples, L = ½‖r‖², r = f − y, J = ∂f/∂W (n × md).
Statement: ‖∇_W L‖ ≥ σ_min(J)·‖r‖, σ_min over the n rows: with rank J = n a gradient is 0 at a fit
    alone.
Kind: lower bound.
Constants: 1 before σ_min, ours; that the region is where rank J = n is our reading.
How it is checked: drawn problems, with labels that put r along the smallest singular vector among
    them, where both sides are nearly equal; both are enclosed. Over ℚ for φ = 2^z: no residual
    other than 0 has Jᵀr = 0 where rank J = n.
Source: abstract of the paper ("a nice local region"); the inequality is ours, THEORY §4.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.packs.narrow_networks import grid, network, strategies


@verifies(
    "narrow.benign-region", examples=80, classes=("worst labels", "duplicated samples", "n > md")
)
@given(problem=strategies.problems())
def test_the_gradient_is_as_long_as_the_residual(problem):
    bound = network.smallest_singular(problem) * network.residual_norm(problem)
    check.at_least(network.gradient_norm(problem), bound, ties=True)


@verifies("narrow.benign-region", examples=60)
@given(at=strategies.grids(), r=st.lists(st.integers(-5, 5), min_size=10, max_size=10))
def test_no_residual_is_orthogonal_to_full_rank(at, r):
    if grid.rank(at) < at.n or not any(r[: at.n]):
        discard("rank J < n, or r = 0")
    check.exactly(grid.pull(at, tuple(r[: at.n])), ">", 0, label="‖Jᵀr‖²", grid=at)
