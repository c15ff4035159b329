"""The normal form at Q₁ against hull tests, exact minima and numerical expansion."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from lcnn_verify.numerics.inertia import Inertia
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.packs.zhang_zhang_luo import flows, minima, normal_form
from lcnn_verify.packs.zhang_zhang_luo.model import Problem
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample, loss


def in_hull(point, others):
    """Whether linear programming finds the point among convex combinations of the others."""
    A = np.vstack([np.array(others, float).T, np.ones(len(others))])
    return linprog(np.zeros(len(others)), A_eq=A, b_eq=[*point, 1.0]).status == 0


def test_definite_is_one_sample_in_the_hull_of_the_others():
    rng, seen = np.random.default_rng(0), []
    for _ in range(40):
        points = rng.integers(-4, 5, (4, 2)).tolist()
        sample = Sample(tuple(map(tuple, points)))
        if normal_form.radon(sample) is None:
            continue
        inside = any(in_hull(points[k], points[:k] + points[k + 1 :]) for k in range(4))
        signs = normal_form.signature((1, -1), sample)
        assert normal_form.definite(signs) == inside
        seen.append(inside)
    assert {True, False} == set(seen)


@pytest.mark.parametrize(
    ("signs", "wanted"),
    [
        (Inertia(2, 0, 0), True),
        (Inertia(0, 0, 2), True),
        (Inertia(1, 0, 1), False),
        (Inertia(0, 1, 1), False),
        (Inertia(0, 2, 0), False),
    ],
)
def test_definite_forms_have_one_sign(signs, wanted):
    assert normal_form.definite(signs) is wanted


def test_degenerate_samples_have_no_radon_partition():
    assert normal_form.radon(Sample(((0, 0), (1, 0), (2, 0), (0, 1)))) is None
    assert normal_form.radon(Sample(((0,), (2,), (1,)))) == (1, 2)
    assert normal_form.radon(Sample(((0, 0), (1, 1), (1, 0), (0, 1)))) == (2, 2)


def test_a_trapezoid_has_exact_imperfect_minima():
    """Four samples on two parallel lines: with δ across them two equations are left."""
    line = minima.fitted(((1,), (-1,)), Network((1,), ((0,),)), Sample(((-1,), (2,))))
    net = Network(line.outputs, ((1, 0), (-1, 0)))
    target, sample = Network((1,), ((0, 0),)), Sample(((-1, 0), (-1, 3), (2, 1), (2, 2)))
    assert loss(net, target, sample) == 0
    assert net.function != target.function
    assert normal_form.signature((0, 0), sample) == Inertia(1, 0, 1)


def test_isotropic_vectors_are_zeros_of_the_form():
    for points in (((-1, 0), (-1, 3), (2, 1), (2, 2)), ((0, 0), (1, 1), (1, 0), (0, 1))):
        (form,) = normal_form.forms((0, 0), Sample(points))
        v = normal_form.isotropic(form)
        matrix = np.array(
            [[float(form[i, j].p) / float(form[i, j].q) for j in (0, 1)] for i in (0, 1)]
        )
        assert abs(v @ matrix @ v) < 1e-12 * np.abs(matrix).max()


@pytest.mark.parametrize("sigma", flows.ACTIVATIONS.values(), ids=lambda sigma: sigma.name)
def test_the_residual_beside_q1_is_of_second_order(sigma):
    rng = np.random.default_rng(3)
    problem = Problem(sigma, Network((2.0,), ((0.5, -0.25),)), minima.sample_of(rng, 8, 2))
    points, _ = problem.float_arrays()
    delta = np.array([1e-3, 2e-3])
    theta = normal_form.beside_q1(problem, 0.25, delta)
    gap = np.array(problem.residual(theta.tolist(), FLOATS))
    bend = sigma.jet(points @ np.array([0.5, -0.25]), FLOATS)[2] * (points @ delta) ** 2
    assert gap == pytest.approx(0.25 * 0.75 * 2.0 / 2.0 * bend, abs=1e-7)
    least = normal_form.least_loss(problem, 0.25, delta)
    assert least == pytest.approx(normal_form.predicted_loss(problem, 0.25, delta), rel=0.1)
    assert least < 0.5 * float(gap @ gap)
