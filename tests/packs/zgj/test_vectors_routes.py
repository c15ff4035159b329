"""Both routes to a vector's values against a third, and what they refuse."""

from __future__ import annotations

import copy
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, ctx

from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.packs.zgj import enclosure, oracle, vectors
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import TIED_ABS, UNIT_ABS
from lcnn_verify.packs.zgj.vectors import (
    decimals,
    derivation,
    document,
    integrals,
    vector,
)
from lcnn_verify.packs.zgj.vectors.decimals import ConfirmationError

CASES = {case["id"]: case for case in vector.document()["cases"]}
VECTORS = {one.id: one for one in vectors.load()}

# All four models and each kind of trouble, small enough to be derived in a moment.
SAMPLE = (
    "angle-30-tied-abs",
    "angle-90-unit-abs",
    "angle-150-unit-relu",
    "near-parallel-1e-30-tied-relu",
    "near-antiparallel-1e-11-unit-relu",
    "near-pair-1e-09-unit-abs",
    "clone-3-tied-abs",
    "antiparallel-both-tied-relu",
    "mirrored-0.0001-tied-abs",
    "merged-pair-0.1-tied-abs",
    "zero-student-unit-abs",
    "zero-everything-tied-abs",
    "zero-loss-split-unit-relu",
    "extreme-huge-tied-abs",
    "extreme-student-5e-324-unit-relu",
    "line-5-3-tied-relu",
    "saddle-2-2-tied-abs",
    "start-norms-tied-abs",
    "coincident-teachers-tied-abs",
)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_is_derived_again_as_published(name):
    assert document.confirm(CASES[name]) == []


def altered(text: str, place: int) -> str:
    """One digit changed."""
    return f"{text[:place]}{(int(text[place]) + 5) % 10}{text[place + 1 :]}"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("angle-30-tied-abs", ("loss",)),
        ("angle-30-tied-abs", ("gradient", 0, 1)),
        ("angle-30-tied-abs", ("hessian", "smallest")),
        ("merged-pair-20-tied-abs", ("hessian", "largest")),
        ("merged-pair-20-tied-abs", ("separation",)),
        ("merged-pair-20-tied-abs", ("threshold",)),
    ],
)
@pytest.mark.parametrize("digit", [7, 39])
def test_a_planted_wrong_digit_is_caught(name, path, digit):
    case = copy.deepcopy(CASES[name])
    place = case
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = altered(place[path[-1]], digit + (place[path[-1]][0] == "-"))
    (difference,) = document.confirm(case)
    assert difference.id == name
    assert difference.place.startswith(str(path[0]))
    assert str(difference).startswith(f"{name}: {difference.place}: published ")


def test_other_planted_faults_are_caught():
    case = copy.deepcopy(CASES["angle-30-tied-abs"])
    case["flags"].append("relu")
    case["tolerances"]["float64"]["loss"] *= 2
    case["gradient"] = [None]
    case["loss"] = "nonsense"
    places = [difference.place for difference in document.confirm(case)]
    assert places == ["flags", "loss", "gradient[0]", "tolerances.float64.loss"]


def test_a_last_digit_may_round_otherwise_and_no_more():
    published = "1.234567890123456789012345678901234567890e-3"
    assert decimals.same(published, published[:-4] + "1e-3")
    assert not decimals.same(published, published[:-4] + "9e-3")
    assert not decimals.same("0", "1.000000000000000000000000000000000000000e-99")


def test_routes_that_disagree_stop_the_derivation(monkeypatch):
    x = VECTORS["angle-30-tied-abs"].instance
    right = integrals.loss(integrals.exact_rows(x.W), integrals.exact_rows(x.V), x.model)
    with working_precision(integrals.BITS):
        wrong = right * (1 + arb("1e-43"))
    monkeypatch.setattr(integrals, "loss", lambda *_: wrong)
    with pytest.raises(
        ConfirmationError, match=r"loss: one route gives 1\..*agree to 4[23] digits"
    ):
        derivation.derive(x)
    (difference,) = document.confirm(CASES["angle-30-tied-abs"])
    assert difference.place == "routes"


def test_what_is_neither_zero_nor_clear_of_it_is_refused():
    one = mpmath.mpf(1)
    assert decimals.rounded("x", mpmath.mpf(10) ** -90, one) == "0"
    with pytest.raises(ConfirmationError, match="neither zero nor clear of it"):
        decimals.rounded("x", mpmath.mpf(10) ** -60, one)
    with mpmath.workdps(100):
        assert decimals.rounded("x", mpmath.mpf(10) ** -20, one) == "1." + "0" * 39 + "e-20"


@pytest.mark.parametrize(
    ("angle", "message"), [(1e-100, "yet is not zero"), (1e-75, "neither zero nor clear of it")]
)
def test_a_loss_that_only_looks_like_zero_is_refused(angle, message):
    x = Instance(np.array([[1.0, angle]]), np.array([[1.0, 0.0]]))
    with pytest.raises(ConfirmationError, match=message):
        derivation.derive(x)


def test_digits_of_a_gap():
    assert decimals.digits_of(arb("1e-50")) in (49, 50)
    assert decimals.digits_of(arb(0)) == 2 * decimals.DPS
    assert decimals.digits_of(arb("nan")) == 0
    assert decimals.digits_of(arb(3)) == 0


