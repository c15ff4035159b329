"""Thresholds, imperfect minima and independence against brute force and other formulas."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import activations
from lcnn_verify.numerics.kits import BALLS, DECIMALS, FLOATS
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.zeros import zero_near
from lcnn_verify.packs.zhang_zhang_luo import (
    flows,
    independence,
    leading,
    minima,
    normal_form,
    separation,
)
from lcnn_verify.packs.zhang_zhang_luo.branch import Branch, every_branch, generic_point, resolving
from lcnn_verify.packs.zhang_zhang_luo.model import Problem
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample, loss, rank

EVERY = [
    branch
    for d, m0, m in itertools.product((1, 2, 3), (1, 2), range(1, 5))
    if m >= m0
    for branch in every_branch(m, m0, d)
]


def test_bounds_are_in_order_and_the_headline_holds():
    for branch in EVERY:
        found = separation.threshold(branch)
        assert branch.rank + (not branch.morse_bott) <= found.low <= found.high
        assert found.high == branch.codimension
        assert (found.high < branch.parameters) == (branch.m > len(branch.teachers))
        small = max(branch.teachers) <= 2 and max(branch.extras, default=0) <= 3
        assert (found.low == found.high) == (small or branch.d == 1)
        if branch.d == 1:
            assert found.low == branch.m + len(branch.teachers)


@pytest.mark.parametrize(
    ("branch", "text"),
    [
        (Branch(1, (1,), (1,)), "3"),
        (Branch(2, (1,), (1,)), "4"),
        (Branch(2, (1,), (2,)), "6"),
        (Branch(2, (1, 1), (1,)), "7"),
        (Branch(3, (1,), (1, 1)), "6"),
        (Branch(2, (1,)), "3"),
        (Branch(2, (2,)), "5"),
        (Branch(2, (3,)), "6 to 7"),
    ],
)
def test_the_thresholds_of_the_card(branch, text):
    assert separation.threshold(branch).text == text


def test_the_leading_order_is_the_rank_of_moments():
    """Quadratic forms Σ a_k δ_k δ_kᵀ with Σ a_k δ_k = 0, differentiated at a point of integers."""
    for d, size in itertools.product((1, 2, 3), (2, 3, 4)):
        rows = [[(3 * k * k + 5 * j * k + j) % 7 - 3 for j in range(d)] for k in range(size - 1)]
        a = [k + 2 for k in range(size - 1)]
        last = [-sum(x * row[j] for x, row in zip(a, rows, strict=True)) for j in range(d)]
        derivative = []
        for k, e in itertools.product(range(size - 1), range(d)):  # move entry e of δ_k
            change = [[fmpq(0)] * d for _ in range(d)]
            for i in range(d):
                for row, weight, slope in ((rows[k], a[k], 1), (last, 1, -a[k])):
                    change[e][i] += fmpq(weight * slope * row[i])
                    change[i][e] += fmpq(weight * slope * row[i])
            derivative.append([entry for line in change for entry in line])
        expected = separation.leading_order(Branch(d, (size,))) - (d + 1)
        assert fmpq_mat(derivative).rank() == expected


def test_spanning_points_are_few_and_enough():
    for branch in EVERY[:12]:
        point, _ = generic_point(branch)
        sample = separation.spanning(point, resolving(point.weights))
        assert sample.n == branch.rank == rank(point, sample)


def test_an_exact_fit_fits_and_singular_equations_are_refused():
    target, sample = Network((1,), ((0,),)), Sample(((0,), (1,)))
    net = minima.fitted(((1,), (2,)), target, sample)
    assert loss(net, target, sample) == 0
    assert net.function != target.function
    assert loss(net, target, Sample(((2,),))) != 0
    assert minima.fitted(((1,), (1,)), target, sample) is None
    assert minima.fitted(((1,),), target, sample) is None


def test_an_imperfect_minimum_is_proved_and_a_perfect_one_is_not_called_one():
    found, distance = minima.beside(Branch(1, (1,), (1,)), 2, 0.05, np.random.default_rng(1))
    assert 0.02 < distance < 0.1
    off = found.error_at(Sample(((0.5,), (-1.5,))))
    assert off.value > 1e6 * off.error
    on = found.error_at(found.problem.sample)
    assert on.value <= on.error
    point, target = generic_point(Branch(1, (1,)))
    problem = Problem(activations.EXP, target, Sample(((0.25,), (0.75,))))
    perfect = minima.near(problem, np.array([*map(float, point.theta)]) + 1e-3)
    held = perfect.error_at(Sample(((2,),)))
    assert held.value <= held.error


def test_no_minimum_is_proved_where_there_is_none():
    target = Network((1,), ((0,),))
    problem = Problem(activations.EXP, target, Sample(((-1,), (0,), (1,), (2,))))
    with pytest.raises(NotProved):
        minima.near(problem, np.array([0.3, 1.0, 0.3, -1.0]))


@pytest.mark.parametrize("sigma", flows.ACTIVATIONS.values(), ids=lambda sigma: sigma.name)
def test_the_three_arithmetics_agree_and_slopes_are_derivatives(sigma):
    target = Network((1, -2), ((0.5, 0.25), (-1, 0.75)))
    problem = Problem(sigma, target, Sample(((1, 0.5), (-0.25, 2), (0, 1))))
    theta = [0.75, 0.5, -0.5, 1.25, 0.25, 1.5]
    floats = np.array(problem.gradient(theta, FLOATS))
    decimals = [float(g) for g in problem.gradient([*map(DECIMALS.number, theta)], DECIMALS)]
    held = problem.gradient([*map(BALLS.number, theta)], BALLS)
    assert floats == pytest.approx(decimals, rel=1e-12)
    assert [float(g.mid()) for g in held] == pytest.approx(decimals, rel=1e-14)
    points, _ = problem.float_arrays()
    assert problem.values(np.array(theta), points) - problem.float_arrays()[1] == pytest.approx(
        np.array(problem.residual(theta, FLOATS))
    )

    def risk(moved):
        return 0.5 * sum(r * r for r in problem.residual(moved, FLOATS))

    for k, slope in enumerate(floats):
        up, down = ([t + s * 1e-5 * (j == k) for j, t in enumerate(theta)] for s in (1, -1))
        assert (risk(up) - risk(down)) / 2e-5 == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_gram_determinants_tell_dependent_neurons_from_others():
    weights = ((1,), (-1,), (0,))
    sample = independence.scattered(6, 1)
    for sigma in independence.GOOD:
        assert independence.gram_determinant(sigma, weights, sample).value > 1e-6
    odd = activations.Activation("sinh", lambda z, kit: (kit.exp(z) - kit.exp(-z), None, None))
    found = independence.gram_determinant(odd, ((1,), (-1,)), sample)
    assert abs(found.value) <= found.error
    matrix = np.array(independence.neurons(activations.EXP, weights, sample, FLOATS))
    direct = np.linalg.det(matrix.T @ matrix)
    assert independence.gram_determinant(activations.EXP, weights, sample).value == pytest.approx(
        direct, rel=1e-9
    )


def test_softplus_pairs_are_dependent_in_floats_too():
    assert independence.softplus_relation(1, 3) == 0

    def odd(z):
        return math.log1p(math.exp(z)) - math.log1p(math.exp(-z))

    for x in (-1.5, 0.25, 2.0):
        assert 3 * odd(x) == pytest.approx(odd(3 * x))
        assert odd(x) != pytest.approx(odd(3 * x))


def test_the_leading_order_has_the_derivatives_it_says_and_the_size_of_its_bound():
    rng = np.random.default_rng(5)
    for branch in (Branch(2, (2,), (1, 1)), Branch(2, (3,), (2,)), Branch(2, (1,), (3,))):
        found = replace(leading.Leading.of(branch), points=((0.5, -1.0), (1.5, 0.25)))
        assert found.size == separation.leading_order(branch)
        theta = rng.normal(size=found.size)
        J = np.array(found.jacobian(theta.tolist(), FLOATS))
        differences = []
        for step in 1e-6 * np.eye(theta.size):
            up, down = (found.residual((theta + s * step).tolist(), FLOATS) for s in (1, -1))
            differences.append((np.array(up) - np.array(down)) / 2e-6)
        np.testing.assert_allclose(J, np.array(differences).T, rtol=1e-6, atol=1e-6)
    with pytest.raises(InputError, match="wanted d = 2"):
        leading.Leading.of(Branch(1, (2,)))


def test_a_regular_zero_is_one_and_equal_points_have_none():
    found = leading.regular_zero(Branch(2, (2,)), np.random.default_rng(0))
    assert len(found.leading.points) == 4
    at = Sample(found.leading.points)
    assert found.size_at(at).value <= 2 * found.size_at(at).error
    assert found.size_at(Sample(((1.0, 1.0), (-1.0, 0.5)))).value > 1e-3
    twice = replace(found.leading, points=found.leading.points[:1] * 4)
    with pytest.raises(NotProved):
        zero_near(twice, np.array([float(ball.mid()) for ball in found.held]))


def test_what_h0_looks_like_beside_q1():
    """(g − f*)/ε² for weights ε apart, against e^{w·x} times a constant and a square."""
    share, step, w = 0.25, 1e-3, np.array([0.5, 0.0])
    delta = np.array([0.7, -0.4])
    target = Network((1.0,), (tuple(w.tolist()),))
    points = ((0.5, -1.0), (1.5, 0.25), (-1.0, 1.0))
    problem = Problem(activations.EXP, target, Sample(points))
    theta = normal_form.beside_q1(problem, share, step * delta)
    theta[0] += 0.3 * step**2
    got = np.array(problem.residual(theta.tolist(), FLOATS)) / step**2
    order = leading.Leading((tuple(w.tolist()),), (1,), points)
    eta = np.sqrt(0.5 * share * (1.0 - share)) * delta
    assert got == pytest.approx(order.residual([0.3, 0.0, 0.0, *eta], FLOATS), rel=1e-2)
