"""Points of a figure: which are drawn, where ticks go, what a column may not hold."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import figure as matplotlib

from lcnn_verify.evidence import Recorder, recording
from lcnn_verify.evidence.drawing import NotDrawable
from lcnn_verify.evidence.figures import Figure, Kind, log
from lcnn_verify.reporting.points import Frame, column, linear_axis, log_ticks, pairs, spread, thin

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
