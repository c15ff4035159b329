"""Networks drawn as lines, and the arguments they come from taken apart."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from figure_reading import contrast, drawn_in, schemes, texts

from lcnn_verify.packs.zgj import words
from lcnn_verify.packs.zgj.drawing import _TEACHER_ALPHA, Network, draw_network
from lcnn_verify.packs.zgj.model import TIED_ABS
from lcnn_verify.reporting.exhibits import take_apart, written


def network(W, V):
    return Network(np.array(W, dtype=float), np.array(V, dtype=float))


def test_neurons_are_lines_with_the_right_angles_and_lengths():
    drawing = draw_network(network([[0.5, 0.5]], [[0.0, 2.0]]), prefix="n", title="t")
    (student, *_) = drawn_in(drawing.markup, "2")
    (teacher, *_) = drawn_in(drawing.markup, "1")
    run, rise = student[1] - student[0]
    assert run == pytest.approx(-rise, abs=0.3), "45°, y grows downwards"
    length = np.hypot(*(teacher[1] - teacher[0]))
    assert np.hypot(run, rise) / length == pytest.approx(math.sqrt(0.5) / 2.0, rel=0.01)
    assert teacher[0, 0] == pytest.approx(teacher[1, 0], abs=0.2)
    assert [key.label for key in drawing.keys] == ["teachers", "students"]
    assert "1 teacher, 1 student, d = 2" in drawing.caption
    assert "Projected" not in drawing.caption
    names = {"first coordinate (length)", "second coordinate (length)", "−2", "0", "2"}
    assert names <= set(texts(drawing.markup))
    neurons = ["teacher 1,0.0,2.0", "student 1,0.5,0.5"]
    assert drawing.csv.splitlines()[1:] == neurons


def test_beyond_the_plane_the_projection_is_stated():
    rng = np.random.default_rng(0)
    rotation, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    flat = np.zeros((3, 5))
    flat[:, :2] = [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]
    drawing = draw_network(network(flat[2:] @ rotation, flat[:2] @ rotation), prefix="n", title="t")
    assert "Projected from d = 5 on the two leading principal directions" in drawing.caption
    assert "hold 100.0% of the squared length" in drawing.caption
    # A planar network in a rotated plane keeps its angles: the student bisects the teachers.
    teachers = drawn_in(drawing.markup, "1")[0]
    first, second = teachers[1] - teachers[0], teachers[3] - teachers[2]
    student = np.diff(drawn_in(drawing.markup, "2")[0][:2], axis=0)[0]
    cosines = [abs(student @ t) / np.hypot(*student) / np.hypot(*t) for t in (first, second)]
    assert cosines == pytest.approx([math.sqrt(0.5)] * 2, abs=0.01)


def test_students_drawn_as_one_line_are_counted():
    drawing = draw_network(
        network([[0.5, 0.5], [-0.5, -0.5], [0.5, 0.502], [0.9, 0.0]], [[0.0, 1.0]]),
        prefix="n",
        title="t",
    )
    assert "×3" in texts(drawing.markup)
    assert "3 students coincide, to the eye, on 1 line." in drawing.caption
    apart = draw_network(network([[0.5, 0.5], [0.5, 0.6]], np.eye(2)), prefix="n", title="t")
    assert "×2" not in texts(apart.markup)
    assert "coincide" not in apart.caption
    # Their ends meet in the middle, but their ticks are apart.
    short = draw_network(network([[1e-3, 0.0], [0.0, 1e-3]], np.eye(2)), prefix="n", title="t")
    assert "coincide" not in short.caption


def test_many_coinciding_students_are_told_in_the_caption_alone():
    W = np.repeat([[np.cos(a), np.sin(a)] for a in np.linspace(0.0, 3.0, 9)], 2, axis=0)
    drawing = draw_network(network(W, np.eye(2)), prefix="n", title="t")
    assert not any("×" in text for text in texts(drawing.markup))
    assert "18 students coincide, to the eye, on 9 lines." in drawing.caption


def test_zero_neurons_are_told():
    one = draw_network(network([[0.0, 0.0], [1.0, 0.0]], np.eye(2)), prefix="n", title="t")
    assert "1 neuron is zero" in one.caption
    assert "coincide" not in one.caption
    two = draw_network(network(np.zeros((2, 2)), np.eye(2)), prefix="n", title="t")
    assert "2 neurons are zero" in two.caption
    assert "zero" not in draw_network(network([[1, 0]], [[1, 0]]), prefix="n", title="t").caption


@pytest.mark.parametrize(
    ("W", "V"),
    [
        ([[1e-60, 0.0]], [[1e60, 1e60]]),
        ([[0.0, 0.0]], [[0.0, 0.0]]),
        ([[-1.0], [2.0]], [[1.0]]),
        ([[0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0]]),
        (np.ones((1, 3)), np.ones((1, 3))),
        (np.empty((0, 4)), np.eye(2, 4)),
    ],
)
def test_degenerate_networks_are_drawn(W, V):
    drawing = draw_network(network(W, V), prefix="n", title="t")
    assert "nan" not in drawing.markup
    ElementTree.fromstring(drawing.markup)
    assert len(drawing.keys) == (2 if len(W) else 1)


def test_crowds_are_cut_and_small():
    rng = np.random.default_rng(1)
    drawing = draw_network(network(rng.normal(size=(500, 2)), np.eye(2)), prefix="n", title="t")
    assert "The 300 shortest neurons left out" in drawing.caption
    assert len(drawing.markup) < 60_000


INSTANCE = {
    "type": "zgj.instance",
    "W": [[1.0, 0.1 + 0.2]],
    "V": [[1.0, 0.0]],
    "activation": "abs",
    "readout": "tied",
    "parameters": {"angle": 0.5, "masses": [0.25, 1.0]},
}


def test_arguments_are_taken_apart():
    shown = take_apart({"instance": INSTANCE, "step": 0.1})
    assert shown.parameters == (
        ("angle", "0.5"),
        ("masses", "[0.25, 1]"),
        ("step", "0.1"),
    )
    assert [array.name for array in shown.arrays] == ["W (1 × 2)", "V (1 × 2)"]
    assert shown.arrays[0].rows == (("1", "0.3"),)
    (told,) = shown.words
    assert told.startswith(
        "A student of norm 1.044 at 16.7° from a unit teacher in the plane; tied"
    )
    assert "1 teacher, 1 student" in shown.draw("n", "t").caption
    assert take_apart({"instance": INSTANCE, "angle": 0.5}).parameters == shown.parameters[:2]
    teacher = {"type": "zgj.teacher", "V": np.ones((20, 9)).tolist(), "parameters": {}}
    both = take_apart({"a": INSTANCE, "b": teacher})
    assert ("a.angle", "0.5") in both.parameters
    assert both.arrays[2].name == "b.V (20 × 9)"
    assert len(both.arrays[2].rows) == 20, "a matrix is shown whole"
    assert both.words[1] == "20 teachers of norm 3, at least 0° apart in dimension 9."
    assert "2 teachers" not in take_apart({"b": teacher}).draw("n", "t").caption
    assert "20 teachers, 0 students" in take_apart({"b": teacher}).draw("n", "t").caption


@pytest.mark.parametrize(
    "broken",
    [
        {"W": "x"},
        {"V": [[1.0, "y"]]},
        {"W": [[1.0, 2.0, 3.0]]},
        {"parameters": 3},
        {"W": [[1.0], [1.0, 2.0]]},
    ],
)
def test_arguments_that_are_not_what_they_claim_are_no_error(broken):
    assert take_apart({"x": {**INSTANCE, **broken}}).draw is None
    assert take_apart({"x": {"type": "zgj.instance"}}).draw is None
    assert take_apart({"x": {"type": "zgj.teacher"}}).draw is None


def test_the_legend_is_as_opaque_as_its_lines():
    drawing = draw_network(network([[0.5, 0.5]], [[0.0, 2.0]]), prefix="n", title="t")
    (alpha,) = set(
        re.findall(r"stroke: var\(--fig-1\)[^\"]*stroke-opacity: ([\d.]+)", drawing.markup)
    )
    assert drawing.keys[0].alpha == float(alpha)


def blend(front, back, alpha):
    pairs = [(int(front[i : i + 2], 16), int(back[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(alpha * a + (1 - alpha) * b):02x}" for a, b in pairs)


def test_teachers_have_contrast_in_light_and_dark():
    for colours in schemes():
        teachers = blend(colours["fig-1"], colours["sheet"], _TEACHER_ALPHA)
        assert contrast(teachers, colours["sheet"]) >= 3.0


def test_values_are_what_a_person_would_write_and_whole():
    assert written(0.1) == "0.1"
    assert written(1 / 3) == "0.333333"
    assert written({"a": [1, None, "x"]}) == "a: [1, None, x]"
    assert written([{"lean": 1.5, "norm": 2}, 3]) == "[(lean: 1.5, norm: 2), 3]"
    assert len(written(["long"] * 99)) == 99 * 6


@pytest.mark.parametrize(
    ("W", "V", "told"),
    [
        ([[0.8, 0.1], [0.8, -0.1]], [[1, 0]], "Two students of norm 0.8062 at ±7.125° from a unit"),
        ([[0.8, 0.1], [0.8, 0.1]], [[1, 0]], "Two students of norm 0.8062 each at 7.125° from a"),
        ([[0.8, 0.1], [-0.8, 0.1]], [[1, 0]], "Two students of norm 0.8062 at ±7.125° from a unit"),
        (
            [[0, 1, 0]],
            [[0, 0, 2]],
            "A unit student at 90° from a teacher of norm 2 in dimension",
        ),
        (
            [[1, 0], [2, 0]],
            np.eye(2),
            "Two students of norms 1 and 2 along the nearest of two ",
        ),
        ([[0, 0]], [[1, 0], [1, 0]], "Two unit teachers 0° apart in the plane, and one student at"),
        ([[1, 0]], [[0, 0]], "A unit student beside a teacher of norm 0 in the plane; tied"),
        ([[1e200]], [[1]], "A student of norm 1·10²⁰⁰ along a unit teacher on the line; tied read"),
    ],
)
def test_networks_in_words(W, V, told):
    assert words.of_network(np.array(W, float), np.array(V, float), TIED_ABS).startswith(told)
