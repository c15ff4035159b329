"""Form: the float64 gradient is the gradient of the population loss.

Setting: any students and teachers; all four models. Unit readout is not differentiable at w_i = 0,
    where gradient() returns 0 by convention: of such a row only that is checked.
Statement: row i of gradient(W, V) is within gradient_rounding_floor[i] of ∇_{w_i}L, and ∇L is
    the derivative of L.
Kind: identity.
Constants: gradient_rounding_floor ≤ 64·2⁻⁵²·‖w_i‖^{p−1}·Σ mass.
How it is checked: against the mpmath gradient at 40 digits; that one against central differences
    of the angle-form loss, step 2⁻²⁰⁰.
Source: THEORY §2.
"""

from functools import cache

import mpmath
import numpy as np
from flint import arb
from hypothesis import given

from lcnn_verify.evidence import Quantity, check, verifies
from lcnn_verify.evidence.amounts import mass, norm, number, row_distance
from lcnn_verify.evidence.quantity import ROUNDING
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, laws, oracle, population, strategies
from lcnn_verify.packs.zgj.model import MODELS

STEP = mpmath.mpf(2) ** -200


@verifies(
    "zgj.form.gradient",
    examples=80,
    draws=40,
    law=laws.general_law(models=MODELS),
    classes=strategies.DEGENERATE,
)
@given(instance=strategies.instances(models=MODELS))
def test_rows_are_within_their_floors(instance):
    x = instance
    computed = population.gradient(x.W, x.V, model=x.model)
    floors = population.gradient_rounding_floor(x.W, x.V, model=x.model)
    exact = oracle.gradient(x.W, x.V, dps=40, model=x.model)

    def balls(bits):
        return enclosure.gradient(x.W, x.V, precision=bits, model=x.model).tolist()

    power = x.model.mass_power
    total = mass(x.W, power, "Σ‖w‖^p") + mass(x.V, power, "Σ‖v‖^p")
    for row, floor in enumerate(floors):
        if x.model.readout == "tied" or x.W[row].any():
            off = row_distance("gradient(W, V)", computed, exact, row, balls)
            check.at_most(off, float(floor), ties=True)
            lever = norm(x.W[row], "‖w_i‖") if x.model.readout == "tied" else 1.0
            if floor > 1e-250:  # below that it also covers underflow
                check.at_most(float(floor), 64 * ROUNDING * lever * total, note="an honest floor")
        else:
            entries = int(np.count_nonzero(computed[row]))
            check.exactly(entries, "=", 0, label="nonzero entries at a zero neuron, unit readout")


@verifies("zgj.form.gradient", examples=30)
@given(
    instance=strategies.instances(models=MODELS, max_m=4, max_r=2, max_d=3, norms=(0.5, 2.0)),
)
def test_gradient_is_the_derivative_of_the_loss(instance):
    x = instance
    # A direction along which every nonzero neuron turns and grows by an amount of its own.
    pattern = np.cos(1.0 + np.arange(x.W.size)).reshape(x.W.shape)
    direction = pattern * np.linalg.norm(x.W, axis=1, keepdims=True)

    @cache  # one precision serves whoever asks
    def quotient_of():
        with mpmath.workdps(400):
            ahead, behind = (
                oracle.loss_on_line(x.W, x.V, direction, step, model=x.model)
                for step in (STEP, -STEP)
            )
            return (ahead - behind) / (2 * STEP)

    def slope(dps):
        rows = oracle.gradient(x.W, x.V, dps=dps, model=x.model)
        with mpmath.workdps(2 * dps):
            entries = np.ndindex(x.W.shape)
            return mpmath.fsum((rows[i, k] * mpmath.mpf(direction[i, k]) for i, k in entries))

    def slope_ball(bits):
        rows = enclosure.gradient(x.W, x.V, precision=bits, model=x.model)
        with balls.working_precision(bits):
            return balls.dot(rows.entries(), map(arb, direction.ravel().tolist()))

    def difference_ball(bits):
        # At so many bits W ± hD is exact, and the 200 that cancel are there twice.
        with balls.working_precision(bits + 700):
            ahead, behind = (
                enclosure.loss(moved(x.W, direction, k), x.V, precision=bits + 700, model=x.model)
                for k in (1, -1)
            )
            return (ahead - behind) * arb(2) ** 199

    floors = population.gradient_rounding_floor(x.W, x.V, model=x.model)
    blur = float(floors @ np.linalg.norm(direction, axis=1)) + 1e-15 * abs(float(slope(20)))
    gradient = population.gradient(x.W, x.V, model=x.model)
    value = float(np.sum(gradient * direction))
    computed = Quantity("⟨∇L, D⟩", value, blur, slope, enclosed=slope_ball)
    quotient = number(
        "(L(W + hD) − L(W − hD))/2h", lambda dps: quotient_of(), enclosed=difference_ball
    )
    check.equal(computed, quotient, digits=25)


def moved(W, direction, sign):
    """W ± 2⁻²⁰⁰·D in balls, at the precision in force."""
    return [
        [arb(w) + sign * arb(2) ** -200 * arb(d) for w, d in zip(*rows, strict=True)]
        for rows in zip(W.tolist(), direction.tolist(), strict=True)
    ]
