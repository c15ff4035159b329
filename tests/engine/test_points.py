"""Points of a figure: which are drawn, what a column holds, and the CSV behind it."""

from __future__ import annotations

import numpy as np
import pytest
from figure_reading import item, one

from lcnn_verify.evidence import Recorder, recording
from lcnn_verify.evidence.drawing import NotDrawable
from lcnn_verify.evidence.figures import Figure, Kind, linear, log
from lcnn_verify.reporting.axes import Frame, spread
from lcnn_verify.reporting.points import column, pairs, thin

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
