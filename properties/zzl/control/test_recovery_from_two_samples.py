"""Control: two samples are enough to recover one teacher.

Setting: m = 2, m₀ = 1, d = 1, σ = exp; starts near Q₂, two different samples of [−2, 2].
Statement (false): a zero of R where gradient flow ends is f*: ‖g − f*‖ = 0 on fresh points.
Kind: control.
Constants: two samples; N_t = 3.
How it is checked: Hypothesis draws the problem; where the flow ends interval Newton proves that
    there is a zero of R, and encloses its ‖g − f*‖.
Source: THEORY §5 and §7; card B5 measured 0.04 to 1.0 in 6 of 6.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zhang_zhang_luo import flows, minima, strategies
from lcnn_verify.packs.zhang_zhang_luo.network import Network


@verifies("zzl.control.recovery-from-two-samples", examples=6, shrink=False)
@given(index=st.integers(0, 999))
def test_two_samples_recover_the_target(index):
    rng = strategies.rng_of("zzl.control.recovery-from-two-samples", index)
    run = flows.near_q2(flows.drawn_problem("exp(z)", 2, rng), -1.0, rng)
    try:
        found = minima.near(run.problem, run.limit)
    except NotProved as error:
        discard(str(error))
    off = found.error_at(minima.sample_of(rng, 20, 1))
    net = Network.of(found.center.tolist(), 1)
    check.at_most(off, 0.0, net=net, sample=run.problem.sample)
