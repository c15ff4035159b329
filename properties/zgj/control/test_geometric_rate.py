"""Control: geometric decay for m > r.

Setting: tied |·|; one unit teacher, two clones at ±δ.
Statement (false): L(t) ≤ L₀·e^{−μt} along gradient descent for some μ in {2⁰ … 2⁻⁸}·‖V‖².
Kind: control.
Constants: the smallest μ, 2⁻⁸: a run that violates it violates them all; step 0.1/‖V‖².
How it is checked: Hypothesis draws δ and the time; the loss at the end is enclosed.
Source: THEORY §6 (the clones decay like t⁻³).
"""

import math

import mpmath
import numpy as np
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.packs.zgj.descents import working_step
from lcnn_verify.packs.zgj.dynamics import gradient_descent
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.networks import mirrored_clones
from lcnn_verify.packs.zgj.quantities import loss

SMALLEST = 2.0**-8


@verifies("zgj.control.geometric-rate", examples=40)
@given(delta=st.sampled_from([0.1, 0.05, 0.01, 0.005, 0.001]), steps=st.integers(100, 50_000))
def test_loss_decays_geometrically(delta, steps):
    V = np.array([[1.0, 0.0]])
    x = Instance(mirrored_clones(V, math.degrees(delta)), V, parameters={"delta": delta})
    run = gradient_descent(x.W, x.V, step=working_step(x), max_steps=steps, record_every="log")
    elapsed = float(run.times[-1])
    decay = number(
        "e^{−μt}",
        lambda dps: mpmath.exp(mpmath.mpf(-SMALLEST) * mpmath.mpf(elapsed)),
        enclosed=lambda bits: (arb(-SMALLEST) * arb(elapsed)).exp(),
    )
    end = Instance(run.weights, x.V, parameters={"delta": delta, "time": elapsed})
    check.at_most(loss(end, "L(t)"), decay * loss(x, "L₀"), instance=end)
