"""Control: steps of 2.2/‖J₀‖² do no harm.

Setting: certified starts (os.certified-descent).
Statement (false): ‖r_t‖ ≤ r₀ for t ≤ 40 with η = 2.2/‖J₀‖².
Kind: control.
Constants: 2.2; below 2 it does no harm where J hardly changes.
How it is checked: Hypothesis draws the problem and t ≤ 40; the exact descent is enclosed in balls.
Source: THEORY §5 and §8; card A1, N4.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import descent, quantities, strategies


@verifies("os.control.long-step", examples=30)
@given(problem=strategies.certified(4, 4, 5), t=st.integers(1, 40))
def test_a_long_step_does_no_harm(problem, t):
    top = quantities.gram_eigenvalue(problem, -1)
    run = descent.descend(problem, 2.2 / top.value, t)
    check.at_most(run.residual(t), run.residual(0).named("r₀"))
