"""Fact 9: two simplices of students are critical, and how low.

Setting: tied |·|; teachers e₁ and e₂ in d ≥ 3; a student for each vertex of a regular simplex of
    R^{d−2} in each of two cones about (e₁ ± e₂)/√2.
Statement: such students have a critical point with 0 < L < (2.1961 + 0.82/(d − 1))·ε₀,
    m = 2(d − 1); split, one for every larger m. In d = 4 and 5 it is below 2.4167·ε₀ and 2.3698·ε₀.
Kind: existence.
Constants: 2.1961, 0.82, 2.4167, 2.3698; the levels are 2.41655…·ε₀ and 2.36956…·ε₀.
How it is checked: simplices in d = 3 … 7 and their splits, turned and polished by Newton's method,
    so that ∇L is 0 but for rounding; and proved for every d and m by symmetric criticality, an
    enclosure of the level being below the bound on a cover of 1/(d − 1).
Source: THEORY §3, fact 9; §9.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import networks, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.critical.catalogue import simplex_cones
from lcnn_verify.packs.zgj.proofs.facts import simplex_cones as theorem
from lcnn_verify.packs.zgj.quantities import gradient_norm, loss, threshold_level

MOST, EXCESS, ROWS = 2.1961, 0.82, {4: 2.4167, 5: 2.3698}


@verifies("zgj.fact.simplex-cones", examples=8)
@given(d=st.integers(3, 7), shares=strategies.clone_splits(), turns=strategies.rotations())
def test_simplices_are_critical_below_the_level(d, shares, turns):
    Q = networks.rotation(turns, d)
    x = Instance(networks.split(simplex_cones(d), shares) @ Q.T, Q.T[:2])
    check.at_most(gradient_norm(x), 1e-13)
    check.at_most(loss(x), min(MOST + EXCESS / (d - 1), ROWS.get(d, 3.0)) * threshold_level(x))
    check.at_least(loss(x), MOST * threshold_level(x), apart="above the limit")


@verifies("zgj.fact.simplex-cones")
def test_the_theorem():
    check.theorem(theorem.prove)
