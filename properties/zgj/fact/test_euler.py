"""Fact 4: Euler's identity.

Setting: any students and teachers; all four models.
Statement: ⟨∇L, W⟩ = p·E[(f_W − f*)f_W], p = 2 tied, 1 unit.
Kind: identity.
Constants: none.
How it is checked: the right side from three losses, no gradient: E[(f_W − f*)f_W] =
    L(W, V) + L(W, 0) − L(0, V).
Source: THEORY §3, fact 4.
"""

import mpmath
import numpy as np
from flint import arb
from hypothesis import given

from lcnn_verify.evidence import Quantity, check, verifies
from lcnn_verify.evidence.amounts import frobenius
from lcnn_verify.evidence.quantity import ROUNDING
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, laws, oracle, population, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.quantities import loss


def inner_product(x):
    """⟨∇L(W), W⟩ with the error its rows' floors allow."""
    gradient = population.gradient(x.W, x.V, model=x.model)
    floors = population.gradient_rounding_floor(x.W, x.V, model=x.model)
    norms = np.array([frobenius(row) for row in x.W])
    grown = np.array([frobenius(row) for row in gradient])
    error = float(np.sum((floors + (x.W.size + 4) * ROUNDING * grown) * norms))

    def exact(dps):
        rows = oracle.gradient(x.W, x.V, dps=dps, model=x.model)
        with mpmath.workdps(2 * dps):
            entries = np.ndindex(x.W.shape)
            return mpmath.fsum(rows[i, k] * mpmath.mpf(float(x.W[i, k])) for i, k in entries)

    def enclosed(bits):
        rows = enclosure.gradient(x.W, x.V, precision=bits, model=x.model)
        with balls.working_precision(bits):
            return balls.dot(rows.entries(), map(arb, x.W.ravel().tolist()))

    value = float(np.sum(gradient * x.W))
    return Quantity("⟨∇L, W⟩", value, error * (1 + 1e-12), exact, enclosed=enclosed)


@verifies(
    "zgj.fact.euler",
    examples=60,
    draws=60,
    law=laws.general_law(models=MODELS),
    classes=("clones", "tiny student", "zero student"),
)
@given(instance=strategies.instances(models=MODELS))
def test_euler(instance):
    x = instance
    nothing = np.zeros((1, x.V.shape[1]))
    expectation = (
        loss(x)
        + loss(Instance(x.W, nothing, x.model), "L(W, 0)")
        - loss(Instance(nothing, x.V, x.model), "L(0, V)")
    )
    check.equal(inner_product(x), float(x.model.mass_power) * expectation, digits=25)
