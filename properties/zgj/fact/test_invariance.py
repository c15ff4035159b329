"""Fact 1: rotation, permutation and sign.

Setting: any students and teachers; all four models.
Statement: L(WRᵀ, VRᵀ) = L(W, V) for a rotation R, L is invariant under permutations of students
    and, for |·|, under sign flips of single neurons; ‖∇L‖_F is invariant too, and row i of ∇L
    goes where neuron i goes.
Kind: identity.
Constants: rotating in float64 perturbs each neuron by at most η = 8d·turns·2⁻⁵² of its norm, which
    moves L by at most p·η·Σmass·√(2L) + ½(p·η·Σmass)² and row i of ∇L by 24·η·‖w_i‖^{p−1}·Σmass.
How it is checked: permutations and signs, exact in float64, against the oracle to 25 digits;
    rotations within the floors and the perturbation.
Source: THEORY §3, fact 1.
"""

import math
from dataclasses import replace

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import check, sampling, verifies, weaker
from lcnn_verify.evidence.amounts import frobenius, mass
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.quantity import ROUNDING
from lcnn_verify.packs.zgj import laws, population, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS, TIED_RELU
from lcnn_verify.packs.zgj.networks import flip, reorder, rotation
from lcnn_verify.packs.zgj.quantities import gradient_norm, loss

ANY = strategies.instances(models=MODELS)
REARRANGED = sampling.joined(
    laws.general_law(models=MODELS),
    "Six sort keys uniform on 0..9 and six fair signs, repeated as needed.",
    order=lambda rng: rng.integers(10, size=6).tolist(),
    signs=lambda rng: rng.choice([-1, 1], size=6).tolist(),
)
ROTATED = sampling.joined(
    laws.general_law(models=MODELS),
    "Three Givens rotations by angles uniform on [0°, 180°].",
    turns=lambda rng: rng.uniform(0.0, 180.0, 3).tolist(),
)


@verifies(
    "zgj.fact.invariance",
    examples=60,
    draws=60,
    law=REARRANGED,
    classes=("clones", "tiny student", "zero student"),
    assumes={"even-activation": weaker(instance=strategies.instances(models=(TIED_RELU,)))},
)
@given(instance=ANY, order=strategies.orders(), signs=strategies.signs())
def test_permutations_and_signs(instance, order, signs):
    x = instance
    moved = reorder(x.W, order)
    flipped = x.model.activation == "abs" or not assumed("even-activation")
    if flipped:
        moved = flip(moved, signs)
    other = Instance(moved, x.V, x.model)
    check.equal(loss(other, "L of the rearranged"), loss(x), digits=25)
    check.equal(gradient_norm(other, "‖∇L‖ of the rearranged"), gradient_norm(x))
    rearranged = reorder(population.gradient(x.W, x.V, model=x.model), order)
    if flipped:
        rearranged = flip(rearranged, signs)
    gap = population.gradient(other.W, other.V, model=x.model) - rearranged
    floors = population.gradient_rounding_floor(other.W, other.V, model=x.model)
    for row, floor in enumerate(floors):
        check.at_most(frobenius(gap[row]), 2.0 * float(floor) + math.ulp(0.0))


@verifies(
    "zgj.fact.invariance",
    examples=60,
    draws=60,
    law=ROTATED,
    classes=("clones", "tiny student", "zero student"),
)
@given(instance=strategies.instances(models=MODELS, min_d=2), turns=strategies.rotations())
def test_rotations(instance, turns):
    x, d = instance, instance.V.shape[1]
    R = rotation(turns, d)
    other = Instance(x.W @ R.T, x.V @ R.T, x.model)
    power = x.model.mass_power
    eta = 8.0 * d * (len(turns) + 1) * ROUNDING
    total = (mass(x.W, power, "Σ‖w‖^p") + mass(x.V, power, "Σ‖v‖^p")).value
    here, there = loss(x), loss(other, "L of the rotated")
    blur = power * eta * total
    moved = blur * math.sqrt(2.0 * max(here.value + here.error, 0.0)) + 0.5 * blur**2
    check.equal(replace(there, error=there.error + 1.1 * moved), here)
    gap = population.gradient(other.W, other.V, model=x.model) - (
        population.gradient(x.W, x.V, model=x.model) @ R.T
    )
    floors = population.gradient_rounding_floor(other.W, other.V, model=x.model)
    for row, floor in enumerate(floors):
        lever = frobenius(x.W[row]) ** (power - 1)
        allowed = 3.0 * float(floor) + 24.0 * eta * lever * total + math.ulp(0.0)
        if power == 2 or np.any(x.W[row]):
            check.at_most(frobenius(gap[row]), allowed)
