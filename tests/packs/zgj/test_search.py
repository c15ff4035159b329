"""The adversary finds what it must: nothing at ε₀, and a violation where the bound is false."""

import math

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.constrained import Descent
from lcnn_verify.packs.zgj import networks, oracle, population, search
from lcnn_verify.packs.zgj.laws import structured_starts
from lcnn_verify.packs.zgj.model import TIED_RELU
from lcnn_verify.packs.zgj.threshold import kappa, loss_threshold, merged_level

PLANE = np.eye(2)
TOO_HIGH = merged_level(math.pi / 2) / 4.0  # v_min⁴·M(Δ)/(2r) for two orthogonal unit teachers


def starts(V, m, seed, *, level, random=3, structured=3):
    rng = np.random.default_rng(seed)
    return [
        *search.random_starts(V, m, random, rng),
        *structured_starts(V, m, structured, rng, level=level),
    ]


@pytest.mark.parametrize(
    ("gap", "norms", "d", "m"),
    [
        (90.0, [1.0], 2, 2),
        (90.0, [1.0, 1.0], 2, 4),
        (90.0, [1.0, 0.5], 3, 4),
        (40.0, [1.0, 1.0], 2, 3),
        (40.0, [2.0, 1.0], 3, 4),
        (45.0, [1.0, 1.0, 1.0], 2, 4),
        (10.0, [1.0, 1.0], 2, 4),
    ],
)
def test_the_gradient_bound_stands_at_the_threshold(gap, norms, d, m):
    V = networks.build_teacher(d=d, norms=norms, gaps=[gap] * (len(norms) - 1)).V
    level = loss_threshold(V)
    found = search.search(V, starts(V, m, 0, level=1.0, random=2, structured=2), level=level)
    assert 0.0 < found.loss <= level
    assert 2.5 < found.ratio < 1e3


def test_the_smallest_ratio_at_the_threshold_is_the_measured_one():
    V = np.eye(4)[:2]
    found = search.search(V, starts(V, 5, 0, level=1.0), level=loss_threshold(V))
    assert found.ratio == pytest.approx(3.09, abs=0.05)
    assert found.gradient_norm == pytest.approx(found.ratio * kappa(V) * found.loss)


def is_violation(found, V, level):
    """‖∇L‖ < κ(V)·L at a loss under the level, all of it at 50 digits."""
    value = oracle.loss(found.W, V, dps=50)
    norm = oracle.gradient_norm(found.W, V, dps=50)
    return 0 < value <= level and norm < 0.01 * kappa(V) * value


@pytest.mark.parametrize("m", [2, 4])
@pytest.mark.parametrize("kind", ["random", "structured"])
def test_a_level_too_high_is_refuted_from_starts_that_know_nothing(m, kind):
    count = {"random": 0, "structured": 0} | {kind: 6}
    drawn = starts(PLANE, m, 1, level=3.9, **count)
    found = search.search(PLANE, drawn, level=TOO_HIGH)
    assert found.ratio < search.STOP_RATIO
    assert found.loss == pytest.approx(0.0578725, rel=1e-5)
    assert is_violation(found, PLANE, TOO_HIGH)


def test_a_point_that_is_no_violation_is_not_taken_for_one():
    W = structured_starts(PLANE, 4, 1, np.random.default_rng(0), level=3.9)[0]
    found = search.minimize_gradient_ratio(W, PLANE, level=TOO_HIGH, max_iterations=1)
    assert not is_violation(found, PLANE, TOO_HIGH)


def test_structured_starts_hold_no_critical_point():
    for level in (1.0, 3.9):
        for W in structured_starts(PLANE, 4, 100, np.random.default_rng(2), level=level):
            value, slope = population.loss_and_gradient(W, PLANE)
            assert np.linalg.norm(slope) > 4.0 * kappa(PLANE) * value
            directions = np.abs(W[W.any(axis=1)])
            diagonal = np.abs(directions[:, 0] - directions[:, 1]) < 1e-3
            assert not diagonal.all()


def test_the_lowest_critical_level_in_space_is_the_measured_one():
    V = np.eye(3)[:2]
    drawn = starts(V, 4, 4, level=3.9, random=8, structured=8)
    found = search.lowest_critical_level(V, drawn, level=TOO_HIGH)
    assert found.ratio < search.CRITICAL_RATIO
    assert found.loss / (2 * TOO_HIGH) == pytest.approx(0.3124, abs=2e-4)
    none = search.lowest_critical_level(V, starts(V, 4, 3, level=1.0), level=loss_threshold(V))
    assert none.ratio > 1.0


