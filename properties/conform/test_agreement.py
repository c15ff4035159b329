"""The operations agree.

Setting: an implementation with loss_and_gradient, and loss or gradient beside it.
Statement: loss_and_gradient(W, V) = (loss(W, V), gradient(W, V)).
Kind: identity.
Constants: the floors of both sides.
How it is checked: networks of every degenerate kind, each operation asked for itself.
Source: THEORY §2.
"""

from hypothesis import given

from lcnn_verify.conformance import examples
from lcnn_verify.conformance.trial import Trial
from lcnn_verify.evidence import verifies


@verifies("conform.agreement", examples=25)
@given(instance=examples.instances())
def test_both_at_once_are_each_alone(instance):
    trial = Trial(instance)
    if "loss" in trial.said.offers:
        trial.equal(trial.loss(both=True), trial.loss())
    if "gradient" in trial.said.offers:
        trial.equal_rows(trial.gradient(both=True), trial.gradient())
