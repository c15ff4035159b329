"""Claim zzl.recovery: from near a Morse–Bott branch, enough samples recover the target.

Setting: m = 2, m₀ = 1, d = 1; n = 3 to 8 samples of [−2, 2], at least N_t = 3; gradient flow from a
    perturbation of size 0.02 of (ā, w̄, 0, w), with w of the other sign than w̄; λ ≥ 10⁻⁵.
Statement: the flow tends to a point of Q₂, where g = f*: at t = 12/λ the parameters a₁, w₁, a₂ are
    within 10⁻⁵ of ā, w̄, 0, and ‖g − f*‖ over 20 fresh points is at most 10⁻⁵.
Kind: limit.
Constants: 12/λ, 0.02 and 10⁻⁵ are ours: e^{−12}·0.02 ≈ 10⁻⁷, with room for the conditioning.
How it is checked: at the end of the flow, whose parameters are taken as exact, in balls.
Source: abstract ("can be locally recovered"), our reading; THEORY §6.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import distance
from lcnn_verify.packs.zhang_zhang_luo import flows, minima, strategies

CLOSE = 1e-5


@verifies("zzl.recovery", examples=15, shrink=False)
@given(
    name=st.sampled_from(flows.NAMES),
    n=st.sampled_from((3, 4, 6, 8)),
    other=st.sampled_from((-1.0, -0.5, -1.5)),
    index=st.integers(0, 999),
)
def test_the_flow_ends_at_the_target(name, n, other, index):
    rng = strategies.rng_of("zzl.recovery", index)
    run = flows.near_q2(flows.drawn_problem(name, n, rng), other, rng)
    wanted = np.array([*map(float, run.problem.target.theta), 0.0])
    check.at_most(distance(run.limit[:3], wanted, "distance from Q₂"), CLOSE)
    check.at_most(run.test_error(minima.sample_of(rng, 20, 1)), CLOSE)
