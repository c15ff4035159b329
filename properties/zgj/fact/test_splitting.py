"""Fact 3: splitting a student changes nothing.

Setting: any students and teachers; all four models.
Statement: tied: replacing w by √p_1·w, …, √p_k·w with Σp = 1 leaves L and ‖∇L‖_F unchanged, and
    each clone's gradient is √p_l·∇_w, so a step of gradient descent of the split network is the
    split of the step. Unit readout: w → p_l·w leaves L unchanged.
Kind: identity.
Constants: none. Uneven splits round √p, which perturbs each neuron by η = 4·2⁻⁵² of its norm.
How it is checked: splits into quarters, which are exact in float64 (4 clones of w/2), to 25 digits
    at the oracle, gradients row by row; uneven splits within the floors and the perturbation.
Source: THEORY §3, fact 3 and "Other models".
"""

import math
from dataclasses import replace
from functools import cache
from typing import Any

import mpmath
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, sampling, verifies
from lcnn_verify.evidence.amounts import mass, number
from lcnn_verify.evidence.quantity import ROUNDING
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, laws, oracle, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, TIED_RELU, UNIT_ABS, UNIT_RELU
from lcnn_verify.packs.zgj.networks import split
from lcnn_verify.packs.zgj.quantities import gradient_norm, loss

SMALL: dict[str, Any] = {"max_m": 4, "max_r": 3, "max_d": 4}


LAW = sampling.joined(
    laws.general_law(models=MODELS),
    "Each student in turn is split by one of three lists of two to four shares, uniform on 1..9.",
    splits=lambda rng: [rng.integers(1, 10, size=rng.integers(2, 5)).tolist() for _ in range(3)],
)


def quartered(x, row):
    """Student ``row`` replaced, exactly, by four clones of mass a quarter each."""
    factor = 0.5 if x.model.readout == "tied" else 0.25
    clones = np.repeat(factor * x.W[row : row + 1], 4, axis=0)
    return Instance(np.concatenate((x.W[:row], clones, x.W[row + 1 :])), x.V, x.model)


@verifies("zgj.fact.splitting", examples=40)
@given(
    instance=strategies.instances(models=(TIED_ABS, TIED_RELU), **SMALL),
    pick=st.integers(0, 3),
)
def test_exact_split_with_tied_readout(instance, pick):
    x = instance
    row = pick % len(x.W)
    other = quartered(x, row)
    check.equal(loss(other, "L of the split"), loss(x), digits=25)
    check.equal(gradient_norm(other, "‖∇L‖ of the split"), gradient_norm(x), digits=25)

    @cache
    def gradients(dps):
        return [oracle.gradient(each.W, each.V, dps=dps, model=x.model) for each in (x, other)]

    @cache
    def both_gradients(bits):
        return [
            enclosure.gradient(each.W, each.V, precision=bits, model=x.model).tolist()
            for each in (x, other)
        ]

    def gap(k):
        def exact(dps):
            whole, parts = gradients(dps)
            with mpmath.workdps(2 * dps + 20):
                return mpmath.mnorm(parts[row + k, :] - whole[row, :] / 2, "f")

        def enclosed(bits):
            whole, parts = both_gradients(bits)
            with balls.working_precision(bits):
                pairs = zip(parts[row + k], whole[row], strict=True)
                return balls.norm(part - entry / 2 for part, entry in pairs)

        return number("‖clone's gradient − ½∇_w‖", exact, enclosed=enclosed)

    scale = mass(x.W, 2, "Σ‖w‖²") + mass(x.V, 2, "Σ‖v‖²")
    size = float(np.abs(x.W[row]).max()) * scale.value
    for k in range(4):
        check.at_most(gap(k), 1e-30 * size, ties=True)


@verifies("zgj.fact.splitting", examples=30)
@given(
    instance=strategies.instances(models=(UNIT_ABS, UNIT_RELU), **SMALL),
    pick=st.integers(0, 3),
)
def test_exact_split_with_unit_readout(instance, pick):
    other = quartered(instance, pick % len(instance.W))
    check.equal(loss(other, "L of the split"), loss(instance), digits=25)


@verifies(
    "zgj.fact.splitting", examples=60, draws=60, law=LAW, classes=("clones", "close teachers")
)
@given(instance=strategies.instances(models=MODELS), splits=strategies.clone_splits())
def test_uneven_split(instance, splits):
    x = instance
    if x.model.readout == "tied":
        other = Instance(split(x.W, splits), x.V, x.model)
    else:
        shares = [np.array(parts) / sum(parts) for parts in splits]
        rows = [np.outer(shares[i % len(shares)], w) for i, w in enumerate(x.W)]
        other = Instance(np.concatenate(rows), x.V, x.model)
    power = x.model.mass_power
    total = (mass(x.W, power, "Σ‖w‖^p") + mass(x.V, power, "Σ‖v‖^p")).value
    here, there = loss(x), loss(other, "L of the split")
    blur = power * 4.0 * ROUNDING * total
    moved = blur * math.sqrt(2.0 * max(here.value + here.error, 0.0)) + 0.5 * blur**2
    check.equal(replace(there, error=there.error + 1.1 * moved), here)
