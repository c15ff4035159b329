"""Fact 8: too few directions leave a positive critical point.

Setting: tied |·|; r = 1 with the zero student; r = 2 teachers of equal norm v at angle Δ, all
    students on their bisector, in any split; the best r − 1 students that a search finds, split.
Statement: the point is critical (∇L = 0) with L = F(V) > ε₀(V): ½‖v‖⁴ for r = 1; on the bisector
    of a pair, with total student mass 2v²·k(Δ/2), it is critical with L = v⁴·M(Δ).
Kind: identity.
Constants: none.
How it is checked: the students' mass is rounded to float64, so L is within the second-order effect
    of that rounding of v⁴·M(Δ), and ‖∇L‖ within its first-order effect of 0, at the oracle. The
    search ends within about 10⁻⁸ of a minimizer.
Source: THEORY §3, fact 8.
"""

import mpmath
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Quantity, check, sampling, verifies, weaker
from lcnn_verify.evidence.amounts import norm
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.packs.zgj import oracle, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.quantities import (
    floor_found,
    gradient_norm,
    loss,
    merged_level,
    threshold_level,
)
from lcnn_verify.packs.zgj.threshold import floor_level

LAW = sampling.plain_law(
    "Δ is uniform on [0.1°, 90°], v on 1, 2, ½; the mass is split by two to four shares uniform on "
    "1..9.",
    degrees=lambda rng: float(rng.uniform(0.1, 90.0)),
    size=lambda rng: float(rng.choice([1.0, 2.0, 0.5])),
    shares=lambda rng: [rng.integers(1, 10, size=rng.integers(2, 5)).tolist()],
)
ROUNDED = 1e-14  # of the norm: what rounding cos, sin, √ and products may move a student


@verifies("zgj.fact.floor", examples=30)
@given(teacher=strategies.teachers(max_r=1), m=st.integers(1, 6))
def test_zero_students_for_one_teacher(teacher, m):
    x = Instance(np.zeros((m, teacher.V.shape[1])), teacher.V)
    size = norm(teacher.V, "‖v‖")
    check.equal(loss(x), 0.5 * size * size * size * size, digits=25)
    check.equal(gradient_norm(x), Quantity.of(0.0, "0"), digits=25)


@verifies("zgj.fact.floor", examples=60, draws=60, law=LAW, assumes={"equal-norms": weaker()})
@given(
    degrees=st.one_of(st.integers(1, 90), st.floats(0.1, 90.0)),
    size=st.sampled_from([1.0, 2.0, 0.5]),
    shares=strategies.clone_splits(),
)
def test_students_on_the_bisector_of_a_pair(degrees, size, shares):
    delta = np.radians(float(degrees))
    half = delta / 2.0
    V = size * np.array([[np.cos(half), np.sin(half)], [np.cos(half), -np.sin(half)]])
    V[1] *= 1.0 if assumed("equal-norms") else 1.5
    mass = 2.0 * size**2 * float(oracle.kernel(mpmath.cos(half)))
    parts = np.array(shares[0], dtype=float)
    x = Instance(np.outer(np.sqrt(mass * parts / parts.sum()), [1.0, 0.0]), V)
    level = size**4 * merged_level(float(delta))
    scale = size**4
    gap = loss(x) - level
    check.at_most(gap, 8 * ROUNDED * scale)
    check.at_least(gap, -8 * ROUNDED * scale)
    check.at_most(gradient_norm(x), 16 * ROUNDED * size**3)
    check.at_least(loss(x), 0.0, note="the floor is positive")


@verifies("zgj.fact.floor", examples=8)
@given(
    teacher=strategies.teachers(min_separation=0.5, min_r=2, max_r=3, min_d=2, max_d=3),
    parts=st.integers(1, 3),
)
def test_best_narrow_student_is_critical_above_the_threshold(teacher, parts):
    V, floor = teacher.V, floor_level(teacher.V, starts=6)
    x = Instance(np.repeat(np.sqrt(1.0 / parts) * floor.W, parts, axis=0), V)
    check.at_least(floor_found(teacher, floor), threshold_level(x))
    check.at_most(gradient_norm(x), 1e-6 * float(np.linalg.norm(V)) ** 3, apart="critical")
