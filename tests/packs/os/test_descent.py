"""Runs, their drift and their enclosures against mpmath and longer arithmetic."""

# Runs as plain Python, too: it reaches every line and branch of the compiled bodies.
from __future__ import annotations

import json
import math

import mpmath
import numpy as np
import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import progress
from lcnn_verify.evidence.audit import Audit
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics import activations, balls
from lcnn_verify.packs.oymak_soltanolkotabi import (
    descent,
    evaluation,
    fast,
    fitting,
    kernels,
    quantities,
    strategies,
)
from lcnn_verify.packs.oymak_soltanolkotabi import problem as problems
from lcnn_verify.packs.oymak_soltanolkotabi.problem import EVERY
from lcnn_verify.profiles import PROFILES, RunContext, running


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
    top = quantities.gram_eigenvalue(problem, -1).value
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


@pytest.mark.parametrize("sigma", EVERY.values(), ids=lambda sigma: sigma.name)
def test_compiled_descent_is_the_plain_one(sigma):
    problem = problems.drawn(sigma, 3, 2, 4, seed=1, scale=0.5)
    points, sizes = descent.until(problem, 0.1, 0.0, 12)
    W, found, path = fast.descend(problem, 0.1, 0.0, 12)
    assert points[12] == pytest.approx(W, abs=1e-13)
    assert sizes[:13] == pytest.approx(found, abs=1e-13)
    assert path == pytest.approx(np.linalg.norm(np.diff(points[:13], axis=0), axis=(1, 2)).sum())
    stopped = fast.descend(problem, 0.1, float(found[5]), 12)[1]
    assert len(stopped) == 6
    assert (points[0] == problem.W).all()


def test_single_samples_are_steps_on_one_input():
    problem = problems.drawn(activations.TANH, 3, 2, 4, seed=1, scale=0.5)
    W, sizes = fast.stochastic(problem, 0.2, 2, np.random.default_rng(3))
    order = np.random.default_rng(3)
    there = problem.W
    for i in np.concatenate([order.integers(0, 3, 3) for _ in range(2)]):
        one = problems.Problem(
            problem.X[i : i + 1], problem.y[i : i + 1], problem.v, there, problem.sigma
        )
        there = there - 0.2 * evaluation.gradient(one, there)
    assert pytest.approx(W, abs=1e-14) == there
    last = np.linalg.norm(evaluation.residual(problem, there))
    assert sizes[-1] == pytest.approx(last)
    assert len(sizes) == 3


def test_the_tail_of_a_run_and_of_a_wrong_eigenvalue():
    one = problems.at_paper_scale(problems.drawn(activations.SOFTPLUS, 3, 4, 8, seed=3))
    problem, step, points, steps = strategies.tail_of(one)
    right, wrong = (quantities.tail(problem, step, points, steps, index) for index in (0, 1))
    assert right.value == pytest.approx(1.0, abs=0.05)
    assert wrong.value < 0.95
    assert Audit(everything=True).defect(right, wrong) is None


def test_the_scaling_of_the_rate_has_routes_that_agree():
    rows = kernels.scattered(np.random.default_rng(0), 6, 4)
    found = kernels.scaling(kernels.KERNELS[0], rows)
    assert Audit(everything=True).defect(found) is None
    X = kernels.unit(rows)
    rho = np.clip(X @ X.T, -1.0, 1.0)
    whole = rho * (0.25 + np.arcsin(rho) / (2.0 * np.pi))
    wanted = np.linalg.eigvalsh(whole)[0] / np.linalg.norm(X, 2) ** 2 * 6 / 4
    assert found.value == pytest.approx(wanted)


def test_a_fit_fits_and_past_the_wall_there_is_none():
    one = problems.at_paper_scale(problems.drawn(activations.SOFTPLUS, 6, 4, 4, seed=2))
    W, size = fitting.fit(one)
    plain = float(np.linalg.norm(evaluation.residual(one, W)))
    assert plain == pytest.approx(size, rel=1e-3)
    assert plain <= 1e-8 * np.linalg.norm(one.y)
    assert fitting.by_levenberg(one)
    sizes = [(4, 3, 4), (13, 3, 4)]
    make = fitting.random_labels(activations.SOFTPLUS)
    found = fitting.successes(fitting.by_levenberg, make, sizes, 3, 0)
    assert found.tolist() == [[True] * 3, [False] * 3]
    few, many = (
        fitting.successes(fitting.by_descent(most), make, sizes[:1], 3, 0) for most in (1, 2000)
    )
    assert not few.any()
    assert many.any()
    assert (fitting.random_labels(activations.TANH, 4.0, one_signed=True)(3, 2, 4, 0).v > 0).all()


