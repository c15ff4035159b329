"""Strategies are judged by what they draw: how often, how little they reject, how they shrink."""

import itertools
import math
import random
from collections import Counter

import hypothesis
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import draws
from lcnn_verify.packs.zgj import geometry, networks, population, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS
from lcnn_verify.packs.zgj.strategies import numbers
from lcnn_verify.packs.zgj.threshold import kappa, loss_threshold


def budget(examples, *phases):
    return settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=phases or (Phase.generate,),
    )


class Draws:
    """Draws ``examples`` values; counts attempts, successes and the reasons of discards."""

    def __init__(self, strategy, examples, seed=0):
        self.attempted, self.values, self.reasons = 0, [], Counter()

        @st.composite
        def counted(draw):
            self.attempted += 1
            return draw(strategy)

        @hypothesis.seed(seed)
        @budget(examples)
        @given(value=counted())
        def collect(value):
            self.values.append(value)

        with strategies.discarding(lambda reason: self.reasons.update([reason])):
            collect()

    @property
    def rejected(self):
        return 1.0 - len(self.values) / self.attempted

    def shares(self, classes):
        return {
            name: np.mean([test(value) for value in self.values]) for name, test in classes.items()
        }


@pytest.fixture(scope="module")
def general():
    return Draws(strategies.instances(models=MODELS), 400)


@pytest.fixture(scope="module")
def below():
    return Draws(strategies.instances(below_threshold=True), 400)


def rare(shares):
    return {name: share for name, share in shares.items() if share < 0.02}


def norms(weights):
    return np.array([math.hypot(*row) for row in weights])


def live(instance):
    return instance.W[norms(instance.W) > 0]


def separation(V):
    return geometry.separation(V) if len(V) > 1 else math.pi / 2


def has_pair(instance, sign):
    return any((a == sign * b).all() for a, b in itertools.combinations(live(instance), 2))


def has_near_parallel(instance):
    family = np.concatenate((live(instance), instance.V))
    angles = geometry.line_angles(family, family)
    return bool(((angles > 1e-14) & (angles < 1e-6)).any())


SHAPES = {
    "d = 1": lambda x: x.V.shape[1] == 1,
    "d = 2": lambda x: x.V.shape[1] == 2,
    "d = 5": lambda x: x.V.shape[1] == 5,
    "r = 1": lambda x: len(x.V) == 1,
    "r = 4": lambda x: len(x.V) == 4,
    "r > d": lambda x: len(x.V) > x.V.shape[1],
    "m = r": lambda x: len(x.W) == len(x.V),
    "m > r": lambda x: len(x.W) > len(x.V),
    "three clones or more": lambda x: max(Counter(map(tuple, live(x))).values(), default=0) > 2,
    "exact duplicates": lambda x: has_pair(x, 1),
    "near-parallel": has_near_parallel,
    "nearly merged teachers": lambda x: 0 < separation(x.V) < 0.02,
    "vanished": lambda x: (norms(x.W) == 0).any(),
    "tiny": lambda x: ((norms(x.W) > 0) & (norms(x.W) <= 1e-10)).any(),
}


def test_general_draws_reach_every_degenerate_class(general):
    classes = SHAPES | {
        "antiparallel duplicates": lambda x: has_pair(x, -1),
        "m < r": lambda x: len(x.W) < len(x.V),
        "tiny to 1e-50": lambda x: ((norms(x.W) > 0) & (norms(x.W) < 1e-50)).any(),
        "small teachers": lambda x: norms(x.V).min() < 1e-20,
        "large teachers": lambda x: norms(x.V).max() > 1e20,
        "large students": lambda x: norms(x.W).max() > 1e20,
        "teachers within 1e-9": lambda x: 0 < separation(x.V) < 1e-9,
        "coincident teachers": lambda x: len(x.V) > 1 and x.V.shape[1] == 1,
        **{f"{model.name}": lambda x, model=model: x.model == model for model in MODELS},
    }
    assert rare(general.shares(classes)) == {}
    assert general.rejected < 0.10
    assert not general.reasons


def test_below_threshold_draws_reach_every_degenerate_class_and_are_hardly_rejected(below):
    level = {id(x): population.loss(x.W, x.V) / loss_threshold(x.V) for x in below.values}
    classes = SHAPES | {
        "high": lambda x: level[id(x)] > 0.8,
        "low": lambda x: level[id(x)] < 1e-3,
        "far": lambda x: "far" in x.parameters,
        "mirror images": lambda x: any(
            "lean" in a and a["lean"] == -b.get("lean", 0.0)
            for clones in x.parameters["clusters"]
            for a, b in itertools.combinations(clones, 2)
        ),
        "clones of more than one teacher": lambda x: (
            sum(len(clones) > 1 for clones in x.parameters["clusters"]) > 1
        ),
        "teachers as near as float64 allows": lambda x: (
            separation(x.V)
            < 1.5 * networks.resolvable_separation(norms(x.V), headroom=strategies.HEADROOM)
        ),
    }
    assert rare(below.shares(classes)) == {}
    assert below.rejected < 0.10
    assert sum(below.reasons.values()) <= below.attempted - len(below.values)
    assert all(1e-6 * (1 - 1e-6) <= fraction <= 0.99 for fraction in level.values())
    assert all(len(x.V) <= len(x.W) <= 4 * len(x.V) for x in below.values)


