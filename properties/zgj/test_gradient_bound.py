"""Claim zgj.gradient-bound: the gradient bounds the loss.

Setting: tied |·|; any students with L(W) ≤ ε₀(V), m ≥ r.
Statement: ‖∇L(W)‖_F ≥ κ(V)·L(W): a Łojasiewicz inequality with exponent 1.
Kind: lower bound.
Constants: κ(V) = 1/‖V‖_F and ε₀(V) = v_min⁴·M(Δ)/(8r), calibrated, not derived.
How it is checked: at random points, and where a local search from them, and from structured
    starts, makes ‖∇L‖/L as small as it can below the threshold. Random points alone would pass a
    false bound (THEORY §4 tells the story). A teacher has two structured starts and two random
    ones, in `standard` eight each, in `deep` four; a search looks at some 1,400 points. For one
    teacher and one student in the plane 2κ is proved for every L ≤ ε₀ by interval arithmetic;
    beyond the quick profile, for two students and 10⁻⁶ε₀ ≤ L ≤ ε₀.
Source: abstract of the paper ("a special case of Łojasiewicz"); exponent 1 is our reading.
"""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.packs.zgj import laws, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.laws import structured_starts
from lcnn_verify.packs.zgj.model import TIED_RELU, UNIT_ABS
from lcnn_verify.packs.zgj.proofs.region import prove
from lcnn_verify.packs.zgj.proofs.region.drawing import CertifiedRegion
from lcnn_verify.packs.zgj.quantities import assume_setting, gradient_norm, kappa, loss
from lcnn_verify.packs.zgj.search import random_starts, search
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active


@verifies(
    "zgj.gradient-bound",
    examples=200,
    draws=200,
    law=laws.below_threshold_law(),
    classes=strategies.BELOW_THRESHOLD,
)
@given(instance=strategies.instances(below_threshold=True))
def test_gradient_norm_bounds_the_loss(instance):
    assume_setting(instance)
    check.at_least(gradient_norm(instance), kappa(instance) * loss(instance))


@verifies(
    "zgj.gradient-bound",
    examples=30,
    points=100,
    shrink=False,
    classes=("clones",),
    assumes={
        "even-activation": weaker(instance=strategies.starts_of(TIED_RELU)),
        "tied-readout": weaker(
            instance=strategies.instances(
                models=(UNIT_ABS,),
                norms=(1.0, 1.0),
                overparameterized=True,
                min_separation=0.1,
                min_d=2,
            )
        ),
    },
)
@given(instance=strategies.instances(below_threshold=True))
def test_no_search_finds_a_smaller_gradient(instance):
    x = instance
    assume_setting(x)
    found = search(x.V, [x.W], level=loss_threshold(x.V), model=x.model)
    worst = x.with_students(found.W)
    assume_setting(worst)
    check.at_least(gradient_norm(worst), kappa(x) * loss(worst), instance=worst)


@verifies("zgj.gradient-bound", examples=12, points=100, shrink=False)
@given(
    teacher=strategies.teachers(min_separation=0.05, min_r=2, min_d=2, max_r=3, max_d=4),
    extra=st.integers(0, 4),
)
def test_no_search_from_structured_starts_does(teacher, extra):
    V, level = teacher.V, loss_threshold(teacher.V)
    rng = np.random.default_rng(active().derive_seed("zgj.gradient-bound", "starts"))
    m, count = len(V) + extra, active().pick(quick=2, standard=8, deep=4)
    starts = [*structured_starts(V, m, count, rng), *random_starts(V, m, count, rng)]
    found = search(V, starts, level=level)
    worst = Instance(found.W, V, parameters=teacher.parameters)
    assume_setting(worst)  # a search that met no point below the level ends where it began
    check.at_least(gradient_norm(worst), kappa(worst) * loss(worst), instance=worst)


@verifies("zgj.gradient-bound")
def test_no_student_of_one_planar_teacher_breaks_it():
    for students in active().pick(quick=(1,), standard=(1, 2), deep=(1, 2)):
        claim = prove.RegionClaim(students=students, multiple=Fraction(2))
        found = prove.certify(claim, budget=100_000)
        if found.verdict != "CERTIFIED":
            check.undecided(f"2κ with m = {students} is {found.verdict}: see lcnn-verify certify")
            if found.verdict == "REFUTED":
                hold_to_the_claim(prove.counterexample(found))
            continue
        check.proved(
            found.document["statement"],
            box=prove.box(found),
            arithmetic=prove.ARITHMETIC,
            whole=False,
            cells=found.document["boxes"],
            drawn=CertifiedRegion(found.document) if students == 1 else None,
            seconds=found.search["seconds"],
        )


def hold_to_the_claim(worst):
    """Check a point that refutes 2κ: the claim asks for half of it, and may stand there."""
    assume_setting(worst)
    check.at_least(gradient_norm(worst), kappa(worst) * loss(worst), instance=worst)
