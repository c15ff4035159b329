"""Control: a linear rate near Q₁.

Setting: m = 2, m₀ = 1, d = 1; 8 samples of [−2, 2]; beside a point (a₁, w̄, a₂, w̄) of Q₁.
Statement (false): −R′ = ‖∇R‖² ≥ μ·R for some μ in {2⁰ … 2⁻¹²}, near Q₁ as near Q₂.
Kind: control.
Constants: the smallest μ, 2⁻¹²: a point that violates it violates them all.
How it is checked: Hypothesis draws the problem; where gradient flow ends the inequality is
    enclosed, and the slope of log R there stands beside it.
Source: THEORY §6 and §7: ‖∇R‖²/R → 2/t.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, measure, verifies
from lcnn_verify.packs.zhang_zhang_luo import flows, strategies
from lcnn_verify.packs.zhang_zhang_luo.network import Network

SMALLEST = 2.0**-12


@verifies("zzl.control.rate-near-q1", examples=6, shrink=False)
@given(name=st.sampled_from(flows.NAMES), index=st.integers(0, 999))
def test_the_gradient_bounds_the_loss(name, index):
    problem = flows.drawn_problem(name, 8, strategies.rng_of("zzl.control.rate-near-q1", index))
    run = flows.near_q1(problem, 0.4)
    squared, loss = run.squared_gradient(), run.loss()
    measure("−d log R/dt at the end", squared.value / loss.value, claimed=f"at least {SMALLEST:g}")
    net = Network.of(run.limit.tolist(), 1)
    check.at_least(squared, SMALLEST * loss, net=net, sample=problem.sample)
