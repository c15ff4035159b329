"""Points of a figure: which are drawn, where ticks go, what a column holds, and their CSV."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from figure_reading import drawn_in, item, one
from matplotlib import figure as matplotlib

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Recorder, recording
from lcnn_verify.evidence.drawing import NotDrawable
from lcnn_verify.evidence.figures import Figure, Kind, Line, linear, log
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.points import (
    Frame,
    column,
    linear_axis,
    log_axis,
    log_ticks,
    pairs,
    spread,
    thin,
)

DECAY = Figure(Kind.CURVES, "Decay", x=log("time t", "s"), y=log("sum s", "m"))


def test_thinning_keeps_ends_and_shape():
    frame = Frame(DECAY.to_json())
    x = np.geomspace(1e-3, 1e5, 20_000)
    y = 1 / (1 + x) ** 3
    a, b = thin(frame, x, y, 100)
    assert 60 < len(a) <= 100
    assert (a[0], a[-1], b[-1]) == (x[0], x[-1], y[-1])
    back = np.exp(np.interp(np.log(x), np.log(a), np.log(b)))
    assert np.max(np.abs(np.log(back / y))) < 0.05
    assert len(thin(frame, x[:5], y[:5], 100)[0]) == 5
    flat, _ = thin(frame, x, np.ones_like(x), 50)
    assert 40 < len(flat) <= 50
    assert spread(10, 4) == [0, 3, 6, 9]


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


def test_columns_and_pairs_refuse_what_they_cannot_hold():
    assert np.isnan(column({"a": [None]}, "a")).all()
    with pytest.raises(NotDrawable, match="not a number"):
        column({"a": [True]}, "a")
    x, y = pairs(
        Frame(DECAY.to_json()), np.array([0.0, 1.0, 2.0, 1e200]), np.array([1.0, np.nan, 3.0, 1.0])
    )
    assert (x.tolist(), y.tolist()) == ([2.0], [3.0])


def test_points_gather_in_columns():
    with recording(Recorder("a.b", "test")) as recorder:
        for time in (1, 2):
            DECAY.point("run", x=time, y=10 * time)
    (series,) = recorder.to_json()["series"]
    assert series["label"] == "run"
    assert series["data"] == {"x": [1, 2], "y": [10, 20]}


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


TIMES = np.geomspace(0.01, 1e4, 5000)
SUCCESS = Figure(
    Kind.MAP,
    "Success",
    x=linear("count k", "1"),
    y=linear("size n", "m"),
    values="share of successes",
)
MARGINS = Figure(Kind.TABLE, "Margins", order="ratio")


@pytest.mark.parametrize(
    ("series", "rows"),
    [
        (
            [item(DECAY, "a, b", x=[2, 4], y=[5, 8], bound_x=[2], bound=[4])],
            ["time t (s),sum s (m),bound,bound_x", '"a, b",2,5,4,2', '"a, b",4,8,,'],
        ),
        (
            [item(SUCCESS, x=[1, 2], y=[3], values=[[0.5, None]]), item(SUCCESS, x=[1], y=[4])],
            ["count k (1),size n (m),share of successes", "x,1,3,0.5", "x,2,3,", "x,1,4,"],
        ),
        ([item(MARGINS, k=[7], ratio=[2.0])], ["k,ratio", "x,7,2.0"]),
    ],
)
def test_the_data_behind_a_figure_are_with_it(series, rows):
    heading, *points = rows
    assert one(series).csv.splitlines() == [f"series,{heading}", *points]


def test_the_data_behind_a_figure_stay_small():
    lines = one(item(DECAY, "run", x=TIMES, y=1 / TIMES)).csv.splitlines()
    assert len(lines) == 2001
    assert lines[-1].startswith("run,")


def test_a_curve_of_one_point_is_a_mark():
    assert "<use " in one(item(DECAY, x=[1.0], y=[1.0])).markup


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
