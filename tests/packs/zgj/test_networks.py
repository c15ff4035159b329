import json
import math
from typing import Any

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj import geometry, networks
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.population import loss, rounding_floor
from lcnn_verify.packs.zgj.threshold import loss_threshold

ORTHOGONAL = {"d": 2, "norms": [1.0, 1.0], "gaps": [90.0]}
SPATIAL: dict[str, Any] = {
    "d": 4,
    "norms": [1.0, 2.0, 0.5, 1.5],
    "gaps": [100.0],
    "leans": [[2, 20.0], [3, 70.0]],
    "turns": [10.0, 20.0, 30.0, 40.0],
}


def test_round_angles_have_exact_cosines_and_small_ones_keep_their_digits():
    assert [networks.cosine_sine(angle) for angle in (0, 90, 180, 270, 360, -90)] == [
        (1, 0), (0, 1), (-1, 0), (0, -1), (1, 0), (0, -1),
    ]  # fmt: skip
    assert networks.cosine_sine(60.0)[0] == networks.cosine_sine(30.0)[1] == 0.5
    for angle in (17.3, -120.0, 135.0, 299.0, 725.5):
        expected = (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
        assert networks.cosine_sine(angle) == pytest.approx(expected, abs=1e-14)
    assert networks.cosine_sine(-1e-11)[1] == pytest.approx(-math.pi / 180 * 1e-11, rel=1e-15)


def test_unit_vectors_are_spherical_coordinates():
    np.testing.assert_allclose(
        networks.unit_vector([60.0, 30.0], 3), [0.5, math.sqrt(0.75) ** 2, math.sqrt(0.75) / 2]
    )
    assert networks.unit_vector([60.0, 30.0], 1).tolist() == [1.0]
    assert networks.unit_vector([90.0], 4).tolist() == [0.0, 1.0, 0.0, 0.0]


def test_rotations_are_orthogonal_and_add_up_in_the_plane():
    matrix = networks.rotation([10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0], 4)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(4), atol=1e-15)
    assert np.linalg.det(matrix) == pytest.approx(1.0)
    assert np.abs(matrix - np.diag(np.diag(matrix))).max(axis=1).min() > 0.1
    np.testing.assert_allclose(networks.rotation([30.0, 60.0], 2), [[0, -1], [1, 0]], atol=1e-15)
    assert networks.rotation([30.0], 1).tolist() == [[1.0]]


def test_a_teacher_has_the_norms_and_the_separation_it_was_asked_for():
    V = networks.build_teacher(**SPATIAL).V
    np.testing.assert_allclose(np.linalg.norm(V, axis=1), SPATIAL["norms"])
    assert math.degrees(geometry.separation(V)) == pytest.approx(20.0)
    angles = np.degrees(geometry.line_angles(V, V))
    assert angles[0, 1] == pytest.approx(80.0)  # 100° apart: the lines meet at 80°
    assert angles[2, 3] == pytest.approx(70.0)
    merged = networks.build_teacher(d=3, norms=[1.0] * 3, gaps=[1e-11], leans=[(1, 45.0)])
    assert geometry.separation(merged.V) == pytest.approx(math.radians(1e-11), rel=1e-12)
    crowded = networks.build_teacher(d=2, norms=[1.0] * 4, gaps=[50.0, 40.0, 30.0])
    assert math.degrees(geometry.separation(crowded.V)) == pytest.approx(30.0)
    line = networks.build_teacher(d=1, norms=[1.0, 2.0], gaps=[0.0])
    assert line.V.tolist() == [[1.0], [2.0]]


def test_a_teacher_whose_parameters_do_not_fit_is_refused():
    with pytest.raises(InputError, match="norms: got 1 norms, wanted 2"):
        networks.build_teacher(d=2, norms=[1.0], gaps=[90.0])
    with pytest.raises(InputError, match="leans: got 1 leans, wanted at most 0 in d = 2"):
        networks.build_teacher(d=2, norms=[1.0] * 3, gaps=[90.0], leans=[(1, 30.0)])


@pytest.mark.parametrize("size", [1e-60, 1.0, 1e60])
def test_leaning_gives_the_angle_whatever_the_targets_size(size):
    base, target = networks.unit_vector([40.0, 25.0], 3), size * np.array([0.2, -1.0, 0.4])
    for degrees in (1e-11, 1.0, 170.0):
        leant = networks.leaned(base, target, degrees)
        angle = 2 * math.atan2(np.linalg.norm(leant - base), np.linalg.norm(leant + base))
        assert angle == pytest.approx(math.radians(degrees), rel=1e-4)
        assert abs(np.linalg.det([base, leant, target / size])) < 1e-15


def test_leaning_towards_nothing_falls_back_on_an_axis():
    base = np.array([1.0, 0.0])
    for target in (base, -base, np.zeros(2)):
        np.testing.assert_allclose(networks.leaned(base, target, 90.0), [0.0, 1.0])
    assert networks.leaned(np.array([1.0]), np.array([1.0]), 90.0).tolist() == [1.0]


def test_students_of_every_kind():
    instance = networks.build_instance(
        teacher=ORTHOGONAL,
        students=[
            {"norm": 2.0, "angles": [30.0]},
            {"near": "w1", "copies": 2},
            {"near": "w1", "opposite": True},
            {"near": "v1", "lean": 1e-11, "toward": "e2", "norm": 1e-60},
            {"norm": 0.0},
            {"near": "w6", "norm": 3.0},
        ],
        model=MODELS[3],
    )
    W = instance.W
    assert W.shape == (7, 2)
    assert (W[1:3] == W[0]).all()
    assert (W[3] == -W[0]).all()
    assert W[4, 1] / W[4, 0] == pytest.approx(math.radians(1e-11), rel=1e-12)
    assert math.hypot(*W[4]) == pytest.approx(1e-60)
    assert not W[5:].any()
    rebuilt = networks.rebuild(json.loads(json.dumps(instance.parameters)), model=instance.model)
    assert (rebuilt.W == W).all()
    assert rebuilt.model == MODELS[3]


