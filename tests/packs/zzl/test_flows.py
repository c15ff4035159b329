"""Flows and the numbers they are held to: derivatives, eigenvalues and projections another way."""

from __future__ import annotations

import numpy as np
import pytest

from lcnn_verify.evidence.draws import Discarded
from lcnn_verify.numerics import activations, balls
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.packs.zhang_zhang_luo import flows, minima
from lcnn_verify.packs.zhang_zhang_luo.model import Problem
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample


@pytest.fixture(scope="module")
def problem():
    return flows.drawn_problem("tanh(z + ½)", 6, np.random.default_rng(2))


@pytest.fixture(scope="module")
def slow(problem):
    return flows.near_q1(problem, 0.4)


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("sigma", flows.ACTIVATIONS.values(), ids=lambda sigma: sigma.name)
def test_gradient_and_hessian_are_derivatives(sigma, d):
    target = Network((1.0,), ((0.5,) * d,))
    found = Problem(sigma, target, minima.sample_of(np.random.default_rng(1), 5, d))
    function, hessian = flows.risk(found)
    theta = np.linspace(-0.8, 0.9, 2 * (d + 1))
    value, slope = function(theta)
    r = np.array(found.residual(theta.tolist(), FLOATS))
    assert value == pytest.approx(0.5 * float(r @ r))
    assert slope == pytest.approx(np.array(found.gradient(theta.tolist(), FLOATS)))
    steps = 1e-5 * np.eye(theta.size)
    differences = [(function(theta + s)[1] - function(theta - s)[1]) / 2e-5 for s in steps]
    assert hessian(theta) == pytest.approx(np.array(differences), rel=1e-6, abs=1e-8)


def test_the_rate_is_the_smallest_eigenvalue_that_is_not_zero(problem):
    top, place = map(float, problem.target.theta)
    theta = np.array([top, place, 0.0, -0.7])
    J = np.array(problem.jacobian(theta.tolist(), FLOATS))
    smallest, zero = sorted(np.linalg.eigvalsh(J.T @ J))[1::-1]
    found = flows.decay_rate(problem, theta)
    assert abs(zero) < 1e-12
    assert found.value == pytest.approx(smallest, rel=1e-9)
    with balls.working_precision(160):
        assert abs(float(found.enclosed(100).mid()) - found.value) < 1e-14
    assert flows.decay_rate(problem, theta, 1).value > 2.0 * found.value


def test_bending_is_the_squared_norm_of_a_projection(problem):
    points, _ = problem.float_arrays()
    value, slope, bend = problem.sigma.jet(points * float(problem.target.theta[1]), FLOATS)
    fast, q = np.hstack([value, points * slope]), (points**2 * bend)[:, 0]
    rest = q - fast @ np.linalg.lstsq(fast, q, rcond=None)[0]
    found = flows.bending(problem)
    assert found.value == pytest.approx(float(rest @ rest), rel=1e-10)
    with balls.working_precision(160):
        assert abs(float(found.enclosed(100).mid()) - found.value) < 1e-13


def test_a_slow_flow_follows_the_law_of_its_distance(problem, slow):
    a, b = 0.4, 0.6
    kappa = (a * b) ** 2 * flows.bending(problem).value / (2 * (a * a + b * b))
    end = float(slow.path.times[-1])
    assert end == pytest.approx(flows.SLOW / (2 * kappa * flows.APART**2))
    delta = float(slow.limit[1] - slow.limit[3])
    assert delta == pytest.approx((flows.APART**-2 + 2 * kappa * end) ** -0.5, rel=0.03)
    assert slow.loss().value == pytest.approx(slow.path.losses[-1], rel=1e-9)
    assert slow.squared_gradient().value == pytest.approx(slow.path.gradient_norms[-1] ** 2)


def test_the_sine_is_that_of_the_angle(slow):
    g = np.array(slow.problem.gradient(slow.limit.tolist(), FLOATS))
    u = np.array([0.0, slow.limit[2], 0.0, -slow.limit[0]])
    cosine = float(g @ u) / float(np.linalg.norm(g) * np.linalg.norm(u))
    assert flows.off_the_kernel(slow).value == pytest.approx(np.sqrt(1 - cosine**2), rel=1e-4)


def test_a_line_fits_a_line_and_no_parabola():
    t = np.linspace(0.0, 1.0, 50)
    assert flows._misfit(t, 3.0 - 2.0 * t) < 1e-20
    assert flows._misfit(t, (t - 0.5) ** 2) > 0.9


def test_stations_are_points_of_one_flow(problem):
    start = np.array([1.01, float(problem.target.theta[1]), 0.02, -0.7])
    there = flows.stations(problem, start, [1.0, 3.0])
    assert there.shape == (3, 4)
    assert there[2] == pytest.approx(flows.stations(problem, start, [3.0])[1], abs=1e-9)


def test_on_two_samples_the_rate_leaves_out_what_is_zero():
    target = Network((1.0,), ((1.0,),))
    few = Problem(activations.EXP, target, minima.sample_of(np.random.default_rng(4), 2, 1))
    theta = np.array([1.0, 1.0, 0.0, -1.0])
    J = np.array(few.jacobian(theta.tolist(), FLOATS))
    smallest = sorted(np.linalg.eigvalsh(J @ J.T))[0]
    assert flows.decay_rate(few, theta).value == pytest.approx(smallest, rel=1e-9)


def test_samples_that_hardly_separate_are_given_up():
    close = Sample(((0.5,), (0.501,), (0.502,), (0.503,)))
    problem = Problem(activations.EXP, Network((1.0,), ((1.0,),)), close)
    with pytest.raises(Discarded):
        flows.near_q2(problem, -1.0, np.random.default_rng(0))
