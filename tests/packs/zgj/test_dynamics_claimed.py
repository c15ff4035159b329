"""What is claimed of a run, and how a run is drawn and tabulated beside it."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from matplotlib.figure import Figure

from lcnn_verify.packs.zgj.dynamics import Trajectory, gradient_descent, gradient_flow
from lcnn_verify.packs.zgj.model import Model

START = np.array([[0.8, 0.1], [0.6, -0.1], [0.0, 0.97]])
V = np.eye(2)


def test_a_run_knows_the_bound_that_is_claimed_of_it() -> None:
    run = gradient_descent(START, V, step=0.05, max_steps=50)
    assert run.claimed is not None
    name, levels = run.claimed
    half_square = 0.5 / 2.0  # ½κ² for ‖V‖_F² = 2
    np.testing.assert_allclose(levels, 1.0 / (1.0 / run.losses[0] + half_square * run.times))
    assert "½κ²t" in name
    flow = gradient_flow(START, V, duration=1.0)
    assert flow.claimed is not None
    expected = 1.0 / (1.0 / flow.losses[0] + 2.0 * half_square * flow.times)
    np.testing.assert_allclose(flow.claimed[1], expected)
    assert pickle.loads(pickle.dumps(run)).claimed[0] == name


@pytest.mark.parametrize(
    "run",
    [
        gradient_descent(START, V, step=0.06, max_steps=2),
        gradient_descent(3.0 * START, V, step=0.05, max_steps=2),
        gradient_descent(START[:1], V, step=0.05, max_steps=2),
        gradient_descent(START, [[1.0, 0.0]] * 2, step=0.05, max_steps=2),
        gradient_descent(START, V, step=0.05, max_steps=2, model=Model("relu")),
    ],
    ids=["long step", "far off", "too narrow", "equal teachers", "relu"],
)
def test_nothing_is_claimed_of_other_runs(run: Trajectory) -> None:
    assert run.claimed is None


def test_a_plot_has_names_and_shows_the_bound_where_there_is_one() -> None:
    run = gradient_descent(START, V, step=0.05, max_steps=50)
    axes = run.plot(Figure().subplots())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time t", "loss L")
    assert [line.get_label() for line in axes.lines] == ["loss", run.claimed[0]]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), run.losses[1:])
    axes = gradient_descent(3.0 * START, V, step=0.05, max_steps=2).plot(Figure().subplots())
    assert len(axes.lines) == 1
    still = gradient_descent(V, V, step=0.05, max_steps=2)
    assert len(still.plot(Figure().subplots()).lines[0].get_xdata()) == 1


def test_a_frame_of_a_run_has_its_points() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    run = gradient_descent(START, V, step=0.05, max_steps=5)
    frame = run.to_frame()
    assert list(frame) == ["time", "loss", "gradient_norm", "bound"]
    np.testing.assert_array_equal(frame["loss"], run.losses)
    assert "bound" not in gradient_descent(3 * START, V, step=0.05, max_steps=2).to_frame()
