"""Joint scaling.

Setting: an implementation of any of the four models.
Statement: L(cW, cV) = c^{2p}·L(W, V), ∇L(cW, cV) = c^{2p−1}·∇L(W, V): p = 2 tied, 1 unit readout.
Kind: identity.
Constants: the floors of both sides; c is a power of two, so scaling rounds nothing.
How it is checked: its answers before and after against each other, neurons of norms 0.5 … 2.
Source: THEORY §3, fact 2.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.trial import Trial


@verifies("zgj.conform.scaling", examples=20)
@given(
    instance=examples.instances(norms=(0.5, 2.0)),
    exponent=st.sampled_from([1, -1, 3, -3, 8, -8]),
)
def test_joint_scaling(instance, exponent):
    trial = Trial(instance)
    x, p, c = trial.x, trial.x.model.mass_power, 2.0**exponent
    y = trial.like(c * x.W, c * x.V)
    if trial.has_loss:
        wanted = (c ** (2 * p) * trial.loss()).named("c^{2p}·loss(W, V)")
        trial.equal(trial.loss(y, "loss(cW, cV)"), wanted)
    if trial.has_gradient:
        factors = [c ** (2 * p - 1)] * len(x.W)
        wanted = trial.gradient().rearranged("c^{2p−1}·gradient(W, V)", range(len(x.W)), factors)
        trial.equal_rows(trial.gradient(y, "gradient(cW, cV)"), wanted)