def test_what_below_threshold_starts_are_made_of_can_be_resolved(below):
    for x in below.values:
        rounding = 2.0**-52 * (2.0 * np.sum(x.V**2)) ** 2
        assert population.loss(x.W, x.V) >= 0.99 * strategies.HEADROOM * rounding


def test_parameters_rebuild_the_arrays(general, below):
    for x in [*general.values[:200], *below.values[:60]]:
        rebuilt = networks.rebuild(x.parameters, model=x.model)
        assert isinstance(rebuilt, Instance)
        assert (rebuilt.W == x.W).all()
        assert (rebuilt.V == x.V).all()


def test_loss_and_gradient_take_whatever_is_drawn(general):
    for x in general.values[:200]:
        value, slope = population.loss_and_gradient(x.W, x.V, model=x.model)
        assert math.isfinite(value)
        assert np.isfinite(slope).all()


def gradient_norm(x):
    return float(np.linalg.norm(population.gradient(x.W, x.V, model=x.model)))


PLANTED = {
    "the loss is at least 1e-3": lambda x: population.loss(x.W, x.V) >= 1e-3,
    "every student has norm at least 0.1": lambda x: norms(x.W).min() >= 0.1,
    "no two students point the same way": lambda x: not has_pair(x, 1),
    "PL holds with μ = ‖V‖²/4": lambda x: (
        gradient_norm(x) ** 2 >= 0.25 * np.sum(x.V**2) * population.loss(x.W, x.V)
    ),
    "the gradient is at least 30 κ L": lambda x: (
        gradient_norm(x) >= 30 * kappa(x.V) * population.loss(x.W, x.V)
    ),
    # 1.95 is no angle the strategies draw: at 2.0 itself rounding would decide.
    "teachers are 2° apart": lambda x: separation(x.V) >= math.radians(1.95),
    "no student is tiny": lambda x: not SHAPES["tiny"](x),
}
WRITTEN = {0.0, 1.0, 2.0, 0.5, 30.0, 45.0, 60.0, 90.0, 0.99, 0.9, 0.1, 0.01, 0.001, 0.0001}


def plain_numbers(parameters):
    for key, value in parameters.items():
        for item in value if isinstance(value, list) else [value]:
            for number in item if isinstance(item, list) else [item]:
                if isinstance(number, dict):
                    yield from plain_numbers(number)
                elif isinstance(number, int | float) and key != "scale":
                    yield number


@pytest.mark.parametrize("statement", PLANTED)
def test_planted_false_statements_shrink_to_what_one_can_draw_on_paper(statement):
    holds = PLANTED[statement]
    found = hypothesis.find(
        strategies.instances(below_threshold=True),
        lambda x: not holds(x),
        settings=budget(2000, Phase.generate, Phase.shrink),
        random=random.Random(1),
    )
    assert not holds(found)
    assert len(found.V) <= 2
    assert found.V.shape[1] == 2
    assert len(found.W) <= 3
    unusual = [x for x in plain_numbers(found.parameters) if x not in WRITTEN]
    assert len(unusual) <= 1  # the number the statement is about
    assert all(float(f"{x:.2g}") == x for x in unusual)


@pytest.mark.parametrize(
    "statement",
    {
        "every student has norm at least 0.1": PLANTED["every student has norm at least 0.1"],
        "no two students point the same way": PLANTED["no two students point the same way"],
        "students and teachers are within 1e10": lambda x: norms(x.W).max() < 1e10,
    }.items(),
    ids=lambda item: item[0],
)
def test_general_instances_shrink_too(statement):
    found = hypothesis.find(
        strategies.instances(),
        lambda x: not statement[1](x),
        settings=budget(2000, Phase.generate, Phase.shrink),
        random=random.Random(2),
    )
    assert len(found.V) <= 2
    assert found.V.shape[1] == 2
    assert len(found.W) <= 3


@budget(60)
@given(teacher=strategies.teachers(min_r=2, max_r=3, min_d=2, min_separation=0.3, norms=(1.0, 1.0)))
def test_teachers_keep_their_limits(teacher):
    assert 2 <= len(teacher.V) <= 3
    assert 2 <= teacher.V.shape[1] <= 5
    assert geometry.separation(teacher.V) >= 0.3 * (1 - 1e-12)
    np.testing.assert_allclose(np.linalg.norm(teacher.V, axis=1), 1.0)


@budget(60)
@given(teacher=strategies.teachers(min_r=2, min_separation=0.5, max_d=2))
def test_crowded_teachers_fit_into_the_plane(teacher):
    assert teacher.V.shape[1] == 2
    assert geometry.separation(teacher.V) >= 0.5 * (1 - 1e-12)


