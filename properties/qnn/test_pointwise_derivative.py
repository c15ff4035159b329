"""Claim qnn.pointwise-derivative: the derivative of an output is small where that is near ±1.

Setting: ŷ = ⟨ψ|U*MU|ψ⟩, U = Π U_l exp(−iθ_l H_l), H_l² = M² = I; up to three qubits.
Statement: |∂ŷ/∂θ_l| ≤ 2√(1 − ŷ²).
Kind: upper bound.
Constants: 2 is ours, proved in THEORY §3, and attained by one qubit and one parameter.
How it is checked: every parameter and input of drawn circuits, eigenvectors of M among the states.
    1 − ŷ² is 4‖P₊φ‖²‖P₋φ‖², P± = (I ± M)/2, which keeps its digits near ±1. Where both sides are
    equal the oracle, dense matrix exponentials and the shift rule, finds them equal to 25 digits.
Source: THEORY §3.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import classify
from lcnn_verify.packs.quantum_networks import quantities, strategies

PROBLEMS = st.one_of(
    strategies.problems(),
    strategies.problems(kinds=("aligned", "turning")),
    strategies.problems(3, 3, kinds=("any",)),
)
KINDS = ("repeated inputs", "aligned state")


@verifies("qnn.pointwise-derivative", examples=60, classes=KINDS)
@given(problem=PROBLEMS)
def test_the_derivative_is_at_most_twice_the_deviation(problem):
    for i in range(problem.n):
        spread = quantities.spread(problem, i)
        if spread.value == 0.0:
            classify("aligned state")
        for k in range(problem.p):
            slope = quantities.slope(problem, k, i)
            if spread.value - slope.value <= spread.error < slope.value:
                classify("equality")
            check.at_most(slope, spread, ties=True)
