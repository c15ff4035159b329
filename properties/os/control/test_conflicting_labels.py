"""Control: descent fits conflicting labels.

Setting: two equal inputs with different labels y₁ ≠ y₂, kd > n; softplus, paper scale.
Statement (false): descent reaches ‖r‖ ≤ |y₁ − y₂|/2.
Kind: control.
Constants: ½; no W goes below |y₁ − y₂|/√2.
How it is checked: Hypothesis draws the problem and the number of steps; ‖r‖ is enclosed at the end.
Source: THEORY §8; cards A3 and A9 found plateaus at |y₁ − y₂|/√2.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.numerics import activations
from lcnn_verify.packs.oymak_soltanolkotabi import descent, fast, problem, quantities


@verifies("os.control.conflicting-labels", examples=20)
@given(n=st.integers(2, 6), k=st.integers(2, 8), seed=st.integers(0, 99), steps=st.integers(1, 500))
def test_conflicting_labels_are_fitted(n, k, seed, steps):
    one = problem.drawn(activations.SOFTPLUS, n, 4, 2 * k, seed=seed, shape="duplicated")
    at = problem.at_paper_scale(one)
    half = abs(float(at.y[0] - at.y[-1])) / 2.0
    if half == 0.0:
        discard("equal labels")
    W = fast.descend(at, descent.working_step(at), 0.0, steps)[0]
    check.at_most(quantities.residual_norm(at.at(W)), half, problem=at.at(W))