@pytest.mark.parametrize("d", [1, 2])
def test_the_integral_of_the_squared_gap_agrees(model, d):
    """One integral of (f_W − f*)² over the circle: no kernel, no pairs."""
    W, V = np.array([[0.75, 0.5], [-1.5, 0.25]])[:, :d], np.array([[1.0, -0.5], [0.0, 2.0]])[:, :d]
    x = Instance(W, V[:1] if d == 1 else V, model)
    circle = oracle.loss_by_quadrature(x.W, x.V, dps=40, model=model)
    published = derivation.derive(x).loss
    with mpmath.workdps(60):
        assert abs(mpmath.mpf(published) / circle - 1) < mpmath.mpf(10) ** -34


def test_gradient_and_curvature_are_derivatives_of_the_angle_form(model):
    """Differences of a third form of the loss: along the gradient, and second ones for λ."""
    W = np.array([[0.75, 0.5, 0.1], [-1.5, 0.25, 0.6]])
    V = np.array([[1.0, -0.5, 0.0], [0.0, 2.0, 1.0], [0.5, 0.5, 0.5]])
    values = derivation.derive(Instance(W, V, model))
    with mpmath.workdps(200):
        step = mpmath.mpf(2) ** -160

        def slope(direction):
            ahead, behind = (
                oracle.loss_on_line(W, V, direction, sign * step, model=model) for sign in (1, -1)
            )
            return (ahead - behind) / (2 * step)

        for i, k in np.ndindex(W.shape):
            direction = np.zeros_like(W)
            direction[i, k] = 1.0
            assert abs(slope(direction) - mpmath.mpf(values.gradient[i][k])) < 1e-38

        def bend(direction):
            sides = [
                oracle.loss_on_line(W, V, direction, sign * step, model=model)
                for sign in (-1, 0, 1)
            ]
            return (sides[0] - 2 * sides[1] + sides[2]) / step**2

        rng = np.random.default_rng(3)
        low, high = (mpmath.mpf(values.hessian.smallest), mpmath.mpf(values.hessian.largest))
        for _ in range(20):
            direction = rng.standard_normal(W.shape)
            quotient = bend(direction) / mpmath.fsum(float(e) ** 2 for e in direction.ravel())
            assert low <= quotient <= high


def test_validated_quadrature_without_known_kinks_overlaps(model):
    W = np.array([[0.75, 0.5, 0.1], [-1.5, 0.25, 0.6]])
    V = np.array([[1.0, -0.5, 0.0], [-0.75, -0.5, -0.1]])
    ours = integrals.loss(integrals.exact_rows(W), integrals.exact_rows(V), model)
    theirs = enclosure.loss_by_quadrature(W, V, precision=128, model=model)
    assert theirs.rad() < 1e-6
    assert ours.overlaps(theirs)


def test_a_wrong_eigenvalue_is_caught(monkeypatch):
    x = VECTORS["angle-30-tied-abs"].instance
    true = mpmath.eigsy

    def shifted(H):
        values, columns = true(H)
        values[0] *= 1 + mpmath.mpf(10) ** -42
        return values, columns

    monkeypatch.setattr(mpmath, "eigsy", shifted)
    with pytest.raises(ConfirmationError, match="the routes agree to 4"):
        derivation.extreme_eigenvalues(x)


@pytest.mark.parametrize("end", ["smallest", "largest"])
def test_an_eigenvalue_that_is_not_the_extreme_one_is_caught(monkeypatch, end):
    x = VECTORS["clone-2-tied-abs"].instance
    true = mpmath.eigsy

    def inner(H):
        values, columns = true(H)
        own, other = (0, 1) if end == "smallest" else (H.rows - 1, H.rows - 2)
        values[own] = values[other]
        for k in range(H.rows):
            columns[k, own] = columns[k, other]
        return values, columns

    monkeypatch.setattr(mpmath, "eigsy", inner)
    with pytest.raises(ConfirmationError, match=f"{end} eigenvalue is not the {end}"):
        derivation.extreme_eigenvalues(x)


def test_a_wrong_matrix_is_caught(monkeypatch):
    x = VECTORS["clone-2-tied-abs"].instance
    true = oracle.hessian

    def wrong(*arguments, **options):
        H = true(*arguments, **options)
        H[0, 1] = H[1, 0] = H[0, 1] * (1 + mpmath.mpf(10) ** -40)
        return H

    monkeypatch.setattr(oracle, "hessian", wrong)
    with pytest.raises(ConfirmationError, match="the routes agree to"):
        derivation.extreme_eigenvalues(x)


def test_a_zero_student_has_no_curvature_to_confirm():
    x = Instance(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), UNIT_ABS)
    gone = replace(x)
    object.__setattr__(gone, "W", np.array([[0.0, 0.0]]))
    direction = mpmath.matrix([1, 0])
    with pytest.raises(ConfirmationError, match="a zero student has none"):
        derivation._gap(gone, direction, direction, mpmath.mpf(1))


def test_the_integral_route_encloses_and_leaves_the_precision_alone():
    before = ctx.prec
    W, V = [[Fraction(1), Fraction(0)]], [[Fraction(0), Fraction(1)]]
    value = integrals.loss(W, V, TIED_ABS)
    with working_precision(integrals.BITS):
        exact = 1 - 2 / arb.pi()  # ½ + ½ − k(π/2)
        assert value.overlaps(exact)
        assert value.rad() < 1e-185
        assert not value.overlaps(exact + arb(10) ** -180)
    assert ctx.prec == before