def test_success_reported_early_is_not_taken_at_its_word(monkeypatch):
    past = problems.at_paper_scale(problems.drawn(activations.SOFTPLUS, 9, 2, 4, seed=2))
    monkeypatch.setattr(fitting, "levenberg", lambda *arguments: 0.0)
    assert fitting.fit(past)[1] == 0.0
    assert not fitting.by_levenberg(past)


def test_where_fits_end_is_the_area_under_the_curve():
    ratios = (0.5, 0.6, 0.7, 0.8)
    fitted = np.array([[1, 1], [1, 1], [0, 1], [0, 0]], dtype=bool)
    found = fitting.crossings(ratios, fitted)
    assert found == pytest.approx([0.65, 0.75])
    assert fitting.crossings(ratios, fitted & False) == pytest.approx([0.45, 0.45])
    mean, half = fitting.interval([found, found])
    assert (mean, half) == pytest.approx((0.7, 4.302653 * 0.05 / math.sqrt(2)))  # t of 2 freedoms


def test_intervals_hold_the_mean_as_often_as_they_say():
    rng = np.random.default_rng(8)
    found = [fitting.interval(rng.normal(size=(3, 4)) + 1.0) for _ in range(2000)]
    held = sum(abs(mean - 1.0) <= half for mean, half in found)
    assert 0.935 < held / len(found) < 0.965


def test_a_step_of_levenberg_and_marquardt_solves_the_damped_system():
    one = problems.at_paper_scale(problems.drawn(activations.TANH, 3, 4, 4, seed=2))
    W, r = one.W.copy(), evaluation.residual(one, one.W)
    fast_size = fitting.levenberg(
        1, one.X, one.X.T.copy(), one.X @ one.X.T, one.y, one.v, W, 0.0, 1
    )
    K = evaluation.gram(one, one.W)
    damped = K + 1e-2 * np.trace(K) / 3 * np.eye(3)
    P = evaluation.slopes(one, one.W)
    step = (P * np.linalg.solve(damped, r)[:, None]).T @ one.X
    assert pytest.approx(one.W - step, abs=1e-12) == W
    assert fast_size == pytest.approx(np.linalg.norm(evaluation.residual(one, W)))


def test_the_deep_map_has_40_by_40_cells_of_20_trials_and_is_kept(monkeypatch):
    claim = ledger.claim("os.phase-transition")
    item = load(directory_of(claim), claim.property_file)[0]
    asked, told = [], []

    def fitted(fits, make, sizes, trials, seed):
        asked.extend((size, trials) for size in sizes)
        return np.array([[n <= k * d] * trials for n, d, k in sizes])

    monkeypatch.setattr(fitting, "successes", fitted)
    with running(RunContext(PROFILES["deep"], shards=16)), progress.listening(told.append):
        record = json.loads(json.dumps(item.run().to_json()))
    assert record["error"] is None
    assert not record["violations"]
    assert len(asked) == 40 * 40
    assert {trials for _, trials in asked} == {20}
    assert (told[0].done, told[-1].done, told[-1].total) == (1, 40, 40)
    ends = next(s for s in record["series"] if s["label"] == "ends")
    assert np.array(ends["data"]["x"])[3:] == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize(
    ("claim", "without", "says"),
    [
        ("os.phase-transition", "two-signs", "where fits can end, of positive outputs"),
        ("os.width-concentration", "independent-rows", "λ_min(JJᵀ)"),
    ],
)
def test_what_an_assumption_is_needed_for_is_proved(claim, without, says):
    about = ledger.claim(claim)
    with running(RunContext(PROFILES["quick"], without=without)):
        items = load(directory_of(about), about.property_file)
        weaker = [weak for item in items if (weak := item.without(without)) is not None]
        records = [item.run().to_json() for item in weaker]
    (broken,) = [record["counterexample"] for record in records if record["violations"]]
    assert says in json.dumps(broken, ensure_ascii=False, default=str)
