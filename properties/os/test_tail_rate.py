"""Claim os.tail-rate: in the end a step shrinks the residual by 1 − ησ_min².

Setting: smooth φ, paper scale, n < kd; descent with η = 1/(2‖J₀‖²) to ‖r‖ ≤ 10⁻¹¹r₀,
    where η ≤ 1/‖J_∞‖².
Statement: along a run that converges to W_∞ with σ_min(J_∞) > 0, the factor of a step tends to
    1 − ησ_min(J_∞)², for almost all starts: (1 − factor)/(ησ_min²) is within 5 % of 1.
Kind: rate.
Constants: 5 %, and the steps from 10⁻⁷r₀ to 10⁻¹¹r₀, are ours.
How it is checked: drawn problems whose second eigenvalue exceeds the first by 30 % at least; the
    residuals of the two ends and σ_min are enclosed.
Source: THEORY §7; the paper speaks of a geometric rate.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Figure, check, verifies, weaker
from lcnn_verify.evidence.figures import Kind, Line, linear, log
from lcnn_verify.packs.oymak_soltanolkotabi import quantities, strategies

BAND = 0.05
RATIO = Figure(
    Kind.SCATTER,
    "The rate in the end against the smallest singular value",
    x=log("steps from 10⁻⁷r₀ to 10⁻¹¹r₀", "steps"),
    y=linear("(1 − factor)/(ησ_min²)", "ratio"),
    lines=(
        Line("1, the limit claimed", y=1.0),
        Line("1 − 5 %", y=1.0 - BAND),
        Line("1 + 5 %", y=1.0 + BAND),
    ),
)


@verifies(
    "os.tail-rate",
    examples=20,
    shrink=False,
    assumes={"gap": weaker(examples=60), "step-size": weaker()},
)
@given(drawn=st.builds(strategies.tail_of, strategies.wide_problems()))
def test_the_smallest_singular_value_sets_the_rate(drawn):
    problem, step, points, steps = drawn
    ratio = quantities.tail(problem, step, points, steps, 0)
    RATIO.point("drawn problems", x=steps, y=ratio.value)
    check.at_most(ratio, 1.0 + BAND)
    check.at_least(ratio, 1.0 - BAND)
