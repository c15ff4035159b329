"""Claim qnn.exponent: at a non-degenerate minimum the loss falls like 1/t².

Setting: one input, M² = I, label ±1, r = |ŷ − y|; gradient flow to t = 10⁶ of its own time
    1/(8√2·p·√L₀). A is the Hessian of r there, λ_min and λ_max the least and largest eigenvalue of
    those above λ_max/100.
Statement: where ½∇rᵀA⁺∇r, the quadratic form of these eigenvalues, is r within 2 %,
    −d log L/d log t = t‖∇L‖²/L is in [1.8·λ_min/λ_max, 2.2].
Kind: rate, an empirical band.
Constants: all are ours. [2λ_min/λ_max, 2] is derived for an exact quadratic form, THEORY §5.
How it is checked: at the end of the flow, whose θ is taken as exact, in balls. The form and the
    eigenvalues, in float64, know neither t nor how far L fell. They leave out minima with r > 0,
    degenerate ones, where L falls like t^{−4/3} or otherwise, and flows whose slowest modes have
    eigenvalues below λ_max/100: there the exponent has no positive lower bound at a given t.
Source: abstract ("sublinear convergence"); the exponent is card C3's, fitted.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Figure, check, verifies, weaker
from lcnn_verify.evidence.draws import assumed, discard
from lcnn_verify.evidence.figures import Kind, Line, log
from lcnn_verify.packs.quantum_networks import quantities, simulator, strategies

PROBLEMS = strategies.problems(2, 5, 1, kinds=("any", "any", "turning"))
LOW, HIGH, TIME, LEAST, NEAR = 1.8, 2.2, 1e6, 0.01, 0.02
EXPONENTS = Figure(
    Kind.SCATTER,
    "The exponent of the loss of quantum networks at non-degenerate minima",
    x=log("λ_max/λ_min", "ratio"),
    y=log("−d log L/d log t", "exponent"),
    lines=(Line("upper end of the band", y=HIGH),),
    caption="At 10⁶ own times. λ are the eigenvalues of the Hessian of |ŷ − y| above λ_max/100. "
    "Flows that end elsewhere than at a non-degenerate minimum with L = 0 are left out.",
)


@verifies("qnn.exponent", examples=8, shrink=False, assumes={"non-degenerate": weaker()})
@given(problem=st.builds(strategies.started, PROBLEMS))
def test_the_loss_falls_like_the_inverse_square(problem):
    end, path = simulator.flow(problem, TIME * simulator.own_time(problem), rtol=1e-7)
    form, ratio = quantities.valley(end, LEAST)
    if assumed("non-degenerate") and not abs(form - 1.0) <= NEAR:
        discard("the flow is at no non-degenerate minimum with L = 0")
    exponent = quantities.exponent(end, float(path.times[-1]))
    if assumed("non-degenerate"):
        EXPONENTS.point("flows", x=1.0 / ratio, y=exponent.value)
        EXPONENTS.point("lower end of the band", x=1.0 / ratio, y=LOW * ratio)
    check.at_most(exponent, HIGH)
    check.at_least(exponent, LOW * ratio)
