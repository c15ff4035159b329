"""Fact 11: the best thresholds of two planar teachers, to a thousandth.

Setting: tied |·|; two teachers and two students in the plane: unit teachers 90°, 60°, 45° and 30°
    apart, and teachers of norms 1 and 2, 90° apart.
Statement: no students with 0 < L ≤ λ·ε₀ are critical, for ‖∇L‖ ≥ κL/100 there; some with
    L ≤ 1.0011·λ·ε₀ are.
Kind: lower bound; existence.
Constants: λ, and κ/100, which any small positive number could replace.
How it is checked: at starts with L ≤ λ·ε₀; at the saddle above, which the oracle's gradient
    confirms; and proved: all students below by boxes, the saddle by Krawczyk's operator.
Source: THEORY §3, fact 11; §9.
"""

import time
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj import population
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.bracket.catalogue import (
    GAP,
    LEVELS,
    PAIRS,
    bracket,
    saddle,
)
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim
from lcnn_verify.packs.zgj.proofs.region.point import teachers
from lcnn_verify.packs.zgj.proofs.region.prove import ARITHMETIC
from lcnn_verify.packs.zgj.quantities import gradient_norm, kappa, loss, threshold_level
from lcnn_verify.packs.zgj.threshold import loss_threshold

ROUNDED = 1e-13  # of ‖V‖³: what rounding the saddle to float64 leaves of the gradient
NAMES = st.sampled_from(sorted(LEVELS))


def displaced(name, seed, share):
    """Students beside the teachers called ``name``, as far at random as takes L to the share."""
    V, rng = teachers(RegionClaim(*PAIRS[name])), np.random.default_rng(seed)
    ways, low, high = rng.standard_normal(V.shape), 0.0, 2.0
    for _ in range(50):
        middle = (low + high) / 2.0
        near = population.loss(V + middle * ways, V) <= share * LEVELS[name] * loss_threshold(V)
        low, high = (middle, high) if near else (low, middle)
    said = {"teachers": name, "seed": seed, "share": share}
    return Instance(V + low * ways, V, parameters=said)


@verifies("zgj.fact.threshold-brackets", examples=40)
@given(name=NAMES, seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.999, 0.9, 0.5, 0.1]))
def test_the_gradient_does_not_vanish_below(name, seed, share):
    x = displaced(name, seed, share)
    check.at_most(loss(x), LEVELS[name] * threshold_level(x), apart="below")
    check.at_least(gradient_norm(x), 0.01 * kappa(x) * loss(x))


@verifies("zgj.fact.threshold-brackets", examples=5)
@given(name=NAMES)
def test_a_saddle_is_just_above(name):
    point, V = saddle(*PAIRS[name], name), teachers(RegionClaim(*PAIRS[name]))
    x = Instance(point.center, V, parameters={"teachers": name})
    check.at_most(gradient_norm(x), ROUNDED * float((V**2).sum()) ** 1.5, apart="critical")
    check.at_least(loss(x), LEVELS[name] * threshold_level(x))
    check.at_most(loss(x), GAP * LEVELS[name] * threshold_level(x))


@verifies("zgj.fact.threshold-brackets")
def test_the_theorem():
    started, cells = time.perf_counter(), 0
    for name, level in LEVELS.items():
        try:
            found = bracket(name, *PAIRS[name])
        except NotProved as error:
            check.undecided(str(error))
            return
        reached, exact = found.region.claim.outer, Fraction(str(level))
        above = Fraction(found.point.loss[1]) / Fraction(found.point.threshold[0])
        if reached < exact or above > Fraction(str(GAP)) * exact:
            check.undecided(f"{name}: none is critical up to {reached}·ε₀, one is at {above}·ε₀")
            return
        cells += found.region.document["boxes"]
    check.proved(
        "no students with 0 < L ≤ λ·ε₀ are critical, and some with L ≤ 1.0011·λ·ε₀ are",
        box="two students in the plane of each of the five pairs of teachers",
        arithmetic=f"{ARITHMETIC}, Arb balls at the saddle",
        whole=True,
        cells=cells,
        seconds=time.perf_counter() - started,
    )
