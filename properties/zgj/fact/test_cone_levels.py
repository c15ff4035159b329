"""Fact 9: critical levels fall to 2.196·ε₀ as the dimension grows.

Setting: tied |·|; teachers e₁ and e₂ in d ≥ 3; students in the two hyperplanes across e₁ ± e₂.
Statement: with ± the axes e₃ … e_d two cones about (e₁ ± e₂)/√2 open into a critical point with
    2.1960·ε₀ < L < (2.1961 + 0.722/(d − 2))·ε₀, m = 4(d − 2); split, one for every larger m.
    No students in the hyperplanes have L ≤ 2.1960·ε₀.
Kind: existence, lower bound.
Constants: 2.1960, 2.1961, 0.722; the limit is 2.19607…·ε₀, the excess 0.7218…·ε₀ at most.
How it is checked: cones in d = 3 … 6 and their splits, polished by Newton's method, so that ∇L is
    0 but for rounding; random students in the hyperplanes, and cones opened at random; and proved
    for every d and m by weak duality, a function of the half-angle being positive on a cover.
Source: THEORY §3, fact 9; §9.
"""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, sampling, verifies
from lcnn_verify.packs.zgj import networks, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.critical.catalogue import axes_cones
from lcnn_verify.packs.zgj.proofs.facts import cone_levels as theorem
from lcnn_verify.packs.zgj.quantities import gradient_norm, loss, threshold_level

LEAST, MOST, EXCESS = 2.1960, 2.1961, 0.722


def in_the_hyperplanes(rng):
    """Up to 12 students in up to 8 dimensions, half of the draws two cones of one half-angle."""
    d, half = int(rng.integers(3, 9)), int(rng.integers(1, 7))
    along, across = rng.standard_normal((2 * half, 1)), rng.standard_normal((2 * half, d - 2))
    if rng.random() < 0.5:
        phi = rng.uniform(0.0, 0.6)
        along[:] = math.cos(phi)
        across *= math.sin(phi) / np.linalg.norm(across, axis=1, keepdims=True)
    sides = np.repeat([[1.0, 1.0], [1.0, -1.0]], half, axis=0) / math.sqrt(2.0)
    W = np.hstack((along * sides, across))
    return Instance(math.sqrt(2.0) * rng.uniform(0.8, 1.2) * W / np.linalg.norm(W), np.eye(2, d))


LAW = sampling.plain_law(
    "d is uniform on 3..8, m/2 on 1..6. Each half of the students lies in one hyperplane, normal, "
    "or in half of the draws in a cone of half-angle uniform on [0, 0.6]; the total mass is the "
    "square of a uniform number on [0.8, 1.2], times 2.",
    instance=in_the_hyperplanes,
)


@verifies("zgj.fact.cone-levels", examples=8)
@given(d=st.integers(3, 6), shares=strategies.clone_splits(), whole=st.booleans())
def test_cones_about_the_axes_are_critical(d, shares, whole):
    W = axes_cones(d)
    x = Instance(W if whole else networks.split(W, shares), np.eye(2, d))
    check.at_most(gradient_norm(x), 1e-13)
    check.at_most(loss(x), (MOST + EXCESS / (d - 2)) * threshold_level(x))
    check.at_least(loss(x), LEAST * threshold_level(x))


@verifies("zgj.fact.cone-levels", examples=40, draws=60, law=LAW)
@given(instance=st.integers(0, 2**32 - 1).map(np.random.default_rng).map(in_the_hyperplanes))
def test_no_students_in_the_hyperplanes_are_lower(instance):
    check.at_least(loss(instance), LEAST * threshold_level(instance))


@verifies("zgj.fact.cone-levels")
def test_the_theorem():
    check.theorem(theorem.prove)
