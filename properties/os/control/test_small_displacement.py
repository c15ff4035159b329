"""Control: weights end within r₀/‖J₀‖ of their start.

Setting: certified starts (os.certified-descent), η = 1/β².
Statement (false): ‖W_t − W₀‖ ≤ r₀/‖J₀‖.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws the problem and t ≤ 60; the exact descent is enclosed in balls.
Source: THEORY §5 and §8; card A1, N3.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import descent, quantities, strategies


@verifies("os.control.small-displacement", examples=40)
@given(problem=strategies.certified(4, 4, 5), t=st.integers(1, 60))
def test_weights_move_by_the_largest_singular_value(problem, t):
    run = descent.descend(problem, descent.working_step(problem), t)
    bound = run.residual(0).named("r₀") / quantities.largest_singular(problem, "‖J₀‖")
    check.at_most(run.displacement(t), bound)
