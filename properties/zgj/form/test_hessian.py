"""Form: the Hessian is the derivative of the gradient.

Setting: students without a zero row (the block there depends on the direction of approach);
    duplicates and near-duplicates included; all four models.
Statement: hessian(W, V) is symmetric and DᵀHD is the second derivative of L along D.
Kind: identity.
Constants: float64 within 2⁻³⁶ relative to Σ mass (tied), 1 + Σ mass/‖w_i‖ (unit readout).
How it is checked: float64 entries against the mpmath Hessian; that one against second differences
    of the angle-form loss, step 2⁻²⁰⁰.
Source: THEORY §2.
"""

import math
from functools import cache, reduce

import mpmath
import numpy as np
from flint import arb
from hypothesis import example, given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, laws, oracle, population, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS, TIED_RELU

STEP = mpmath.mpf(2) ** -200
LAW = laws.general_law(models=MODELS, max_m=4, max_r=2, max_d=3, norms=(0.5, 2.0))
SMALL = strategies.instances(models=MODELS, max_m=4, max_r=2, max_d=3, norms=(0.5, 2.0))


def without_zero_rows(x):
    """The instance less its zero students; unit readout also less those too tiny to differ."""
    norms = np.linalg.norm(x.W, axis=1)
    kept = x.W[norms > (0.0 if x.model.readout == "tied" else 1e-6)]
    if not len(kept):
        strategies.discard("no nonzero student")
    return Instance(kept, x.V, x.model, x.parameters)


@verifies("zgj.form.hessian", examples=60, draws=40, law=LAW, classes=("clones",))
@given(instance=SMALL)
def test_entries_match_the_oracle(instance):
    x = without_zero_rows(instance)
    computed = population.hessian(x.W, x.V, model=x.model)
    exact = oracle.hessian(x.W, x.V, dps=30, model=x.model)
    norms = np.linalg.norm(x.W, axis=1)
    power = x.model.mass_power
    total = float(np.sum(norms**power) + np.sum(np.linalg.norm(x.V, axis=1) ** power))
    allowed = 2.0**-36 * (total if power == 2 else 1.0 + total / float(norms.min()))

    def distance(dps):
        with mpmath.workdps(2 * dps):
            entries = np.ndindex(computed.shape)
            return max(abs(mpmath.mpf(computed[i, k]) - exact[i, k]) for i, k in entries)

    def enclosed(bits):
        matrix = enclosure.hessian(x.W, x.V, precision=bits, model=x.model)
        with balls.working_precision(bits):
            pairs = zip(computed.ravel().tolist(), matrix.entries(), strict=True)
            return reduce(arb.max, [abs(arb(entry) - right) for entry, right in pairs])

    check.at_most(number("largest error of an entry", distance, enclosed=enclosed), allowed)
    check.at_most(float(np.abs(computed - computed.T).max()), allowed, note="symmetry")


@verifies("zgj.form.hessian", examples=20)
@given(instance=SMALL)
@example(instance=Instance(np.array([[1.6e-150, 1.2e-150], [2e-150, 0.0]]), np.eye(2), TIED_RELU))
def test_curvature_is_the_second_derivative(instance):
    x = without_zero_rows(instance)
    pattern = np.sin(1.0 + np.arange(x.W.size)).reshape(x.W.shape)
    norms = np.linalg.norm(x.W, axis=1, keepdims=True)
    direction = pattern * norms
    # DᵀHD is of the size of the largest student squared, beside a loss of the teachers' size.
    lost = max(0, math.ceil(-2.0 * math.log10(norms.max())))

    @cache  # one precision serves whoever asks
    def second_difference():
        with mpmath.workdps(400 + lost):
            behind, here, ahead = (
                oracle.loss_on_line(x.W, x.V, direction, step, model=x.model)
                for step in (-STEP, mpmath.mpf(0), STEP)
            )
            return (ahead - 2 * here + behind) / STEP**2

    def second_difference_ball(bits):
        bits += 900 + 4 * lost
        behind, here, ahead = (enclosed_on_line(x, direction, k, bits) for k in (-1, 0, 1))
        with balls.working_precision(bits):
            return (ahead - 2 * here + behind) * arb(2) ** 400

    def curvature_ball(bits):
        matrix = enclosure.hessian(x.W, x.V, precision=bits, model=x.model).tolist()
        with balls.working_precision(bits):
            flat = [arb(entry) for entry in direction.ravel().tolist()]
            return balls.dot(flat, (balls.dot(row, flat) for row in matrix))

    def curvature(dps):
        matrix = oracle.hessian(x.W, x.V, dps=dps, model=x.model)
        with mpmath.workdps(2 * dps):
            flat = [mpmath.mpf(entry) for entry in direction.ravel().tolist()]
            rows = range(len(flat))
            return mpmath.fsum(flat[i] * matrix[i, k] * flat[k] for i in rows for k in rows)

    difference = number(
        "second difference", lambda dps: second_difference(), enclosed=second_difference_ball
    )
    check.equal(number("DᵀHD", curvature, enclosed=curvature_ball), difference, digits=20)


def enclosed_on_line(x, direction, steps, bits):
    """L(W + steps·2⁻²⁰⁰·D) in balls; the sum is exact at this many bits."""
    with balls.working_precision(bits):
        moved = [
            [arb(w) + steps * arb(2) ** -200 * arb(d) for w, d in zip(*pair, strict=True)]
            for pair in zip(x.W.tolist(), direction.tolist(), strict=True)
        ]
    return enclosure.loss(moved, x.V, precision=bits, model=x.model)
