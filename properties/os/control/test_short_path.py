"""Control: the path is no longer than r₀/(2β).

Setting: certified starts (os.certified-descent), η = 1/β².
Statement (false): Σ‖W_{s+1} − W_s‖ ≤ r₀/(2β).
Kind: control.
Constants: 2; with 1 in its place it is false in the limit t → ∞ alone.
How it is checked: Hypothesis draws the problem and t ≤ 60; the exact descent is enclosed in balls.
Source: THEORY §5 and §8; card A1, N2.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import descent, quantities, strategies


@verifies("os.control.short-path", examples=30)
@given(problem=strategies.certified(4, 4, 5), t=st.integers(1, 60))
def test_half_the_shortest_path_is_enough(problem, t):
    run = descent.descend(problem, descent.working_step(problem), t)
    bound = run.residual(0).named("r₀") / (2.0 * quantities.slope_constant(problem))
    check.at_most(run.path(t), bound)
