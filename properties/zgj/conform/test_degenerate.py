"""Degenerate neurons.

Setting: an implementation of any of the four models, at the networks of examples.DEGENERATE.
Statement: loss and gradient are finite and within their floors at zero, duplicate, antiparallel,
    nearly parallel, tiny and huge neurons, at right angles, at d = 1 and at W = V.
Kind: identity.
Constants: as loss-values and gradient-values; tiny and huge are what the dtype takes.
How it is checked: one network after another, the plainest first; the gradient before the loss, so
    that what differentiating breaks is named as such.
Source: THEORY §7.
"""

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.trial import Trial


@verifies(
    "zgj.conform.degenerate",
    cases=lambda profile: [{"case": case} for case in examples.DEGENERATE],
)
def test_degenerate_networks(case):
    trial = Trial(examples.degenerate(case))
    if trial.has_gradient:
        trial.equal_rows(trial.gradient(), quantities.gradient(trial.x))
    if trial.has_loss:
        trial.equal(trial.loss(), quantities.loss(trial.x))
