"""Claim qnn.exponent: where the loss tends to 0 it falls like 1/t².

Setting: one input, M² = I, label ±1; gradient flow to t = 10⁶ of its own time 1/(8√2·p·√L₀), where
    L ≤ 10⁻⁹L₀: flows that end at a minimum with L > 0 are given up.
Statement: −d log L/d log t = t‖∇L‖²/L is in [1.3, 2.2] there.
Kind: rate, an empirical band.
Constants: the band is ours; 176 flows measured 1.66 to 2.04. The limit 2 is derived for a minimum
    at which the Hessian of ŷ is definite, THEORY §5.
How it is checked: at the end of the flow, whose θ is taken as exact, in balls.
Source: abstract ("sublinear convergence"); the exponent is card C3's, fitted.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Figure, check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.evidence.figures import Kind, Line, linear, log
from lcnn_verify.packs.quantum_networks import quantities, simulator, strategies

PROBLEMS = strategies.problems(2, 5, 1, kinds=("any", "any", "turning"))
LOW, HIGH, TIME, LEFT = 1.3, 2.2, 1e6, 1e-9
EXPONENTS = Figure(
    Kind.SCATTER,
    "The exponent of the loss of quantum networks",
    x=log("L/L₀ at 10⁶ own times", "ratio"),
    y=linear("−d log L/d log t", "exponent"),
    lines=(Line("lower end of the band", y=LOW), Line("upper end", y=HIGH)),
)


@verifies("qnn.exponent", examples=8, shrink=False)
@given(start=st.builds(strategies.started, PROBLEMS))
def test_the_loss_falls_like_the_inverse_square(start):
    problem, own = start
    end, path = simulator.flow(problem, TIME * own, rtol=1e-7)
    left = float(path.losses[-1] / path.losses[0])
    if not left <= LEFT:
        discard("the flow does not bring L below 10⁻⁹L₀")
    exponent = quantities.exponent(end, float(path.times[-1]))
    EXPONENTS.point("flows", x=left, y=exponent.value)
    check.at_most(exponent, HIGH)
    check.at_least(exponent, LOW)
