"""Jacobians, ranks, kernels and error bounds against finite differences, quadrature and counts."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.audit import Audit, auditing
from lcnn_verify.numerics import activations, balls, exact
from lcnn_verify.numerics.activations import SMOOTH
from lcnn_verify.numerics.inertia import eigenvalues
from lcnn_verify.numerics.kits import BALLS, FLOATS
from lcnn_verify.packs.oymak_soltanolkotabi import (
    capacity,
    evaluation,
    hooks,
    jets,
    kernels,
    quantities,
    ranks,
    strategies,
    transforms,
)
from lcnn_verify.packs.oymak_soltanolkotabi import problem as problems
from lcnn_verify.packs.oymak_soltanolkotabi.problem import EVERY, Problem
from lcnn_verify.packs.oymak_soltanolkotabi.ranks import Grid


@pytest.mark.parametrize("sigma", EVERY.values(), ids=lambda sigma: sigma.name)
def test_jets_over_arrays_are_those_of_one_number(sigma):
    z = np.concatenate([8.0 * np.random.default_rng(0).normal(size=2000), [0.0, 750.0, -750.0]])
    value, slope = (np.array(part) for part in sigma.jet(z, FLOATS)[:2])
    got, slopes = np.append(z, np.nan), np.empty(len(z) + 1)
    jets.jets(jets.NUMBERS[sigma.name], got, slopes)
    assert (np.abs(got[:-1] - value) <= 1e-15 * np.maximum(1.0, np.abs(value))).all()
    assert np.abs(slopes[:-1] - slope).max() <= 1e-15
    assert np.isnan(got[-1])


@pytest.mark.parametrize("sigma", EVERY.values(), ids=lambda sigma: sigma.name)
def test_gram_and_gradient_are_those_of_the_jacobian_by_differences(sigma):
    at, step = problems.drawn(sigma, 3, 2, 4, seed=5, scale=0.7), 1e-6
    columns = []
    for place in np.ndindex(at.W.shape):
        moved = np.zeros_like(at.W)
        moved[place] = step
        up, down = (evaluation.residual(at, at.W + s * moved) for s in (1, -1))
        columns.append((up - down) / (2 * step))
    J = np.array(columns).T
    r = evaluation.residual(at, at.W)
    assert evaluation.gram(at, at.W) == pytest.approx(J @ J.T, abs=1e-7)
    assert evaluation.gradient(at, at.W).ravel() == pytest.approx(J.T @ r, abs=1e-7)
    if sigma.smooth:
        singular = np.linalg.svd(J, compute_uv=False)
        assert quantities.smallest_singular(at).value == pytest.approx(singular[-1], abs=1e-7)
        assert quantities.largest_singular(at).value == pytest.approx(singular[0], abs=1e-7)
        beta, bend = quantities.slope_constant(at), quantities.bend_constant(at)
        assert singular[0] <= beta.value
        other = at.at(at.W + 0.1)
        gap = evaluation.slopes(at, at.W) - evaluation.slopes(other, other.W)
        change = np.linalg.norm((gap @ gap.T) * (at.X @ at.X.T), 2) ** 0.5
        assert change <= bend.value * 0.1 * math.sqrt(at.W.size)


@settings(max_examples=40)
@given(at=strategies.problem())
def test_routes_of_all_quantities_agree(at):
    audit = Audit(everything=True)
    with auditing():
        found = [quantities.residual_norm(at), quantities.smallest_singular(at)]
        if at.sigma.smooth:
            found.append(quantities.certificate(at))
        assert audit.defect(*found) is None


def test_the_audit_sees_a_wrong_sign_in_the_slopes(monkeypatch):
    at = problems.drawn(activations.TANH, 3, 2, 2, seed=0)
    right = evaluation.slopes
    monkeypatch.setattr(evaluation, "slopes", lambda p, W: right(p, W) + 1.0)
    assert Audit(everything=True).defect(quantities.smallest_singular(at)) is not None


def test_eigenvalues_of_balls_hold_those_of_the_matrix():
    matrix = np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 1.0], [0.0, 1.0, 2.0]])
    with balls.working_precision(128):
        found = sorted(float(value.mid()) for value in eigenvalues(balls_of(matrix)))
    assert found == pytest.approx([2 - math.sqrt(2), 2, 2 + math.sqrt(2)])


def balls_of(matrix):
    return BALLS.matrix(matrix.tolist())


@pytest.mark.parametrize(("k", "d"), [(2, 4), (3, 3), (4, 2), (5, 3), (1, 4)])
def test_the_quadratic_rank_is_the_formula(k, d):
    wanted = k * d - k * (k - 1) // 2 if k <= d else d * (d + 1) // 2
    grid = ranks.best(lambda g: int(ranks.jacobian(g, ranks.double).rank()), 24, k, d, wanted)
    assert ranks.jacobian(grid, ranks.double).rank() == wanted
    linear = ranks.best(lambda g: int(ranks.jacobian(g, ranks.constant).rank()), 24, k, d, d)
    assert ranks.jacobian(linear, ranks.constant).rank() == d


def test_a_determinant_of_slopes_is_that_of_the_float_jacobian():
    grid = ranks.best(lambda g: int(ranks.jacobian(g).rank()), 4, 2, 2, 4)
    X, W = (np.array(rows) / 4.0 for rows in (grid.X, grid.W))
    for sigma in SMOOTH:
        value, slope, _ = sigma.jet(X @ W.T, FLOATS)
        J = np.array([np.kron(np.array(grid.v) * s, 4 * x) for s, x in zip(slope, X, strict=True)])
        found = ranks.determinant(sigma, grid, of_slopes=True)
        assert found.value == pytest.approx(abs(np.linalg.det(J)), rel=1e-9)
        few = Grid(grid.X[:2], grid.W, grid.v)
        found = ranks.determinant(sigma, few, of_slopes=False)
        assert found.value == pytest.approx(abs(np.linalg.det(value[:2])), rel=1e-9)
    same = Grid((grid.X[0],) * 4, grid.W, grid.v)
    held = ranks.determinant(activations.TANH, same, of_slopes=True)
    assert held.value <= held.error


def test_labels_and_their_equations():
    grid = Grid(((1, 2), (3, -1), (0, 1)), ((1, -2),), (3,))
    labels = capacity.outputs(grid)
    assert labels == [Fraction(3, 8), 96, Fraction(3, 4)]
    c = exact.relation(grid.X)
    assert [sum(a * x[j] for a, x in zip(c, grid.X, strict=True)) for j in (0, 1)] == [0, 0]
    assert capacity.monomial(labels, 3, c) == 1
    assert capacity.monomial([labels[0], labels[1], labels[2] + 1], 3, c) != 1
    assert capacity.cubic([Fraction(2), Fraction(12), Fraction(56)]) == 0  # s = 4, t = 2
    assert capacity.cubic([Fraction(2), Fraction(12), Fraction(55)]) != 0


@pytest.mark.parametrize("kernel", kernels.KERNELS, ids=lambda kernel: kernel.sigma.name)
def test_a_kernel_is_its_integral_and_its_series(kernel):
    rng = np.random.default_rng(3)
    g, h = rng.normal(size=(2, 400_000))
    for rho in (-0.6, 0.3, 0.9):
        slopes = [
            kernel.sigma.jet(z, FLOATS)[1] for z in (g, rho * g + math.sqrt(1 - rho * rho) * h)
        ]
        sampled = rho * float(np.mean(slopes[0] * slopes[1]))
        if kernel.entry is None:
            value, squares = (
                kernels.quadrature(kernel.sigma, rho),
                kernels.float_squares(kernel.sigma, 30),
            )
        else:
            value = float(kernel.entry(rho, FLOATS))
            squares = tuple(float(kernel.squares(j, FLOATS)) for j in range(200))
        assert value == pytest.approx(sampled, abs=5e-3)
        series = sum(s * rho ** (j + 1) for j, s in enumerate(squares))
        assert value == pytest.approx(series, abs=1e-6)


def test_the_cards_coefficients():
    softplus = [0.5, 0.20662, 0.0, 0.02547, 0.0]
    tanh = [0.60571, 0.0, 0.25710, 0.0, 0.13986]
    for sigma, wanted in ((activations.SOFTPLUS, softplus), (activations.TANH, tanh)):
        found = [math.sqrt(s) for s in kernels.float_squares(sigma, 4)]
        assert found == pytest.approx(wanted, abs=6e-6)
    relu = kernels.KERNELS[0]
    assert math.sqrt(relu.squares(1, FLOATS)) == pytest.approx(0.39894, abs=5e-6)


def test_what_is_left_of_a_kernel_has_routes_that_agree_and_a_wrong_one_is_seen(monkeypatch):
    rows = ((1, 0), (9, 8))
    for kernel in kernels.KERNELS:
        found = kernels.part(kernel, rows, [1.0, 1.0])
        assert found.exact is not None
        assert Audit(everything=True).defect(found) is None
        assert found.value > 0
    for kernel in kernels.KERNELS[:2]:
        none = kernels.Kernel(kernel.sigma, kernel.entry, lambda j, kit: kit.number(0))
        assert kernels.part(none, rows, [1.0, 1.0]).value != pytest.approx(found.value)
    lost = kernels.part(kernels.KERNELS[0], rows, [1.0, 2.0])
    assert lost.value < -lost.error
    monkeypatch.setattr(kernels, "_NODES", 120)  # too few for tanh where inputs are parallel
    few = kernels.part(kernels.KERNELS[3], ((1, 0),), [])
    assert Audit(everything=True).defect(few) is not None


@pytest.mark.parametrize("sigma", [activations.SOFTPLUS, activations.TANH], ids=lambda s: s.name)
def test_transforms_are_the_quadrature_and_agree_at_two_precisions(sigma):
    for rho in (0.0, 0.3, -0.9, 0.999, 1.0):
        with mpmath.workdps(25):
            coarse = transforms.entry(sigma, mpmath.mpf(rho))
        with mpmath.workdps(40):
            fine = transforms.entry(sigma, mpmath.mpf(rho))
            assert abs(coarse - fine) < 1e-21
        assert abs(kernels.quadrature(sigma, rho) - float(fine)) < 1e-14
    for j, square in enumerate(kernels.float_squares(sigma, 4)):
        with mpmath.workdps(30):
            assert abs(transforms.square(sigma, j) - square) < 1e-14


def test_examples_come_back_and_say_what_they_are():
    at = problems.drawn(activations.TANH, 2, 2, 1, seed=7, shape="duplicated", one_signed=True)
    again = Problem.from_json(at.to_json())
    assert (again.X == at.X).all()
    assert (again.W == at.W).all()
    assert again.sigma is at.sigma
    assert set(again.classes()) == {
        "tanh(z)",
        "duplicated inputs",
        "n = kd",
        "k = 1",
        "one-signed v",
    }
    assert Problem.show(at.to_json()).parameters["seed"] == 7
    grid = Grid(((1, 2), (1, 2)), ((0, 1),), (1,))
    assert Grid.from_json(grid.to_json()) == grid
    assert Grid.show(grid.to_json()).parameters == {"n": 2, "d": 2, "k": 1}
    assert grid.classes() == ("duplicated inputs", "n = kd", "k = 1")


def test_a_mirrored_start_has_no_output():
    at = problems.mirrored(activations.SOFTPLUS, 4, 3, 5, seed=2)
    assert evaluation.residual(at, at.W) == pytest.approx(-at.y, abs=1e-14)
    scaled = problems.at_paper_scale(at)
    assert np.abs(scaled.v) == pytest.approx(np.linalg.norm(at.y) / math.sqrt(40))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (([[1, 2]], [1, 2], [1], [[1, 2]], "tanh(z)"), "y"),
        (([[1, 2]], [1], [1, 1], [[1, 2]], "tanh(z)"), "v"),
        (([[1, 2]], [1], [1], [[1, 2, 3]], "tanh(z)"), "W0"),
        (([[1, math.nan]], [1], [1], [[1, 2]], "tanh(z)"), "X"),
        (([[1, 2]], [1], [1], [[1, 2]], "tan"), "activation"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arguments, word):
    with pytest.raises(InputError) as caught:
        Problem.of(*arguments)
    assert caught.value.argument == word
    for bad in itertools.product([((1,), (1, 2)), ()], [((1,),)], [(1,)]):
        with pytest.raises(InputError):
            Grid(*bad)


def test_the_self_check_sees_a_wrong_gradient(monkeypatch):
    assert hooks.jacobian()[0]
    right = evaluation.gradient
    monkeypatch.setattr(evaluation, "gradient", lambda p, W: -right(p, W))
    assert not hooks.jacobian()[0]
