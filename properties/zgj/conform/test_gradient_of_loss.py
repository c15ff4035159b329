"""The gradient belongs to the loss.

Setting: an implementation with a loss and a gradient, of any of the four models.
Statement: L(W + hD) − L(W − hD) = 2h⟨∇L(W), D⟩ + R, L and ∇L the implementation's own.
Kind: identity.
Constants: h = 1/16; row i of D is as long as w_i, and turns and grows it.
How it is checked: R, of third order in h, is the same difference of the exact L and ∇L: from our
    own evaluation, so a large h costs nothing and rounding is not divided by a small one.
Source: THEORY §2.
"""

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.trial import Trial

STEP = 2.0**-4


def direction(W):
    """A direction along which every nonzero neuron turns and grows by an amount of its own."""
    pattern = np.cos(1.0 + np.arange(W.size)).reshape(W.shape)
    sizes = np.abs(W).max(axis=1, keepdims=True)
    return pattern * sizes


@verifies("zgj.conform.gradient-of-loss", examples=25)
@given(instance=examples.instances())
def test_differences_of_the_loss_are_the_gradient(instance):
    trial = Trial(instance)
    x, D = trial.x, direction(trial.x.W)
    ahead, behind = (trial.like(x.W + step * D, x.V) for step in (STEP, -STEP))
    moved = ahead.W - behind.W  # 2hD as rounded, exactly
    slope = quantities.gradient(x).inner(moved, "⟨∇L(W), 2hD⟩")
    remainder = quantities.loss(ahead) - quantities.loss(behind) - slope
    difference = trial.loss(ahead) - trial.loss(behind)
    trial.equal(
        difference.named("loss(W + hD, V) − loss(W − hD, V)"),
        (trial.gradient(x).inner(moved, "") + remainder).named("⟨gradient(W, V), 2hD⟩ + R"),
    )
