"""Fact 12: for one teacher the gradient bounds L^{3/4} up to ε₀, in every width and dimension.

Setting: tied |·|; r = 1; any students.
Statement: ‖∇L‖ ≥ 2L(7/10 − √2x)/(‖v‖√(√3x + ½(1 + √3)x² + ½x³)), x = √(πL)/‖v‖²; hence
    ‖∇L‖ ≥ 0.39·κ·ε₀^{1/4}·L^{3/4} if L ≤ ε₀.
Kind: lower bound.
Constants: 7/10 = 1 − 3/10; 0.39 is the factor at ε₀, rounded down.
How it is checked: float64, escalated to the oracle, at random students and at the hard ones, clones
    around the teacher and one of small mass across it; and proved for every m and d: kernels of
    pairs of students are enclosed on cells.
Source: THEORY §3, fact 12.
"""

import mpmath
import numpy as np
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import norm, number
from lcnn_verify.packs.zgj import laws, networks, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.facts import exponent
from lcnn_verify.packs.zgj.proofs.facts import one_teacher as theorem
from lcnn_verify.packs.zgj.quantities import (
    assume_setting,
    gradient_norm,
    kappa,
    loss,
    threshold_level,
)

PI = number("π", lambda dps: mpmath.pi, enclosed=lambda bits: arb.pi())


def root(n):
    """√n, with its sharper routes."""
    return number(f"√{n}", lambda dps: mpmath.sqrt(n), enclosed=lambda bits: arb(n).sqrt())


def check_bound(x):
    """Check both inequalities; the first in squares, with y = √(πL) and the mass ‖v‖²."""
    level, slope, size = loss(x), gradient_norm(x), norm(x.V, "‖v‖")
    y, mass = (PI * level).sqrt(), size * size
    wide = root(3) * y * mass * mass + 0.5 * (1.0 + root(3)) * y * y * mass + 0.5 * y * y * y
    right = 2.0 * level * (0.7 * mass - root(2) * y)
    check.at_least(slope * slope * wide, right * right, instance=x)
    power = ((threshold_level(x) * level).sqrt() * level).sqrt()
    check.at_least(slope, 0.39 * kappa(x) * power, instance=x)


@verifies("zgj.fact.one-teacher", examples=50, draws=60, law=laws.below_threshold_law(max_r=1))
@given(instance=strategies.instances(max_r=1, below_threshold=True))
def test_the_gradient_bounds_the_power_of_the_loss(instance):
    assume_setting(instance)
    check_bound(instance)


@verifies("zgj.fact.one-teacher", examples=20)
@given(
    d=st.integers(2, 4),
    size=st.sampled_from([0.3, 0.1, 0.01, 1e-3, 1e-4]),
    across=st.booleans(),
    turns=strategies.rotations(),
)
def test_the_hard_students_obey_it(d, size, across, turns):
    V = np.eye(1, d)
    W = exponent.students(1, size) if across else networks.mirrored_clones(V, np.degrees(size))
    W = np.pad(W, ((0, 0), (0, d - W.shape[1])))
    Q = networks.rotation(turns, d)
    x = Instance(W @ Q.T, V @ Q.T)
    assume_setting(x)
    check_bound(x)


@verifies("zgj.fact.one-teacher")
def test_the_theorem():
    check.theorem(theorem.prove)
