"""Control: in the end the second eigenvalue sets the rate.

Setting: as in os.tail-rate.
Statement (false): (1 − factor)/(ηλ₂) is at least 0.95, λ₂ the second smallest eigenvalue of JJᵀ.
Kind: control.
Constants: 0.95, as in the claim.
How it is checked: Hypothesis draws problems with λ₂ ≥ 1.3·λ₁; residuals and λ₂ are enclosed.
Source: THEORY §7 and §8; card A2 measured 0.84, 0.47 and 0.88.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import quantities, strategies


@verifies("os.control.second-eigenvalue", examples=10, shrink=False)
@given(drawn=st.builds(strategies.tail_of, strategies.wide_problems()))
def test_the_second_eigenvalue_sets_the_rate(drawn):
    problem, step, points, steps = drawn
    check.at_least(quantities.tail(problem, step, points, steps, 1), 0.95)
