"""Claim zzl.linear-rate: near a Morse–Bott branch the loss decays like e^{−2λt}.

Setting: m = 2, m₀ = 1, d = 1; 4 to 8 samples of [−2, 2], at least N_t = 3; gradient flow from a
    perturbation of size 0.02 of (ā, w̄, 0, w), with w of the other sign than w̄; λ ≥ 10⁻⁵.
Statement: −R′/R = ‖∇R‖²/R tends to 2λ, where λ is the smallest eigenvalue of JᵀJ that is not 0 at
    the limit: within 1 % of 2λ at t = 12/λ.
Kind: rate.
Constants: 12/λ and 1 % are ours; λ is derived, THEORY §6.
How it is checked: at the end of the flow, whose parameters are taken as exact, both sides are
    enclosed in balls. The slope of log R over the second half of the time, a window chosen before
    the run, stands beside it in float64.
Source: headline of the paper (linear rate near Morse–Bott branches); λ THEORY §6.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Quantity, check, verifies, weaker
from lcnn_verify.evidence.figures import Figure, Kind, Line, linear
from lcnn_verify.packs.zhang_zhang_luo import flows, strategies

BAND = 0.01
SLOPES = Figure(
    Kind.SCATTER,
    "The loss decays at twice the smallest eigenvalue",
    x=linear("samples n", "count"),
    y=linear("slope of log R over −2λ", "ratio"),
    lines=(Line("the claim", y=1.0),),
    caption="One mark per flow: the slope over the second half of its time.",
)


@verifies(
    "zzl.linear-rate",
    examples=15,
    shrink=False,
    assumes={"samples": weaker(n=st.just(2))},
)
@given(
    name=st.sampled_from(flows.NAMES),
    n=st.sampled_from((4, 6, 8)),
    other=st.sampled_from((-1.0, -0.5, -1.5)),
    index=st.integers(0, 999),
)
def test_the_rate_at_the_end_is_twice_the_smallest_eigenvalue(name, n, other, index):
    rng = strategies.rng_of("zzl.linear-rate", index)
    run = flows.near_q2(flows.drawn_problem(name, n, rng), other, rng)
    rate, twice = (
        run.squared_gradient() / run.loss(),
        2.0 * flows.decay_rate(run.problem, run.limit),
    )
    check.at_most(rate, (1.0 + BAND) * twice)
    check.at_least(rate, (1.0 - BAND) * twice)
    late = run.path.times > 0.5 * run.path.times[-1]
    slope = -np.polyfit(run.path.times[late], np.log(run.path.losses[late]), 1)[0]
    # The integrator keeps each step's error below 1e-11, five digits under what is left of θ.
    ratio = Quantity("slope of log R over −2λ", float(slope) / twice.value, 1e-4)
    check.at_most(ratio, 1.0 + BAND, apart="ratio of rates")
    check.at_least(ratio, 1.0 - BAND, apart="ratio of rates")
    SLOPES.point(name, x=n, y=ratio.value)
