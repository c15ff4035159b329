"""Euler's identity.

Setting: an implementation with a loss and a gradient, of any of the four models.
Statement: ⟨∇L, W⟩ = p·E[(f_W − f*)f_W], p = 2 tied, 1 unit readout.
Kind: identity.
Constants: the floors of all terms.
How it is checked: with W taken once, twice and three times, f_W is multiplied so often and L is a
    parabola in that: E[(f_W − f*)f_W] = 2L(2×W) − (3/2)L(W) − ½L(3×W), without a gradient and
    without a zero network.
Source: THEORY §3, fact 4.
"""

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.trial import Trial

FEW = tuple(shape for shape in examples.SHAPES if shape[0] <= 3)


@verifies("zgj.conform.euler", examples=20)
@given(instance=examples.instances(FEW))
def test_euler(instance):
    trial = Trial(instance)
    x = trial.x
    once, twice, thrice = (
        trial.loss(trial.like(np.tile(x.W, (times, 1)), x.V)) for times in (1, 2, 3)
    )
    expectation = 2.0 * twice - 1.5 * once - 0.5 * thrice
    wanted = (float(x.model.mass_power) * expectation).named("p·E[(f_W − f*)f_W]")
    trial.equal(trial.gradient().inner(x.W, "⟨gradient(W, V), W⟩"), wanted)