@pytest.mark.parametrize("name", ["v3", "w1", "e0", "x1", "v", "v-1"])
def test_an_unknown_neuron_is_named(name):
    with pytest.raises(InputError, match=r"name: got .* wanted one of v1…v2, e1…e2"):
        networks.build_students(np.eye(2), [{"near": name}])


CLUSTERS = [
    [{"weight": 1, "lean": 30.0, "toward": "e2"}, {"weight": 3, "excess": 0.5, "tilt": 1e-9}],
    [{"weight": 2, "lean": -10.0, "toward": "v1"}],
]
EXTRAS = {
    "far": [{"norm": 0.5, "angles": [45.0]}],
    "tiny": [{"norm": 1e-150, "angles": [10.0]}],
    "dead": 1,
}


def test_a_displacement_starts_at_zero_loss_and_moves_what_it_says():
    V = np.diag([1.0, 2.0])
    rest = networks.displacement(V, clusters=CLUSTERS, **EXTRAS)(0.0)
    assert rest.shape == (6, 2)
    assert abs(loss(rest, V)) <= rounding_floor(rest, V)
    moved = networks.displacement(V, clusters=CLUSTERS, **EXTRAS)(0.5)
    masses = np.sum(moved**2, axis=1)
    assert masses == pytest.approx([0.25, 0.75 * 1.25, 4.0, 0.5 * 0.25, 0.0, 0.0])
    assert math.degrees(math.atan2(moved[0, 1], moved[0, 0])) == pytest.approx(15.0)
    assert math.degrees(math.atan2(-moved[2, 0], moved[2, 1])) == pytest.approx(5.0)
    assert math.hypot(*moved[4]) == pytest.approx(1e-150, rel=1e-12, abs=0.0)
    with pytest.raises(ValueError, match="zip"):
        networks.displacement(V, clusters=CLUSTERS[:1])


@pytest.mark.parametrize("level", [1e-6, 0.5, 0.99])
def test_a_start_lands_on_its_level_and_its_parameters_rebuild_it(level):
    start = networks.build_start(teacher=SPATIAL, level=level, clusters=[*CLUSTERS] * 2, **EXTRAS)
    got, target = loss(start.W, start.V), level * loss_threshold(start.V)
    assert got <= target
    assert got == pytest.approx(target, rel=1e-8, abs=rounding_floor(start.W, start.V))
    rebuilt = networks.rebuild(json.loads(json.dumps(start.parameters)))
    assert (rebuilt.W == start.W).all()
    assert (rebuilt.V == start.V).all()
    teacher = networks.rebuild(start.parameters["teacher"])
    assert (teacher.V == start.V).all()
    assert teacher.parameters == start.parameters["teacher"]


def test_a_displacement_too_small_for_its_level_lies_lower():
    clusters = [[{"weight": 1, "lean": 0.1, "toward": "e2"}], [{"weight": 1}]]
    start = networks.build_start(teacher=ORTHOGONAL, level=0.9, clusters=clusters)
    assert start.parameters["scale"] == networks.SCALE_CAP
    assert 0.0 < loss(start.W, start.V) < 0.01 * loss_threshold(start.V)


def test_a_path_that_comes_down_again_is_caught_on_its_way_up():
    # Two half turns at the cap: the loss is 0 at both ends and largest between.
    V, target = np.eye(2), 0.01

    def path(scale):
        return np.array([networks.unit_vector([45.0 * scale], 2), [0.0, 1.0]])

    scale, W = networks.scale_to_level(path, V, target, cap=4.0)
    assert 0.0 < scale < 4.0
    assert loss(W, V) == pytest.approx(target, rel=1e-8)


def test_a_resolvable_separation_leaves_the_headroom_it_promises():
    rng = np.random.default_rng(0)
    for _ in range(40):
        norms = rng.uniform(0.4, 2.0, rng.integers(2, 5)).tolist()
        headroom = 10.0 ** rng.uniform(1, 7)
        gap = math.degrees(networks.resolvable_separation(norms, headroom=headroom))
        V = networks.build_teacher(
            d=5, norms=norms, gaps=[gap], leans=[(1, 90.0)] * (len(norms) - 2)
        ).V
        rounding = 2.0**-52 * (2 * np.sum(V**2)) ** 2
        assert 1.0 <= loss_threshold(V) / rounding / headroom <= 1.25


def test_splitting_flipping_and_reordering_do_not_change_the_loss():
    V, W = np.eye(3)[:2], np.random.default_rng(1).standard_normal((5, 3))
    split = networks.split(W, [[1, 2], [7]])
    assert split.shape == (8, 3)
    np.testing.assert_allclose(split[0] ** 2 + split[1] ** 2, W[0] ** 2)
    flipped, ordered = networks.flip(W, [1, -1]), networks.reorder(W, [1, 0])
    assert (flipped == W * [[1], [-1], [1], [-1], [1]]).all()
    assert (ordered == W[[1, 3, 0, 2, 4]]).all()
    for changed in (split, flipped, ordered):
        assert loss(changed, V) == pytest.approx(loss(W, V), rel=1e-13)
