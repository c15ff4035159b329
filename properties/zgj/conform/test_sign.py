"""Sign.

Setting: an implementation of a model with |·|.
Statement: L is invariant under sign flips of single students and teachers; row i of ∇L flips with
    neuron i.
Kind: identity.
Constants: the floors of both sides; flipping rounds nothing.
How it is checked: its answers before and after against each other.
Source: THEORY §3, fact 1.
"""

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.trial import Trial
from lcnn_verify.packs.zgj.networks import flip


@verifies("zgj.conform.sign", examples=20)
@given(instance=examples.instances(), signs=strategies.signs(), others=strategies.signs())
def test_sign_flips(instance, signs, others):
    trial = Trial(instance)
    x = trial.x
    y = trial.like(flip(x.W, signs), flip(x.V, others))
    if trial.has_loss:
        trial.equal(trial.loss(y, "loss(flipped)"), trial.loss())
    if trial.has_gradient:
        turned = np.resize(signs, len(x.W)).tolist()
        wanted = trial.gradient().rearranged(
            "gradient(W, V), flipped", range(len(x.W)), [float(sign) for sign in turned]
        )
        trial.equal_rows(trial.gradient(y, "gradient(flipped)"), wanted)
