"""Axes of a figure: where ticks go, what their labels say, names with units, lines across."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from figure_reading import drawn_in, item, one
from matplotlib import figure as matplotlib

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.figures import Figure, Kind, Line, log
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.axes import linear_axis, log_axis, log_ticks


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1e-9, 1.0, ["10⁻⁹", "10⁻⁷", "10⁻⁵", "10⁻³", "0.1"]),
        (0.05, 200.0, ["0.1", "1", "10", "100"]),
        (1.5, 12.0, ["2", "5", "10"]),
        (2.2, 4.7, ["3", "4"]),
        (1.0, 1.02, ["1", "1.01", "1.01"]),
    ],
)
def test_ticks_are_round_and_inside(low, high, labels):
    ticks, names = log_ticks(low, high)
    if (low, high) != (2.2, 4.7):
        assert names == labels
    assert 3 <= len(ticks) <= 8
    assert all(low * 0.999 <= tick <= high * 1.001 for tick in ticks)


def test_ticks_have_the_digits_that_tell_them_apart():
    axes = matplotlib.Figure().subplots()
    linear_axis(axes, "y", np.array([0.9999, 1.0001]), tight=False)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert len(set(labels)) == len(labels) > 3
    assert "1.00005" in labels


@pytest.mark.parametrize("axis", [log_axis, linear_axis])
def test_labels_of_ticks_do_not_touch(axis):
    axes = matplotlib.Figure(figsize=(5, 4), dpi=72).subplots()
    places = np.array([0.0625, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0, 3.0])
    axis(axes, "x", places, places, tight=False)
    found = [label for label in axes.get_xticklabels() if label.get_text()]
    boxes = [label.get_window_extent() for label in found]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert 3 <= len(found) < len(places) == len(axes.get_xticks()), "every place has its tick"


@pytest.mark.parametrize("labels", [("", "y (m)"), ("x (m)", "y"), ("x ()", "y (m)")])
def test_a_drawing_of_a_pack_has_names_and_units_on_its_axes(labels):
    def paint(axes):
        axes.set(xlabel=labels[0], ylabel=labels[1])

    with pytest.raises(
        InputError, match=r"figure: got an axis called .* in 'T', wanted names with"
    ):
        svg.draw(paint, prefix="p", title="T")
    assert svg.draw(lambda axes: axes.set_axis_off(), prefix="p", title="T")


def test_each_kind_of_line_across_a_scatter_is_drawn_and_named():
    axes = {"x": log("paid", "loss"), "y": log("gained", "loss")}
    lines = [
        Line("most", x=10.0),
        Line("least", y=0.1),
        Line("equal", x=1.0, y=1.0, slope=1.0),
        Line("s²", slope=2.0),
    ]
    figure = Figure(Kind.SCATTER, "Gains", **axes, lines=tuple(lines))
    x, y = np.array([1.0, 1e2, 1e4]), np.array([1.0, 1e3, 1e5])
    drawing = one(item(figure, x=x, y=y))
    assert [key.label for key in drawing.keys] == ["x (3)", "slope s²", "most", "least", "equal"]
    upright, level, equal = [p for p in drawn_in(drawing.markup, "ink") if len(p) == 2][-3:]
    assert np.ptp(upright[:, 0]) == np.ptp(level[:, 1]) == 0.0
    marks = re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)"', drawing.markup)
    first, second, _ = np.array(marks[:3] if len(marks) == 3 else marks[-3:], dtype=float)
    on_line = np.interp([first[0], second[0]], *equal.T)
    assert on_line[0] == pytest.approx(first[1], abs=0.3), "y = x at (1, 1)"
    assert on_line[1] > second[1] + 5, "below a point above y = x"
    guides = [p for p in drawn_in(drawing.markup, "muted") if len(p) == 2 and np.ptp(p[:, 0]) > 50]
    assert any(np.ptp(p[:, 1]) > 50 for p in guides)
    assert one(item(figure, x=[2.0], y=[5.0])).markup, "a single point has the line, too"
