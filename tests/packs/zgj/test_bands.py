"""The exponent 3/4 proved on bands of the loss that join, and every way they may not."""

import copy
import re
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from flint import arb
from region_kit import certified, proved

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.population import hessian, loss_and_gradient
from lcnn_verify.packs.zgj.proofs.bands import catalogue
from lcnn_verify.packs.zgj.proofs.bands.catalogue import BANDS, MULTIPLES, NETWORKS, Bands, bands
from lcnn_verify.packs.zgj.proofs.catalogue import Attempt
from lcnn_verify.packs.zgj.proofs.facts import one_teacher
from lcnn_verify.packs.zgj.proofs.page import render
from lcnn_verify.packs.zgj.proofs.region.point import teachers
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.reporting.formula import formula

LEVELS = (1e-9, 1e-6, 1e-4, 1e-3, 3e-3, 5e-3, 1e-2)
"""Of L, over ‖v‖⁴."""


@cache
def made():
    """One band that goes down to L = 0, and two that join and do not."""
    return bands("one-one", NETWORKS["one-one"]), Bands("two", (band(0, "1/5"), band(1, "1/9")))


def band(k, inner):
    """A band of one teacher and two students, down to ``inner`` from 1 or from 1/5 on."""
    outer = Fraction(1, 5**k)
    return certified("two", multiple=Fraction(5, 2), inner=Fraction(inner), outer=outer)


def document(which=1):
    return copy.deepcopy(BANDS.certificate([Attempt("x", made()[which])]))


def test_bands_that_join_are_proved_from_the_threshold_down():
    (whole,), (part,) = proved(document(0)), proved(document(1))
    bound = "x: ‖∇L‖_F ≥ κ(V)·ε₀(V)^{1/4}·L(W)^{3/4} for one unit teacher and any "
    assert whole.replace("one-one", "x").startswith(bound + "one student in the plane with L ≤ ε₀;")
    assert part.replace("two: ", "x: ", 1).startswith(
        bound + "two students in the plane with L between ε₁ = (1/9)·ε₀ and ε₀;"
    )
    shown = render(BANDS, [Attempt("x", it) for it in made()])
    (headline,) = re.findall("<h1.*</h1>", shown)
    assert "for 2 choices of networks" in headline
    assert formula(catalogue.BOUND) in headline


def test_the_nearest_teachers_need_every_band():
    found = bands("pair-10", NETWORKS["pair-10"])
    assert [region.claim.multiple for region in found.regions] == list(MULTIPLES)


@pytest.mark.parametrize("name", ["one-one", "pair-60", "pair-10"])
def test_the_bound_holds_where_it_is_proved(name):
    """At random students, down to levels at which float64 still has digits."""
    V, rng = teachers(NETWORKS[name]), np.random.default_rng(7)
    threshold, kappa = loss_threshold(V), 1.0 / np.linalg.norm(V)
    met = []
    for size in np.geomspace(1e-3, 1.0, 200):
        value, slope = loss_and_gradient(V + size * rng.standard_normal(V.shape), V)
        if value <= threshold:
            met.append(np.linalg.norm(slope) / (kappa * threshold**0.25 * value**0.75))
    assert len(met) > 20
    assert min(met) >= 1.0


def test_more_students_of_one_teacher_go_down_to_zero_by_the_theorem():
    found = bands("one-two", NETWORKS["one-two"])
    (said,) = proved(BANDS.certificate([Attempt("one-two", found)]))
    assert (
        "any two students in the plane with L ≤ ε₀ (below 0.25·ε₀ by zgj.fact.one-teacher);" in said
    )
    (region,) = found.regions
    assert region.claim.multiple**4 * region.claim.inner >= 1
    higher = certified("two", multiple=Fraction(1), inner=Fraction(2, 5))
    assert "zero" in higher.document  # enough for κL, not for the power
    document = BANDS.certificate([Attempt("x", Bands("x", (higher,)))])
    with pytest.raises(Rejected, match=r"1κ is too little down to 0\.4·ε₀"):
        proved(document)
    rates = [one_teacher.rate(one_teacher.ARB, arb(x)) * arb(x) ** 0.25 for x in LEVELS]
    assert all(low > high for low, high in pairwise(rates))


def test_near_zero_loss_the_curvature_has_to_be_enough():
    found = document(0)
    zero = found["bands"][0]["regions"][-1]["zero"]
    V = np.array([[1.0, 0.0]])
    least = np.linalg.eigvalsh(hessian(V, V).reshape(2, 2))[0]
    assert 0.1 * least <= zero["least"] <= least
    last = made()[0].regions[-1]
    assert catalogue.reaches_zero(last)
    weak = {**last.document, "zero": zero | {"least": 1e-3, "most": 10.0}}
    assert not catalogue.reaches_zero(replace(last, document=weak))


def test_students_below_the_last_region_may_lie_outside_of_its_neighbourhood():
    """A neighbourhood that holds the boxes left need not hold what else is below ε₁."""
    last = made()[0].regions[-1].claim
    narrow = certified("one", multiple=last.multiple, inner=last.inner)
    zero = narrow.document["zero"]
    assert zero["least"] * zero["radius"] ** 2 < 2 * float(last.inner) * loss_threshold(
        teachers(last)
    )
    assert not catalogue.reaches_zero(narrow)
    document = BANDS.certificate([Attempt("x", Bands("x", (narrow,)))])
    with pytest.raises(Rejected, match="may lie further from V than its radius"):
        proved(document)


def first_only_lower(entry):
    del entry["regions"][0]


def twice(entry):
    entry["regions"].reverse()


def of_others(entry):
    entry["regions"][1] = document(0)["bands"][0]["regions"][0]


def too_little(entry):
    entry["regions"][0] = certified("two", multiple=Fraction(1), inner=Fraction(1, 5)).document


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (first_only_lower, "nothing is proved from 0.2·ε₀ to 1·ε₀"),
        (twice, "nothing is proved from 0.2·ε₀ to 1·ε₀"),
        (of_others, "its regions are of different networks"),
        (too_little, "1κ is too little down to 0.2·ε₀"),
    ],
)
def test_bands_that_leave_something_out_are_rejected(spoil, reason):
    found = document()
    spoil(found["bands"][0])
    with pytest.raises(Rejected, match=reason.replace(".", r"\.")):
        proved(found)


def test_a_region_down_to_zero_may_be_too_little_for_the_exponent():
    """From ε₀/100 down λ and Λ prove ‖∇L‖ ≥ cκL for pair-90, but not the exponent."""
    first = certified("orthonormal", multiple=MULTIPLES[0], inner=Fraction(1, 100))
    assert "zero" in first.document
    assert not catalogue.reaches_zero(first)
    found = BANDS.certificate([Attempt("x", Bands("pair-90", (first,)))])
    with pytest.raises(Rejected, match=r"^pair-90: its curvature near V is too little"):
        proved(found)


def test_a_refuted_region_proves_no_band():
    found = document(0)
    found["bands"][0]["regions"] = [certified("one", multiple=Fraction(90)).document]
    with pytest.raises(Rejected, match="one of its regions is refuted"):
        proved(found)


def test_a_band_that_is_not_proved_is_said(monkeypatch):
    monkeypatch.setattr(catalogue, "_BUDGET", 3)
    with pytest.raises(NotProved, match=r"pair-90: .* is INCONCLUSIVE"):
        bands("pair-90", NETWORKS["pair-90"])
    assert all(multiple**4 >= 100 ** (k + 1) for k, multiple in enumerate(MULTIPLES))
