"""Form: what claims rest on is as defined.

Setting: any teachers for κ; Δ > 0 for Δ, M(Δ) and ε₀; any students, degenerate ones included, for
    R; tied |·|.
Statement: κ(V), ε₀(V), M(Δ), Δ(V) and R(W) in float64, and the loss of the students with which
    F(V) is bounded, are within their own error bounds of the exact values.
Kind: identity.
Constants: the error bounds of each (THEORY §7).
How it is checked: against mpmath at 40 digits. Bounds on the loss that these numbers enter would
    hide an error of theirs: the oracle corrects what is near, and nothing asks about the rest.
Source: THEORY §3, fact 8, and §4.
"""

import math

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.packs.zgj import quantities, strategies, threshold

SEPARATED = strategies.teachers(min_r=2, min_d=2, min_separation=0.05)
FEW = strategies.teachers(min_r=2, max_r=3, min_d=2, max_d=3, min_separation=0.05)


def as_defined(computed):
    check.equal(computed, number("its definition", computed.exact, enclosed=computed.enclosed))


@verifies("zgj.form.quantities", examples=40)
@given(teacher=strategies.teachers())
def test_kappa(teacher):
    as_defined(quantities.kappa(teacher))


@verifies("zgj.form.quantities", examples=30)
@given(teacher=SEPARATED)
def test_separation(teacher):
    as_defined(quantities.separation(teacher))


@verifies("zgj.form.quantities", examples=30)
@given(teacher=SEPARATED)
def test_threshold(teacher):
    as_defined(quantities.threshold_level(teacher))


@verifies("zgj.form.quantities", examples=30)
@given(delta=st.floats(1e-6, math.pi / 2))
def test_merged_level(delta):
    as_defined(quantities.merged_level(delta))


@verifies("zgj.form.quantities", examples=6)
@given(teacher=FEW)
def test_floor_of_fewer_students(teacher):
    as_defined(quantities.floor_found(teacher, threshold.floor_level(teacher.V, starts=2)))


@verifies("zgj.form.quantities", examples=40)
@given(instance=strategies.instances())
def test_recovery_error(instance):
    as_defined(quantities.recovery(instance))
