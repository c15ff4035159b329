"""Control: the inequality for a measurement wider than the labels.

Setting: as in qnn.sublinear, but M has eigenvalues ±s with s = 1.1, 1.5 or 2; labels ±1.
Statement (false): ‖∇L‖² ≤ 8p√n(2L)^{3/2}.
Kind: control.
Constants: 8p√n, as in the claim.
How it is checked: Hypothesis draws the circuit; the margin at a point is enclosed.
Source: THEORY §6; the abstract says that "the range of measurements is crucial".
"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.quantum_networks import quantities, strategies


@verifies("qnn.control.wider-measurement", examples=150)
@given(problem=strategies.problems(), scale=st.sampled_from((1.1, 1.5, 2.0)))
def test_the_gradient_is_small_where_the_loss_is(problem, scale):
    wider = replace(problem, scale=scale)
    check.at_most(quantities.squared_gradient(wider), quantities.fastest(wider), ties=True)
