"""The accuracy contract: every route within the rounding floor of the oracle, everywhere."""

from __future__ import annotations

import math
import types
from typing import Any

import mpmath
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from population_reference import Exact, evaluate, floors, nasty_instances, routes

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import oracle, population
from lcnn_verify.packs.zgj.model import MODELS, Model
from lcnn_verify.packs.zgj.population import pairs, planar
from lcnn_verify.packs.zgj.population.family import Route

NASTY = nasty_instances()
# Compiled loops over 2000 neurons are out of reach as plain Python.
JIT = not numba.config.DISABLE_JIT


def assert_within_floors(W: FloatArray, V: FloatArray, model: Model) -> None:
    exact = Exact.of(W, V, model)
    exact.assert_floors_are_honest()
    for name, route in routes(W.shape[1]).items():
        loss, gradient = evaluate(route, W, V, model)
        assert max(exact.error(loss, gradient)) <= 1.0, (name, W, V)


@pytest.mark.parametrize("name", NASTY)
def test_every_route_is_within_its_floor_on_every_trap(name: str, model: Model) -> None:
    assert_within_floors(*NASTY[name], model)


def test_the_traps_include_a_cosine_above_one() -> None:
    # Otherwise "ρ slightly above 1" would be covered in name only.
    rows = np.concatenate([W for W, _ in NASTY.values() if W.shape[1] == 3 and W.any()])
    rows = rows[np.linalg.norm(rows, axis=1) > 1e-100]
    units = rows / np.linalg.norm(rows, axis=1)[:, None]
    assert np.max(units @ units.T) > 1.0


@st.composite
def families(draw: st.DrawFn) -> tuple[FloatArray, FloatArray]:
    """Students and teachers of which many are zeros, copies, opposites or neighbours of others."""
    d = draw(st.integers(1, 4))
    number = st.one_of(st.sampled_from([0.0, 1.0, -2.0, 0.5, 3.0]), st.floats(-1, 1))
    rows: list[FloatArray] = []
    count = draw(st.integers(2, 7))
    for _ in range(count):
        kind = draw(st.sampled_from(["fresh", "fresh", "copy", "near", "zero"]))
        scale = 10.0 ** draw(st.sampled_from([0, 0, 0, 0, 1, -3, -8, 13, -60, 60]))
        if kind == "zero":
            rows.append(np.zeros(d))
        elif kind == "fresh" or not rows:
            rows.append(scale * np.array(draw(st.lists(number, min_size=d, max_size=d))))
        else:
            old = rows[draw(st.integers(0, len(rows) - 1))]
            new = old * draw(st.sampled_from([1.0, -1.0, 2.0, -0.3]))
            if kind == "near":
                stray = 10.0 ** -draw(st.integers(1, 13)) * np.abs(new).max()
                new[draw(st.integers(0, d - 1))] += stray
            rows.append(new)
    m = draw(st.integers(1, count - 1))
    return np.array(rows[:m]), np.array(rows[m:])


@settings(max_examples=60 if JIT else 20)
@given(pair=families())
def test_every_route_is_within_its_floor_on_drawn_instances(
    model: Model, pair: tuple[FloatArray, FloatArray]
) -> None:
    assert_within_floors(*pair, model)


def short_normals(rows: int, d: int, seed: int) -> FloatArray:
    """Normal entries with 30 bits, so that small multiples of them are exact."""
    return np.round(np.random.default_rng(seed).normal(size=(rows, d)) * 2.0**30) / 2.0**30


@pytest.mark.parametrize("d", [1, 2, 3, 50] if JIT else [1, 2])
def test_two_thousand_exact_clones(model: Model, d: int) -> None:
    # k² clones of a student are one student k (tied) or k² (unit) times as long, so the oracle
    # sees a family of four. The rounding errors of clones are systematic: they do not average out.
    roots = np.array([44, 8])
    students, teachers = short_normals(2, d, 1), short_normals(2, d, 2)
    clones = np.repeat(students, roots**2, axis=0)
    assert len(clones) == 2000
    factors = roots if model.readout == "tied" else roots**2
    merged = factors[:, None] * students
    exact_loss = oracle.loss(merged, teachers, dps=20, model=model)
    exact_rows = oracle.gradient(merged, teachers, dps=20, model=model)
    loss_bound, row_bounds = floors(clones, teachers, model)
    for route in routes(d).values():
        loss, gradient = evaluate(route, clones, teachers, model)
        with mpmath.workdps(60):
            assert abs(mpmath.mpf(loss) - exact_loss) <= loss_bound
            for k, part in enumerate(np.split(gradient, [roots[0] ** 2])):
                share = mpmath.mpf(1) / int(roots[k]) if model.readout == "tied" else 1
                bound = float(row_bounds[0 if k == 0 else -1])
                for row in np.unique(part, axis=0):
                    gap = [
                        mpmath.mpf(float(x)) - exact_rows[k, j] * share for j, x in enumerate(row)
                    ]
                    assert mpmath.norm(gap) <= bound