def test_teachers_that_cannot_fit_are_refused():
    with pytest.raises(InputError, match=r"min_separation: got a least separation of 1\.2"):
        hypothesis.find(strategies.teachers(min_separation=1.2), bool)
    with pytest.raises(InputError, match=r"wanted at most π/max_r = 0\.785"):
        hypothesis.find(strategies.teachers(norms=(1e-3, 1.0), headroom=1e5), bool)


TEACHER = networks.build_teacher(d=3, norms=[1.0, 0.5], gaps=[40.0])


@budget(60)
@given(start=strategies.starts(st.just(TEACHER), level=(0.2, 0.4), min_extra=1, max_m=5))
def test_starts_keep_their_teacher_level_and_width(start):
    assert (start.V == TEACHER.V).all()
    assert start.model == TIED_ABS
    assert 0.2 * (1 - 1e-6) <= population.loss(start.W, start.V) / loss_threshold(start.V) <= 0.4
    assert 3 <= len(start.W) <= 5


@budget(40)
@given(data=st.data(), pair=strategies.instances(overparameterized=True, min_m=3, max_m=6))
def test_students_and_weights_keep_their_limits(data, pair):
    assert max(3, len(pair.V)) <= len(pair.W) <= 6
    W = data.draw(strategies.students(TEACHER, min_m=2, max_m=4, norms=(0.5, 2.0)))
    assert W.shape[1] == 3
    assert 2 <= len(W) <= 4
    assert norms(W).max() <= 2.0 * (1 + 1e-12)
    alone = data.draw(strategies.weights(min_n=2, max_n=3, min_d=2, max_d=2))
    assert alone.shape in {(2, 2), (3, 2)}


@budget(60)
@given(
    turns=strategies.rotations(),
    splits=strategies.clone_splits(),
    factor=strategies.scales(),
    signs=strategies.signs(),
    keys=strategies.orders(),
    x=strategies.instances(norms=(0.5, 2.0)),
)
def test_transforms_are_what_the_builders_take(turns, splits, factor, signs, keys, x):
    R = networks.rotation(turns, x.V.shape[1])
    np.testing.assert_allclose(R @ R.T, np.eye(len(R)), atol=1e-14)
    assert max(len(shares) for shares in splits) > 1
    assert 1e-3 <= factor <= 1e3
    W = networks.flip(networks.reorder(networks.split(x.W, splits), keys), signs) @ R.T
    floor = population.rounding_floor(W, x.V)
    assert population.loss(W, x.V @ R.T) == pytest.approx(
        population.loss(x.W, x.V), rel=1e-12, abs=2 * floor
    )


def test_a_discard_tells_the_listener_and_gives_the_draw_up():
    # More than the cap times any displacement of the tight teachers below, so every draw fails.
    far = strategies.starts(st.just(TEACHER), level=(5e6, 5e6), max_m=2)
    reasons = Counter()

    @budget(1)
    @given(start=far)
    def never(start):
        raise AssertionError(start)

    with (
        strategies.discarding(lambda reason: reasons.update([reason])),
        pytest.raises(hypothesis.errors.Unsatisfiable),
    ):
        never()
    assert set(reasons) == {"the displacement does not reach the lowest level"}
    counted = reasons.total()
    with pytest.raises(hypothesis.errors.Unsatisfiable):
        never()
    assert reasons.total() == counted


def test_a_discard_rejects_the_example_it_is_called_in():
    seen = []

    @budget(20)
    @given(number=st.integers(0, 9))
    def odd_only(number):
        if number % 2 == 0:
            strategies.discard("even")
        seen.append(number)

    odd_only()
    assert set(seen) == {1, 3, 5, 7, 9}


def test_outside_of_hypothesis_a_discard_raises_its_reason():
    with pytest.raises(strategies.Discarded, match="no reason"):
        strategies.discard("no reason")


@pytest.mark.parametrize(
    ("strategy", "simplest", "range_"),
    [
        (numbers.norms(0.5, 2.0), 1.0, (0.5, 2.0)),
        (numbers.norms(2e7, 1e9), 2e7, (2e7, 1e9)),
        (numbers.norms(3e-5, 4e-5), 3e-5, (3e-5, 4e-5)),
        (draws.readable(0.3, 0.4, simple=(1.0,)), 0.3, (0.3, 0.4)),
        (draws.readable(0.003, 0.004, simple=()), 0.003, (0.003, 0.004)),
        (draws.powers(1e-11, 20.0), 1.0, (1e-11, 20.0)),
        (numbers.levels(0.1, 0.9), 0.1, (0.1, 0.9)),
        (numbers.levels(3e-9, 4e-9), 3e-9, (3e-9, 4e-9)),
    ],
)
def test_numbers_stay_in_range_and_start_simple(strategy, simplest, range_):
    @budget(200)
    @given(number=strategy)
    def within(number):
        assert range_[0] <= number <= range_[1]

    within()
    assert hypothesis.find(strategy, lambda number: True, settings=budget(50)) == simplest
