"""The data behind a figure, which the page holds as CSV."""

from __future__ import annotations

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Recorder, recording
from lcnn_verify.evidence.figures import Figure, Kind, linear, log
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.figures import figures

TIMES = np.geomspace(0.01, 1e4, 5000)
DECAY = Figure(Kind.CURVES, "Decay", x=log("time t", "s"), y=log("sum s", "m"))
SUCCESS = Figure(
    Kind.MAP,
    "Success",
    x=linear("count k", "1"),
    y=linear("size n", "m"),
    values="share of successes",
)
MARGINS = Figure(Kind.TABLE, "Margins", order="ratio")


def item(figure, label="x", **columns):
    """One series as the report holds it."""
    with recording(Recorder("a.b", "test")) as recorder:
        figure.add(label, **columns)
    return recorder.to_json()["series"][0]


def one(series):
    (drawing,) = figures([series] if isinstance(series, dict) else series, "f")
    return drawing


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