def test_the_objective_and_its_gradient_agree():
    rng = np.random.default_rng(4)
    V, W = np.eye(3)[:2], rng.standard_normal((4, 3))
    state = Descent(search.Students(W, V, TIED_RELU, unit=5.0), W.ravel(), math.log(2e-3))
    state.multiplier = 3.0
    z = W.ravel() / math.sqrt(2)
    height, slope = state.objective(z)
    value, gradient = population.loss_and_gradient(W, V, model=TIED_RELU)
    excess = math.log(value / 1e-2) + 1e-4 + 0.3
    expected = math.log(math.sqrt(2) * np.linalg.norm(gradient) / value) + 5.0 * excess**2
    assert height == pytest.approx(expected, rel=1e-12)
    for _ in range(5):
        u = rng.standard_normal(12)
        ahead, behind = (state.objective(z + s * 1e-5 * u)[0] for s in (1, -1))
        assert slope @ u == pytest.approx((ahead - behind) / 2e-5, rel=1e-5, abs=1e-5)


def test_dead_neurons_stay_dead_and_the_others_are_searched():
    W = np.zeros((4, 2))
    W[1:3] = [[0.9, 0.5], [0.7, -0.8]]
    found = search.minimize_gradient_ratio(W, PLANE, level=TOO_HIGH)
    assert not found.W[[0, 3]].any()
    assert found.ratio < search.STOP_RATIO
    assert is_violation(found, PLANE, TOO_HIGH)


def test_newton_steps_end_a_search_near_a_critical_point():
    mass = 0.98216
    W = math.sqrt(mass / 2) * np.array([[1.0, 1.0], [1.0001, -1.0], [0.0, 0.0]])
    students = search.Students(W, PLANE)
    state = Descent(students, students.coordinates(W), math.log(TOO_HIGH))
    before = state.look(state.best.z).value
    state.polish()
    assert state.best.value < before - math.log(1e6)
    assert not students.weights(state.best.z)[2].any()


def test_no_admissible_point_is_said_with_an_infinite_ratio():
    for W in (PLANE, np.zeros((2, 2))):  # at a zero of L, and at a critical point above the level
        found = search.minimize_gradient_ratio(W, PLANE, level=1e-3)
        assert found.ratio == math.inf
        assert (found.W == W).all()
    critical = search.minimize_gradient_ratio(np.zeros((2, 2)), PLANE, level=2.0, stop_ratio=0.0)
    assert critical.ratio == 0.0
    assert critical.loss == pytest.approx(population.loss(np.zeros((2, 2)), PLANE))


def test_evaluations_are_counted_and_repeatable(monkeypatch):
    calls = []
    genuine = population.loss_and_gradient

    def counted(*arguments, **options):
        calls.append(1)
        return genuine(*arguments, **options)

    monkeypatch.setattr(search, "loss_and_gradient", counted)
    drawn = starts(PLANE, 3, 5, level=1.0, random=2, structured=1)
    level = loss_threshold(PLANE)
    found = search.search(PLANE, drawn, level=level, max_iterations=50)
    assert found.evaluations == len(calls) <= 3 * 4 * 50 * 4 * 3
    again = search.search(PLANE, drawn, level=level, max_iterations=50)
    assert again.ratio == found.ratio
    assert (again.W == found.W).all()


def test_a_search_stops_at_the_first_violation():
    def lazy():
        yield from search.random_starts(PLANE, 2, 5, np.random.default_rng(6))
        raise AssertionError("the search went on")

    assert search.search(PLANE, lazy(), level=TOO_HIGH).ratio < search.STOP_RATIO


def test_random_starts_have_the_teachers_mass_on_average():
    V = np.diag([1.0, 2.0, 3.0])
    drawn = search.random_starts(V, 5, 400, np.random.default_rng(7))
    assert np.mean([np.sum(W**2) for W in drawn]) == pytest.approx(14.0, rel=0.1)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match=r"level: got 0\.0, wanted a positive finite loss"):
        search.minimize_gradient_ratio(PLANE, PLANE, level=0.0)
    with pytest.raises(InputError, match="starts: got no start"):
        search.search(PLANE, [], level=1.0)
    with pytest.raises(InputError, match="W: got dimension d = 3"):
        search.search(PLANE, [np.eye(3)], level=1.0)
