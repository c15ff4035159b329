"""Over boxes: every point of the box is held, and widths shrink with it, mean-value forms twice."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from enclosure_kit import around, diameter, holds
from flint import arb

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, oracle
from lcnn_verify.packs.zgj.enclosure import Box, EnclosureError
from lcnn_verify.packs.zgj.enclosure.boxes import as_ball_pair, may_vanish, unit
from lcnn_verify.packs.zgj.enclosure.family import ball_family
from lcnn_verify.packs.zgj.enclosure.forms import family_gradient, family_loss
from lcnn_verify.packs.zgj.model import TIED_ABS, UNIT_ABS, Model

CENTERS: dict[str, tuple[Any, Any]] = {
    "generic": ([[0.9, 0.4], [-0.3, 0.8]], [[1.0, 0.0], [0.0, 1.0]]),
    "duplicates": ([[0.6, 0.8], [0.6, 0.8]], [[0.6, 0.8]]),
    "antiparallel": ([[0.5, 0.5, 0.1], [-1.0, -1.0, -0.2]], [[0.3, 0.0, 0.9]]),
    "a line": ([[0.5], [-0.75]], [[1.0]]),
    "zero student": ([[0.0, 0.0], [0.8, 0.1]], [[1.0, 0.0]]),
}
SMOOTH = [name for name in CENTERS if name != "zero student"]


def center(name: str) -> tuple[np.ndarray, np.ndarray]:
    W, V = CENTERS[name]
    return np.array(W), np.array(V)


@pytest.mark.parametrize("name", CENTERS)
def test_every_point_of_the_box_is_held(name: str, model: Model) -> None:
    (W, V), rng = center(name), np.random.default_rng(5)
    for radius in (0.1, 1e-3, 1e-9):
        box = Box.around(W, radius)
        loss, rows = (call(box, V, model=model) for call in (enclosure.loss, enclosure.gradient))
        norm = enclosure.gradient_norm(box, V, model=model)
        for _ in range(12):
            X = np.clip(around(W, radius, rng), box.lower, box.upper)
            assert holds(loss, oracle.loss(X, V, dps=10, model=model), 1e-25)
            reference = oracle.gradient(X, V, dps=10, model=model)
            for index in np.ndindex(*W.shape):
                assert holds(rows[index], reference[index], 1e-25), (index, X)
            assert holds(norm, oracle.gradient_norm(X, V, dps=10, model=model), 1e-25)


@pytest.mark.parametrize("name", SMOOTH)
def test_every_hessian_of_the_box_is_held(name: str, model: Model) -> None:
    (W, V), rng = center(name), np.random.default_rng(6)
    for radius in (0.05, 1e-6):
        box = Box.around(W, radius)
        matrix = enclosure.hessian(box, V, model=model)
        for _ in range(4):
            X = np.clip(around(W, radius, rng), box.lower, box.upper)
            reference = oracle.hessian(X, V, dps=10, model=model)
            for index in np.ndindex(W.size, W.size):
                assert holds(matrix[index], reference[index], 1e-24), (index, X)


def test_boxes_of_teachers_are_held_too() -> None:
    (W, V), rng = center("generic"), np.random.default_rng(8)
    radius = 0.02
    students, teachers = Box.around(W, radius), Box.around(V, radius)
    loss, rows = enclosure.loss(students, teachers), enclosure.gradient(students, teachers)
    level, rate = enclosure.loss_threshold(teachers), enclosure.kappa(teachers)
    angle = enclosure.separation(teachers)
    for _ in range(40):
        X, Y = around(W, 0.999 * radius, rng), around(V, 0.999 * radius, rng)
        assert holds(loss, oracle.loss(X, Y, dps=10), 1e-25)
        reference = oracle.gradient(X, Y, dps=10)
        assert all(holds(rows[i], reference[i], 1e-25) for i in np.ndindex(*W.shape))
        assert holds(level, oracle.loss_threshold(Y, 15))
        assert holds(rate, oracle.kappa(Y, 15))
        assert holds(angle, oracle.separation(Y, 15))


@pytest.mark.parametrize("name", CENTERS)
def test_halving_the_box_halves_the_widths(name: str, model: Model) -> None:
    (W, V), widths = center(name), []
    for radius in (2e-3, 1e-3, 5e-4):
        box = Box.around(W, radius)
        balls = [enclosure.loss(box, V, model=model)]
        balls.append(enclosure.gradient_norm(box, V, model=model))
        balls += enclosure.gradient(box, V, model=model).entries()
        if name in SMOOTH:
            balls += enclosure.hessian(box, V, model=model).entries()
        widths.append([diameter(value) for value in balls])
    for wide, middling, narrow in zip(*widths, strict=True):
        unit_at_zero = name == "zero student" and model.mass_power == 1
        if unit_at_zero and narrow > 0.9 * wide:
            continue  # the gradient jumps there: no enclosure can shrink
        assert middling <= 0.55 * wide + 1e-30
        assert narrow <= 0.55 * middling + 1e-30


def test_only_the_unit_gradient_at_a_zero_student_does_not_shrink() -> None:
    W, V = center("zero student")
    for model, shrinks in ((TIED_ABS, True), (UNIT_ABS, False)):
        wide, narrow = (
            diameter(enclosure.gradient(Box.around(W, radius), V, model=model)[0, 0])
            for radius in (1e-3, 1e-6)
        )
        assert (narrow <= 2e-3 * wide) is shrinks


@pytest.mark.parametrize("name", SMOOTH)
def test_the_taylor_form_exceeds_the_range_by_the_square_of_the_box(name: str) -> None:
    (W, V), excess = center(name), []
    for radius in (4e-3, 2e-3, 1e-3):
        ball_of_losses = enclosure.loss(Box.around(W, radius), V)
        corners = np.stack(np.meshgrid(*[[-radius, radius]] * W.size), axis=-1)
        values = [
            float(oracle.loss(W + step.reshape(W.shape), V, dps=10))
            for step in corners.reshape(-1, W.size)
        ]
        excess.append(diameter(ball_of_losses) - (max(values) - min(values)))
    assert excess[0] > 0.0
    assert excess[1] <= 0.3 * excess[0]
    assert excess[2] <= 0.3 * excess[1]


def test_at_a_critical_point_the_width_of_the_loss_is_quadratic() -> None:
    kernel = float(oracle.kernel(math.sqrt(0.5)))
    mass = 4 * kernel / (2 + 2 * float(oracle.kernel(0.0)))
    rows = math.sqrt(mass / 2) * np.array([[1.0, 1.0], [1.0, -1.0]])  # the rotated pair
    wide, narrow = (
        diameter(enclosure.loss(Box.around(rows, radius), np.eye(2))) for radius in (2e-3, 1e-3)
    )
    assert narrow <= 0.27 * wide
    assert wide <= 1e-3  # the natural form is 50 times wider


def test_the_forms_are_narrower_than_the_natural_ones() -> None:
    W, V = center("generic")
    box = Box.around(W, 1e-3)
    with balls.working_precision(128):
        family = ball_family(*as_ball_pair(box, V), TIED_ABS, by_angle=True)
        natural, rows = family_loss(family), family_gradient(family, range(2))
    assert diameter(enclosure.loss(box, V)) < 0.5 * diameter(natural)
    sharp = enclosure.gradient(box, V).entries()
    assert sum(map(diameter, sharp)) < sum(diameter(entry) for row in rows for entry in row)


def test_rotating_a_teacher_turns_no_box_into_nan() -> None:
    # Every pair is at every angle once, the boxes touch and overlap, and one swallows 0.
    V = np.array([[1.0, 0.0]])
    for degrees in range(0, 360, 15):
        w = [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]
        for radius in (1e-12, 0.3, 3.0):
            box = Box.around([w, [-1.0, 0.0]], radius)
            assert holds(enclosure.loss(box, V), oracle.loss([w, [-1.0, 0.0]], V, dps=10), 1e-25)
            assert all(e.is_finite() for e in enclosure.gradient(box, V).entries())


def test_a_box_too_wide_for_the_asked_width_is_refused_at_once() -> None:
    W, V = center("generic")
    with pytest.raises(EnclosureError, match=r"L\(W\): .* the box is too wide, divide it"):
        enclosure.loss(Box.around(W, 1e-3), V, width=1e-9)
    assert diameter(enclosure.loss(Box.around(W, 1e-12), V, width=1e-9)) <= 1e-9


def test_a_hessian_over_a_vanishing_student_is_refused() -> None:
    with pytest.raises(EnclosureError, match="the box of row 0 holds the zero student"):
        enclosure.hessian(Box.around([[1e-3, 0.0]], 1e-2), [[1.0, 0.0]])


def test_a_vanishing_teacher_has_no_threshold() -> None:
    with pytest.raises(EnclosureError, match="V: the box of row 1 holds the zero teacher"):
        enclosure.loss_threshold(Box.around([[1.0, 0.0], [0.0, 1e-3]], 1e-2))


def test_units_are_the_exact_range_of_each_coordinate() -> None:
    rng = np.random.default_rng(2)
    with balls.working_precision(128):
        for low in ([0.2, -0.1], [-0.4, 0.3], [0.0, 0.5], [-0.5, -0.2], [0.3, 0.0]):
            lower = np.array(low)
            upper = lower + 0.2
            row = [balls.hull(arb(a), arb(b)) for a, b in zip(lower, upper, strict=True)]
            assert not may_vanish(row)
            X = lower + rng.uniform(0, 1, (4000, 2)) * 0.2
            X[:4] = np.array([lower, upper, [lower[0], upper[1]], [upper[0], lower[1]]])
            shares = X / np.linalg.norm(X, axis=1, keepdims=True)
            for k, entry in enumerate(unit(row)):
                assert float(entry.lower()) <= shares[:, k].min() + 1e-15
                assert float(entry.upper()) >= shares[:, k].max() - 1e-15
                assert diameter(entry) <= np.ptp(shares[:, k]) + 2e-2


def test_around_rounds_outward() -> None:
    box = Box.around([[0.1, 3.0]], [[0.2, 0.0]])
    assert box.lower[0, 0] < 0.1 - 0.2
    assert box.upper[0, 0] > 0.1 + 0.2
    assert box.lower[0, 1] == box.upper[0, 1] == 3.0


BAD: dict[str, tuple[Any, str]] = {
    "shapes": (lambda: Box([[1.0]], [[1.0, 2.0]]), "upper: got shape"),
    "order": (lambda: Box([[1.0]], [[0.5]]), "upper: got 0.5 at row 0, column 0, wanted at least"),
    "NaN": (lambda: Box([[float("nan")]], [[0.5]]), "lower: got nan"),
    "radius": (lambda: Box.around([[1.0]], -1.0), "radius: got -1.0, wanted finite radii"),
    "radius shape": (lambda: Box.around([[1.0]], [1.0, 2.0]), "radius: got"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_boxes(case: str) -> None:
    make, message = BAD[case]
    with pytest.raises(InputError, match=message):
        make()
