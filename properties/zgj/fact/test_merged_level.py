"""Fact 8, the merged-teacher level: cubic in the separation.

Setting: two unit teachers at angle Δ ∈ (0, π/2].
Statement: M(Δ) = 1 + k(Δ) − 2k(Δ/2)² satisfies 0.83824 ≤ M(Δ)·3π/Δ³ ≤ 1, and falls in Δ.
Kind: upper bound, lower bound.
Constants: 0.83824; the ratio at π/2 is 0.838247…
How it is checked: float64 M, which must not cancel, escalated to the oracle; pairs Δ < Δ′; and
    proved by enclosing the ratio's slope, as a power series with its remainder, on all of [0, π/2].
Source: THEORY §3, fact 8; §7 (cancellation).
"""

import math

import mpmath
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, sampling, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.packs.zgj.proofs.facts import merged_level as theorem
from lcnn_verify.packs.zgj.quantities import merged_level

ANGLES = st.one_of(
    st.integers(1, 90).map(math.radians),
    st.floats(1e-8, math.pi / 2),
    st.integers(1, 12).map(lambda k: 10.0**-k),
)


LAW = sampling.plain_law(
    "Δ is uniform on (0, π/2].", delta=lambda rng: math.pi / 2 * float(1.0 - rng.random())
)


def ratio(delta):
    """M(Δ)·3π/Δ³ with its error bound and its sharper routes."""
    cube = number(
        "3π/Δ³",
        lambda dps: 3 * mpmath.pi / mpmath.mpf(delta) ** 3,
        enclosed=lambda bits: 3 * arb.pi() / arb(delta) ** 3,
    )
    return (merged_level(delta) * cube).named("M(Δ)·3π/Δ³")


@verifies("zgj.fact.merged-level", examples=150, draws=150, law=LAW)
@given(delta=ANGLES)
def test_the_level_is_nearly_cubic(delta):
    check.at_most(ratio(delta), 1.0)
    check.at_least(ratio(delta), 0.83824)


@verifies("zgj.fact.merged-level", examples=100)
@given(delta=ANGLES, shrink=st.sampled_from([0.5, 0.9, 0.99, 0.1]))
def test_the_ratio_falls(delta, shrink):
    check.at_least(ratio(shrink * delta), ratio(delta))


@verifies("zgj.fact.merged-level")
def test_the_theorem():
    check.theorem(theorem.prove)
