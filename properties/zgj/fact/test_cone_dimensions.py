"""Fact 9, in fixed dimensions: how low critical levels of cones get, at any width.

Setting: tied |·|; teachers e₁ and e₂ in d = 3, 4, 5; students in the hyperplanes across e₁ ± e₂.
Statement: two cones about (e₁ ± e₂)/√2, two half-angles in d = 3, else one, that two points, a
    hexagon, an icosahedron open, are critical with 2.4939·ε₀ < L < 2.4951·ε₀ in d = 3,
    2.4049·ε₀ < L < 2.4063·ε₀ in d = 4, 2.3552·ε₀ < L < 2.3567·ε₀ in d = 5; split, one for every
    larger m. No students in the hyperplanes have L below that.
Kind: existence, lower bound.
Constants: the levels. As m → ∞ they fall to about 2.4949, 2.40573, 2.35606.
How it is checked: these cones and their splits, polished by Newton's method; random students in
    the hyperplanes; and proved for every m by weak duality on covers of the half-angle.
Source: THEORY §3, fact 9; §9.
"""

import math
from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import networks, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.critical.catalogue import cones, polytope
from lcnn_verify.packs.zgj.proofs.facts import cone_dimensions as theorem
from lcnn_verify.packs.zgj.quantities import gradient_norm, loss, threshold_level

LEVELS = {3: (2.4939, 2.4951), 4: (2.4049, 2.4063), 5: (2.3552, 2.3567)}


@cache
def cones_in(d):
    """The two cones of the theorem, polished by Newton's method."""
    return cones(theorem.DIMENSIONS[d].cones, polytope(d))


@verifies("zgj.fact.cone-dimensions", examples=6)
@given(d=st.sampled_from(sorted(LEVELS)), shares=strategies.clone_splits(), whole=st.booleans())
def test_cones_are_critical_between_the_levels(d, shares, whole):
    W = cones_in(d)
    x = Instance(W if whole else networks.split(W, shares), np.eye(2, d))
    least, most = LEVELS[d]
    check.at_most(gradient_norm(x), 1e-13)
    check.at_least(loss(x), least * threshold_level(x))
    check.at_most(loss(x), most * threshold_level(x))


@verifies("zgj.fact.cone-dimensions", examples=60)
@given(
    d=st.sampled_from(sorted(LEVELS)),
    degrees=st.lists(st.integers(0, 30), min_size=1, max_size=4),
    mass=st.sampled_from([1.0, 0.9, 1.1]),
    seed=st.integers(0, 2**32 - 1),
)
def test_no_students_in_the_hyperplanes_are_lower(d, degrees, mass, seed):
    rows, rng = [], np.random.default_rng(seed)
    for phi in map(math.radians, degrees):
        for side in (1.0, -1.0):
            across = rng.standard_normal(d - 2)
            middle = math.cos(phi) / math.sqrt(2.0) * np.array([1.0, side])
            rows.append([*middle, *math.sin(phi) * across / np.linalg.norm(across)])
    W = np.array(rows) * math.sqrt(mass / len(degrees))
    x = Instance(W, np.eye(2, d))
    check.at_least(loss(x), LEVELS[d][0] * threshold_level(x))


@verifies("zgj.fact.cone-dimensions")
def test_the_theorem():
    check.theorem(theorem.prove)
