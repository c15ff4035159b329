"""The loss is the population loss.

Setting: an implementation of any of the four models, in float32 or float64.
Statement: |loss(W, V) − L(W)| ≤ floor.
Kind: identity.
Constants: floor = (64 + 4(m + r + d))·ε·(Σ mass)², ε of its dtype, more for nearly parallel
    neurons (conformance.quantities).
How it is checked: networks of every degenerate kind; our float64 where its own floor lets it
    decide, else the 40-digit oracle, at the input as rounded to the dtype.
Source: THEORY §2.
"""

from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.trial import Trial


@verifies("zgj.conform.loss-values", examples=60)
@given(instance=examples.instances())
def test_loss_is_the_population_loss(instance):
    trial = Trial(instance)
    trial.equal(trial.loss(), quantities.loss(trial.x))
