"""At exact floats: every ball holds the oracle's value, is as narrow as asked, or is refused."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from enclosure_kit import diameter, ends, exact, holds, loss_is_held, scale
from flint import arb, arb_mat, ctx
from hypothesis import HealthCheck, given, settings

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj import enclosure, oracle, strategies
from lcnn_verify.packs.zgj.enclosure import Box, EnclosureError
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.laws import below_threshold_law, general_law
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, UNIT_ABS, Model

BITS = 64  # a ball this coarse would show an error that a finer one could hide in the slack

COPIES = np.array([[0.6, 0.8], [0.6, 0.8], [-1.2, -1.6], [0.6, np.nextafter(0.8, 1.0)]])
DEGENERATE: dict[str, tuple[Any, Any]] = {
    "exact duplicates": (COPIES, [[0.6, 0.8], [-0.6, 0.8]]),
    "antiparallel": ([[1.0, 2.0], [-1.0, -2.0], [-3.0, -6.0]], [[-2.0, -4.0]]),
    "zero students": ([[0.0, 0.0], [0.3, -0.1], [0.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]),
    "zero teacher": ([[0.5, 0.25]], [[0.0, 0.0], [1.0, 0.0]]),
    "all zero": ([[0.0, 0.0]], [[0.0, 0.0]]),
    "a line": ([[1.0], [-0.5], [2.0]], [[0.75], [-0.25]]),
    "denormal and huge": ([[5e-324, 0.0], [1e200, 1e-300]], [[1e-160, 1e180]]),
    "nearly one line": ([[1.0, 1e-13], [1.0, -1e-160], [1.0, 0.0]], [[1.0, 1e-300]]),
    "zero loss": ([[0.6, 0.8], [0.0, 0.0]], [[-0.6, -0.8]]),
}


def test_random_and_adversarial_losses_are_held() -> None:
    rng = np.random.default_rng(20260801)
    law = general_law(max_r=2, max_d=3, max_m=3, models=MODELS)
    seen = 0
    for _ in range(800):
        x: Instance = law.draw(rng)["instance"]
        value = enclosure.loss(x.W, x.V, precision=BITS, model=x.model)
        assert loss_is_held(value, x.W, x.V, x.model), x
        mass = np.sum(np.linalg.norm(np.vstack((x.W, x.V)), axis=1) ** x.model.mass_power)
        assert diameter(value) <= 1e-16 * mass**2, x  # nor is it vacuous
        seen += diameter(value) > 0.0
    assert seen > 720


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(x=strategies.instances(max_m=3, max_r=3, max_d=3, models=MODELS))
def test_what_strategies_draw_is_held(x: Instance) -> None:
    assert loss_is_held(enclosure.loss(x.W, x.V, precision=BITS, model=x.model), x.W, x.V, x.model)
    rows = oracle.gradient(x.W, x.V, dps=20, model=x.model)
    balls = enclosure.gradient(x.W, x.V, precision=BITS, model=x.model)
    with mpmath.workdps(60):
        steps = sum(mpmath.norm(row.tolist()) ** (2 * x.model.mass_power - 2) for row in x.W)
        slack = mpmath.sqrt(steps * scale(x.W, x.V, x.model)) * mpmath.mpf(10) ** -45
    for index in np.ndindex(*x.W.shape):
        assert holds(balls[index], rows[index], slack), index


def test_small_losses_are_held_to_their_own_relative_width() -> None:
    rng = np.random.default_rng(7)
    law = below_threshold_law(max_r=3, max_d=3, level=(1e-9, 0.9))
    for _ in range(100):
        x = law.draw(rng)["instance"]
        value = enclosure.loss(x.W, x.V, precision=53, relative_width=1e-25)
        low, high = ends(value)
        with mpmath.workdps(60):
            assert 0 < low <= high <= low * (1 + mpmath.mpf(10) ** -25)
        assert holds(value, oracle.loss(x.W, x.V, dps=60), low * 1e-50)


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_instances(name: str, model: Model) -> None:
    W, V = (np.array(part) for part in DEGENERATE[name])
    for bits in (BITS, 200, 700):
        value = enclosure.loss(W, V, precision=bits, model=model)
        assert loss_is_held(value, W, V, model, digits=40)
        rows = enclosure.gradient(W, V, precision=bits, model=model)
        reference = oracle.gradient(W, V, dps=120, model=model)
        size = max(abs(entry) for entry in reference) + scale(W, V, model) + 1
        for index in np.ndindex(*W.shape):
            assert holds(rows[index], reference[index], size * mpmath.mpf(10) ** -110)
    norm = enclosure.gradient_norm(W, V, model=model)
    assert holds(norm, oracle.gradient_norm(W, V, dps=120, model=model), size * 1e-110)


@pytest.mark.parametrize("name", ["exact duplicates", "antiparallel", "a line", "nearly one line"])
def test_degenerate_hessians(name: str, model: Model) -> None:
    W, V = (np.array(part) for part in DEGENERATE[name])
    matrix = enclosure.hessian(W, V, precision=300, model=model)
    reference = oracle.hessian(W, V, dps=60, model=model)
    size = 1 + max(abs(entry) for entry in reference)
    assert (matrix.nrows(), matrix.ncols()) == (W.size, W.size)
    for index in np.ndindex(W.size, W.size):
        assert holds(matrix[index], reference[index], size * mpmath.mpf(10) ** -55), index
        assert diameter(matrix[index]) <= 1e-70 * size, index


def test_random_hessians_are_held(model: Model) -> None:
    rng = np.random.default_rng(3)
    for m, r, d in [(1, 1, 1), (2, 1, 2), (2, 2, 3), (3, 2, 2)]:
        W, V = rng.normal(size=(m, d)), rng.normal(size=(r, d))
        matrix = enclosure.hessian(W, V, precision=BITS, model=model)
        reference = oracle.hessian(W, V, dps=20, model=model)
        for index in np.ndindex(W.size, W.size):
            assert holds(matrix[index], reference[index], mpmath.mpf(10) ** -40), index


@pytest.mark.parametrize("d", [2, 3])
def test_losses_by_the_oracles_quadrature_are_held(model: Model, d: int) -> None:
    rng = np.random.default_rng(d)
    W, V = rng.normal(size=(2, d)), rng.normal(size=(1, d))
    integral = oracle.loss_by_quadrature(W, V, dps=15, model=model)
    assert holds(enclosure.loss(W, V, precision=40, model=model), integral, mpmath.mpf(10) ** -30)


@pytest.mark.parametrize("name", ["exact duplicates", "antiparallel", "zero students", "a line"])
def test_validated_quadrature_knows_no_closed_form_and_agrees(name: str, model: Model) -> None:
    W, V = (np.array(part) for part in DEGENERATE[name])
    closed = enclosure.loss(W, V, model=model)
    integral = enclosure.loss_by_quadrature(W, V, precision=80, model=model)
    assert closed.overlaps(integral)
    assert diameter(integral) <= 1e-4 * scale(W, V, model)
    assert not (2 * closed + 1e-3).overlaps(integral)


@pytest.mark.parametrize("name", ["exact duplicates", "antiparallel", "zero students", "all zero"])
def test_hermite_sums_are_the_oracles_and_close_in_from_below(name: str, model: Model) -> None:
    W, V = (np.array(part) for part in DEGENERATE[name])
    sums = enclosure.loss_by_hermite(W, V, terms=30, model=model)
    references = oracle.loss_by_hermite(W, V, terms=30, dps=30, model=model)
    slack = scale(W, V, model) * mpmath.mpf(10) ** -45
    assert len(sums) == len(references)
    assert all(holds(ball, x, slack) for ball, x in zip(sums, references, strict=True))
    closed = enclosure.loss(W, V, model=model)
    assert not sums[-1] > closed
    # The terms fall like n^(-5/2): 30 of them leave little of the loss.
    assert float(closed.mid() - sums[-1].mid()) <= 0.003 * scale(W, V, model)


def test_hermite_sums_of_orthogonal_neurons_are_finite() -> None:
    # Cosines that hold 0, whose squares python-flint answers with NaN.
    turned = [[arb(1) / 3, arb(1)], [arb(1), arb(-1) / 3]]
    (first, *_, last) = enclosure.loss_by_hermite(turned, turned[:1], terms=9)
    assert 0 < first < last < enclosure.loss(turned, turned[:1])


@pytest.mark.parametrize("terms", [0, 2.0, True])
def test_bad_numbers_of_terms(terms: Any) -> None:
    with pytest.raises(InputError, match="terms: got"):
        enclosure.loss_by_hermite([[1.0]], [[1.0]], terms=terms)


def test_quadrature_of_nothing_is_nothing() -> None:
    assert enclosure.loss_by_quadrature([[0.0, 0.0]], [[0.0, 0.0]]).is_zero()
    with pytest.raises(EnclosureError, match="a neuron's box holds the zero neuron"):
        enclosure.loss_by_quadrature(Box.around([[0.0, 0.0, 0.0]], 0.1), [[1.0, 0.0, 0.0]])


def test_validated_quadrature_in_space(model: Model) -> None:
    W, V = np.array([[0.5, -0.25, 1.0], [0.0, 0.0, 0.0]]), np.array([[1.0, 0.5, 0.0]])
    integral = enclosure.loss_by_quadrature(W, V, precision=64, model=model)
    assert enclosure.loss(W, V, model=model).overlaps(integral)
    assert diameter(integral) <= 1e-3


@pytest.mark.parametrize("degrees", [0, 30, 90, 135, 180])
def test_the_kernel_by_validated_quadrature(degrees: int) -> None:
    for model in (TIED_ABS, Model("relu", "tied")):
        theta = arb.pi() * degrees / 180
        integral = enclosure.kernel_by_quadrature(theta, precision=80, model=model)
        assert integral.overlaps(enclosure.kernel_at_angle(theta, model))
        assert diameter(integral) <= 1e-4


def test_an_asked_width_is_had_whatever_the_precision_given() -> None:
    W, V = COPIES, np.array([[0.6, 0.8], [-0.6, 0.8]])
    for precision in (16, 53, 2000):
        for width in (1e-3, 1e-30, 1e-300):
            assert diameter(enclosure.loss(W, V, precision=precision, width=width)) <= width
    rows = enclosure.gradient(W, V, precision=16, relative_width=1e-50)
    largest = max(abs(float(entry)) for entry in rows.entries())
    assert all(diameter(entry) <= 1e-50 * largest for entry in rows.entries())
    matrix = enclosure.hessian(W, V, precision=16, width=1e-60)
    assert all(diameter(entry) <= 1e-60 for entry in matrix.entries())
    assert diameter(enclosure.gradient_norm(W, V, precision=16, width=1e-60)) <= 1e-60


def test_a_width_that_cannot_be_had_is_refused() -> None:
    V = np.array([[0.6, 0.8]])
    with pytest.raises(EnclosureError, match=r"L\(W\): .* wide at 8192 bits, wanted 0"):
        enclosure.loss(V, V, relative_width=1e-3)  # the loss is 0
    assert diameter(enclosure.loss(V, V, relative_width=1e-3, width=1e-80)) <= 1e-80


def test_the_callers_precision_is_restored_even_by_errors() -> None:
    before = ctx.prec
    enclosure.loss([[1.0]], [[2.0]], precision=500, width=1e-200)
    with pytest.raises(EnclosureError):
        enclosure.loss([[1.0]], [[1.0]], relative_width=1e-3)
    with pytest.raises(InputError):
        enclosure.loss([[1.0, 2.0]], [[1.0]])
    assert ctx.prec == before


def test_balls_and_their_matrices_are_taken_as_they_are() -> None:
    W, V = [[arb(1) / 3, arb(2)]], [[1.0, 0.0]]
    listed, as_matrix = enclosure.loss(W, V), enclosure.loss(arb_mat(W), V)
    assert listed.overlaps(as_matrix)
    with mpmath.workdps(50):  # ball ends lie around 1/3, which no float is
        low, high = ends(W[0][0])
        assert low < mpmath.mpf(1) / 3 < high
    assert enclosure.gradient(W, V).nrows() == 1


def test_the_gradient_convention_at_a_zero_student() -> None:
    for model in (TIED_ABS, UNIT_ABS):
        row = enclosure.gradient([[0.0, 0.0]], [[1.0, 0.0]], model=model)
        assert [entry.is_zero() for entry in row.entries()] == [True, True]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "NaN": ({"W": [[float("nan")]]}, "W: got nan at row 0, column 0"),
    "dimensions": ({"W": [[1.0, 2.0]]}, "W: got dimension d = 2, wanted V's dimension d = 1"),
    "ragged balls": ({"W": [[arb(1)], [arb(1), arb(2)]]}, "W: got rows of different lengths"),
    "no columns": ({"W": [[arb(1)], []]}, "W: got rows of different lengths"),
    "an infinite ball": ({"W": [[arb(0, "inf")]]}, "W: got .* at row 0, column 0"),
    "a number": ({"W": 3.0}, "W: got 0-d array"),
    "precision": ({"precision": 8}, "precision: got 8, wanted an integer number of bits from 16"),
    "no precision": ({"precision": True}, "precision: got True"),
    "width": ({"width": 0.0}, "width: got 0.0, wanted a finite real number above 0"),
    "relative width": ({"relative_width": float("inf")}, "relative_width: got inf"),
    "model": ({"model": "relu"}, "model: got 'relu', wanted a Model"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("name", ["loss", "gradient", "gradient_norm", "hessian"])
def test_bad_input(name: str, case: str) -> None:
    changed, message = BAD[case]
    arguments: dict[str, Any] = {"W": [[1.0]], "V": [[1.0]], **changed}
    with pytest.raises(InputError, match=message):
        getattr(enclosure, name)(arguments.pop("W"), arguments.pop("V"), **arguments)


def test_a_hessian_at_a_zero_student_is_refused() -> None:
    with pytest.raises(InputError, match="W: got a zero student at row 1"):
        enclosure.hessian([[1.0], [0.0]], [[1.0]])


def test_exact_helper_reads_balls_exactly() -> None:
    with mpmath.workdps(400):
        assert exact(arb(0.1)) == mpmath.mpf(0.1)
        assert exact(arb(5e-324)) == mpmath.mpf(2) ** -1074
