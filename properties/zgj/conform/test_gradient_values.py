"""The gradient is the gradient of the population loss.

Setting: an implementation of any of the four models, in float32 or float64. Unit readout has no
    gradient at w_i = 0: such rows must be finite, and are else left out.
Statement: each row of gradient(W, V) is within its floor of ∇_{w_i}L.
Kind: identity.
Constants: floor = (64 + 4(m + r + d))·ε·‖w_i‖^(p−1)·Σ mass, ε of its dtype, more for nearly
    parallel neurons (conformance.quantities).
How it is checked: as the loss; the entry that is farthest off, in its row's floors, decides.
Source: THEORY §2.
"""

from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.trial import Trial


@verifies("zgj.conform.gradient-values", examples=60)
@given(instance=examples.instances())
def test_gradient_is_the_gradient(instance):
    trial = Trial(instance)
    trial.equal_rows(trial.gradient(), quantities.gradient(trial.x))