def test_two_thousand_students_row_by_row(model: Model) -> None:
    # A row is linear in the other neurons: against the teachers, less against the other students,
    # plus its own term p·k(1)·‖w‖^(2p−2)·w. Each part is an oracle gradient of one student.
    W, V = short_normals(2000, 3, 3), short_normals(3, 3, 4)
    gradient = population.gradient(W, V, model=model)
    bounds = population.gradient_rounding_floor(W, V, model=model)
    for i in (0, 1999):
        own = W[i : i + 1]
        others = np.delete(W, i, axis=0)
        with mpmath.workdps(60):
            parts = [oracle.gradient(own, rows, dps=20, model=model) for rows in (V, others)]
            alone = oracle.gradient(own, np.zeros((1, 3)), dps=20, model=model)
            exact = parts[0] - parts[1] + alone
            gap = [mpmath.mpf(float(entry)) - exact[0, j] for j, entry in enumerate(gradient[i])]
            assert mpmath.norm(gap) <= float(bounds[i])


# Adding π/2 of these, a neuron's share of T, to π/2 changes nothing in float64.
LIGHT = 0.6 * 2.0**-53


def lost_of_a_crowd(
    route: Route, model: Model, mass: float, root: int, *, large_first: bool
) -> float:
    """What a route loses, in floors, of root² small clones along either axis beside a mass of 1.

    The clones are one neuron root (tied) or root² (unit) times as long, as the oracle sees them.
    """
    tied = model.readout == "tied"
    small = (math.sqrt(mass) if tied else mass) * np.array([[1.0, 0.0], [0.0, 1.0]])
    crowd = np.repeat(small, root**2, axis=0)
    large = np.array([[1.0, 0.0], [0.0, 1.0]])
    W = np.concatenate((large, crowd) if large_first else (crowd, large))
    V = np.array([[0.5, 0.25]])
    merged = np.concatenate((large, (root if tied else root**2) * small))
    exact_loss = oracle.loss(merged, V, dps=30, model=model)
    exact_rows = oracle.gradient(merged, V, dps=30, model=model)
    loss_bound, row_bounds = floors(W, V, model)
    start = 0 if large_first else len(crowd)
    loss, gradient = evaluate(route, W, V, model)
    with mpmath.workdps(60):
        worst = abs(mpmath.mpf(loss) - exact_loss) / loss_bound
        for k, row in enumerate(gradient[start : start + 2]):
            gap = [mpmath.mpf(float(entry)) - exact_rows[k, j] for j, entry in enumerate(row)]
            worst = max(worst, mpmath.norm(gap) / float(row_bounds[start + k]))
    return float(worst)


@pytest.mark.parametrize("large_first", [True, False])
def test_a_crowd_of_small_neurons_beside_a_large_one_is_not_lost(
    model: Model, large_first: bool
) -> None:
    for name, route in routes(2).items():
        assert lost_of_a_crowd(route, model, LIGHT, 12, large_first=large_first) <= 1 / 8, name


@pytest.mark.parametrize("large_first", [True, False])
def test_blocks_of_small_neurons_are_not_lost(model: Model, large_first: bool) -> None:
    # Here a whole block weighs just too little to be seen beside mass 1.
    for name in ("pairs", "shared"):
        lost = lost_of_a_crowd(
            routes(2)[name], model, LIGHT / pairs.BLOCK, 20, large_first=large_first
        )
        assert lost <= 1 / 8, name


def uncompensated(module: Any, *order: str) -> Any:
    """The last of the functions named, compiled anew, all of them with sums whose rest is lost."""
    names: dict[str, Any] = {"two_sum": numba.njit(lambda a, b: (a + b, a - a))}
    for name in order:
        body = getattr(module, name).py_func
        again = types.FunctionType(body.__code__, {**body.__globals__, **names}, name)
        names[name] = numba.njit(again, error_model="numpy", nogil=True)
    return names[order[-1]]


@pytest.mark.skipif(not JIT, reason="plain Python takes minutes for 2000 neurons")
def test_a_sum_without_compensation_leaves_its_floor_in_each_model_and_fails_a_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sums = "_joined", "_sort_sectors", "_balance", "_sweep", "loss_and_pull_into", "_alone"
    with monkeypatch.context() as planted:
        planted.setattr(planar, "_alone", uncompensated(planar, *sums))
        planted.setattr(pairs, "_finish", uncompensated(pairs, "finish", "_finish"))
        for model in MODELS:
            for module in (pairs, planar):
                lost = lost_of_a_crowd(module.loss_and_pull, model, LIGHT, 64, large_first=True)
                assert lost > 2.0, (model, module)
    monkeypatch.setattr(pairs, "_play", uncompensated(pairs, "add", "between", "play", "_play"))
    claim = ledger.claim("zgj.form.paths")
    (crowd,) = (it for it in load(directory_of(claim), claim.property_file) if "crowd" in it.name)
    heavy = crowd.body.__globals__["HEAVY"]
    assert [it.model for it in heavy] == list(MODELS)
    for instance in heavy:
        seen = crowd.replay({"instance": instance, "last": True})
        assert seen.counterexample is not None, instance.model
        assert "gradient (pairs)" in seen.counterexample.quantity


def test_a_long_tail_of_small_entries_is_not_lost(model: Model) -> None:
    tail = np.full(600, 0.995 * math.sqrt(0.5) * 2.0**-26)
    student, teacher = tail.copy(), tail.copy()
    student[0] = 1.0
    teacher[:2] = 1.0
    W, V = 0.125 * student[None], teacher[None]
    exact = Exact.of(W, V, model)
    for route in routes(600).values():
        loss_error, row_error = exact.error(*evaluate(route, W, V, model))
        assert loss_error <= 1 / 8
        assert row_error <= 1 / 8
