"""Control: the inequality for labels inside the range of the measurement.

Setting: as in qnn.sublinear, but with labels ±½.
Statement (false): ‖∇L‖² ≤ 8p√n(2L)^{3/2}.
Kind: control.
Constants: 8p√n, as in the claim.
How it is checked: Hypothesis draws the circuit; the margin at a point is enclosed.
Source: THEORY §6.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.quantum_networks import quantities, strategies


@verifies("qnn.control.inner-labels", examples=150)
@given(problem=strategies.problems(labels=(0.5, -0.5)))
def test_the_gradient_is_small_where_the_loss_is(problem):
    check.at_most(quantities.squared_gradient(problem), quantities.fastest(problem), ties=True)
