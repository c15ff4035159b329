"""Control: descent converges at the rate of the largest singular value.

Setting: certified starts (os.certified-descent), η = 1/β².
Statement (false): ‖r_t‖ ≤ (1 − η‖J₀‖²/8)^t·r₀.
Kind: control.
Constants: 8, as in the claim with σ_min.
How it is checked: Hypothesis draws the problem and t ≤ 60; the exact descent is enclosed in balls.
Source: THEORY §5 and §8; card A1, N1.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import descent, quantities, strategies


@verifies("os.control.largest-singular-value", examples=30)
@given(problem=strategies.certified(4, 4, 5), t=st.integers(1, 60))
def test_the_largest_singular_value_sets_the_rate(problem, t):
    run = descent.descend(problem, descent.working_step(problem), t)
    top = quantities.gram_eigenvalue(problem, -1, "‖J₀‖²")
    factor = descent.powered(1.0 - run.step * top / 8.0, t)
    check.at_most(run.residual(t), factor * run.residual(0).named("r₀"))
