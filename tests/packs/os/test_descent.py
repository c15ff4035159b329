"""Runs, their drift and their enclosures against mpmath and longer arithmetic."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from lcnn_verify.evidence.audit import Audit
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.packs.oymak_soltanolkotabi import activations, descent, evaluation, quantities
from lcnn_verify.packs.oymak_soltanolkotabi import problem as problems


def certified(sigma=activations.SOFTPLUS, multiple=1.5, seed=4):
    one = problems.mirrored(sigma, 3, 3, 4, seed=seed)
    return one.scaled(multiple / quantities.certificate(one).value)


def by_mpmath(problem, step, steps):
    """‖r‖, ‖W − W₀‖ and the path after as many steps, written down anew."""
    with mpmath.workdps(40):
        X, v, y = (
            [[mpmath.mpf(e) for e in row] for row in np.atleast_2d(a).tolist()]
            for a in (problem.X, problem.v, problem.y)
        )
        W = [[mpmath.mpf(e) for e in row] for row in problem.W.tolist()]
        start, path = [list(row) for row in W], mpmath.mpf(0)

        def outputs():
            z = [[mpmath.fdot(w, x) for w in W] for x in X]
            return z, [
                mpmath.fsum(
                    a * mpmath.log(1 + mpmath.exp(e)) for a, e in zip(v[0], row, strict=True)
                )
                - label
                for row, label in zip(z, y[0], strict=True)
            ]

        for _ in range(steps):
            z, r = outputs()
            changes = [
                [
                    -step
                    * v[0][j]
                    * mpmath.fsum(
                        r[i] * X[i][c] / (1 + mpmath.exp(-z[i][j])) for i in range(len(X))
                    )
                    for c in range(len(X[0]))
                ]
                for j in range(len(W))
            ]
            path += mpmath.sqrt(mpmath.fsum(e * e for row in changes for e in row))
            W = [
                [a + b for a, b in zip(*rows, strict=True)] for rows in zip(W, changes, strict=True)
            ]
        gaps = [a - b for rows in zip(W, start, strict=True) for a, b in zip(*rows, strict=True)]
        return (mpmath.norm(outputs()[1]), mpmath.norm(gaps), path)


def test_a_run_is_the_descent_of_another_arithmetic():
    problem = certified()
    step, steps = descent.working_step(problem), 20
    run = descent.descend(problem, step, steps)
    found = (run.residual(steps), run.displacement(steps), run.path(steps))
    for quantity, exact in zip(found, by_mpmath(problem, step, steps), strict=True):
        assert abs(quantity.value - exact) <= quantity.error < 1e-9
        with balls.working_precision(128):
            ball = quantity.enclosed(128)
        assert abs(float(ball.mid()) - float(exact)) < 1e-15 * (1 + quantity.value)
        assert float(ball.rad()) < 1e-30
    assert run.smallest(steps).error < 1e-6
    audit = Audit(everything=True)
    assert audit.defect(*found, run.smallest(steps)) is None


def test_the_drift_of_a_certified_run_grows_by_rounding_alone_and_of_a_long_step_by_its_factor():
    problem = certified()
    short = descent.descend(problem, descent.working_step(problem), 60)
    assert 0 < short.drifts[-1] < 60 * 2 * short.drifts[1]
    top = quantities.gram_eigenvalue(problem, least=False).value
    long = descent.descend(problem, 2.2 / top, 40)
    assert long.drifts[-1] > 1.2**30 * long.drifts[1]
    assert long.residual(40).value > 1.5 * long.residual(0).value


@pytest.mark.parametrize("fault", ["step", "sign", "path"])
def test_the_audit_sees_a_run_that_is_not_the_descent(monkeypatch, fault):
    problem = certified()
    right = evaluation.gradient
    factor = {"step": 3.0, "sign": -1.0, "path": 1.0}[fault]
    monkeypatch.setattr(evaluation, "gradient", lambda p, W: factor * right(p, W))
    run = descent.descend(problem, descent.working_step(problem), 5)
    quantity = run.path(5)
    if fault == "path":  # of squares
        squares = float((np.diff(run.points, axis=0) ** 2).sum())
        quantity = Quantity("path", squares, quantity.error, enclosed=quantity.enclosed)
    assert Audit(everything=True).defect(quantity) is not None


def test_powers_and_long_runs():
    base = Quantity.of(0.9) * 1.0
    found = descent.powered(base, 7)
    assert Audit(everything=True).defect(found) is None
    assert found.value == pytest.approx(0.9**7)
    problem = certified(activations.TANH)
    points, sizes = descent.until(
        problem, descent.working_step(problem), 0.5 * sizes_at(problem), 500
    )
    assert len(points) == len(sizes) > 2
    assert sizes[-1] <= 0.5 * sizes[0] < sizes[-2]
    assert len(descent.until(problem, 1e-9, 0.0, 3)[0]) == 4


def sizes_at(problem):
    return float(np.linalg.norm(evaluation.residual(problem, problem.W)))
