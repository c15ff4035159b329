"""Form: the loss is the mean over Gaussian inputs.

Setting: students and teachers of norms near 1; all four models.
Statement: L = E[½(f_W(x) − f*(x))²], x ~ N(0, I_d).
Kind: identity, statistical.
Constants: 40 000 inputs, 6 standard errors: a false alarm in about 10⁹ examples.
How it is checked: the networks themselves are run on sampled inputs; no kernel is used.
Source: THEORY §1 (definition), §2, route (c).
"""

import mpmath
import numpy as np
from flint import arb
from hypothesis import given

from lcnn_verify.evidence import Quantity, check, verifies
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, laws, oracle, population, strategies
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.profiles import active

INPUTS = 40_000


def network(weights, x, model):
    """f(x) of each input row by the definition of the model."""
    pre = x @ weights.T
    post = np.abs(pre) if model.activation == "abs" else np.maximum(pre, 0.0)
    return post @ np.linalg.norm(weights, axis=1) ** (model.mass_power - 1)


@verifies(
    "zgj.form.monte-carlo",
    examples=60,
    draws=40,
    law=laws.general_law(models=MODELS, norms=(0.5, 2.0)),
    classes=strategies.DEGENERATE,
)
@given(instance=strategies.instances(models=MODELS, norms=(0.5, 2.0)))
def test_sample_mean_is_near_the_loss(instance):
    x = instance
    weights = x.W.tobytes().hex()  # so that each example has inputs of its own
    rng = np.random.default_rng(active().derive_seed("zgj.form.monte-carlo", weights))
    inputs = rng.standard_normal((INPUTS, x.V.shape[1]))
    gap = network(x.W, inputs, x.model) - network(x.V, inputs, x.model)
    sample = 0.5 * gap**2
    mean, error = float(sample.mean()), float(sample.std(ddof=1)) / INPUTS**0.5
    loss = population.loss(x.W, x.V, model=x.model)
    floor = population.rounding_floor(x.W, x.V, model=x.model)

    def exact(dps):
        return abs(mpmath.mpf(mean) - oracle.loss(x.W, x.V, dps=dps, model=x.model))

    def enclosed(bits):
        with balls.working_precision(bits):
            return abs(arb(mean) - enclosure.loss(x.W, x.V, precision=bits, model=x.model))

    distance = Quantity("|sample mean − L|", abs(mean - loss), floor, exact, enclosed=enclosed)
    check.at_most(distance, 6.0 * error + 2.0 * floor)
