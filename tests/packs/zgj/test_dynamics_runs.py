"""What a run takes and refuses, what is claimed of it, and how it is drawn and interrupted."""

from __future__ import annotations

import itertools
import os
import pickle
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.trajectory import POINTS_PER_DECADE, Schedule
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


W = [[0.9, 0.1], [0.2, 1.1]]
NOT_POSITIVE = [0, 0.0, -1, -0.1, np.nan, np.inf, -np.inf, "0.1", None, True, 1j, [0.1], 10**400]
NOT_A_COUNT = [0, -3, 2.0, 1.5, np.nan, "10", None, True]


def descend(**changes: Any) -> None:
    gradient_descent(
        changes.pop("W", W), changes.pop("V", V), **{"step": 0.1, "max_steps": 2, **changes}
    )


def flow(**changes: Any) -> None:
    gradient_flow(changes.pop("W", W), changes.pop("V", V), **{"duration": 0.1, **changes})


@pytest.mark.parametrize("value", NOT_POSITIVE, ids=repr)
@pytest.mark.parametrize(
    ("run", "name"), [(descend, "step"), (flow, "duration"), (flow, "rtol"), (flow, "atol")]
)
def test_a_length_of_time_or_a_tolerance_must_be_positive(run: Any, name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"^{name}: got .*, wanted a finite real number above 0"):
        run(**{name: value})


@pytest.mark.parametrize("value", [*NOT_POSITIVE[2:], -1e-300], ids=repr)
@pytest.mark.parametrize("run", [descend, flow])
def test_a_target_loss_must_not_be_negative(run: Any, value: Any) -> None:
    with pytest.raises(
        InputError, match=r"^target_loss: got .*, wanted a finite real number, at l"
    ):
        run(target_loss=value)


@pytest.mark.parametrize("value", NOT_A_COUNT, ids=repr)
@pytest.mark.parametrize("run", [descend, flow])
def test_a_step_budget_must_be_a_positive_integer(run: Any, value: Any) -> None:
    with pytest.raises(InputError, match=r"^max_steps: got .*, wanted an integer above 0"):
        run(max_steps=value)


@pytest.mark.parametrize("value", [*NOT_A_COUNT, "linear", "LOG", b"log"], ids=repr)
def test_record_every_is_a_count_or_the_word_log(value: Any) -> None:
    with pytest.raises(
        InputError, match=r'^record_every: got .*, wanted an integer above 0, or "lo'
    ):
        descend(record_every=value)


def test_a_tolerance_finer_than_float64_is_refused() -> None:
    with pytest.raises(InputError, match=r"^rtol: got 1e-14, wanted at least 1e-13"):
        flow(rtol=1e-14)


@pytest.mark.parametrize("run", [descend, flow])
def test_weights_are_checked_as_everywhere(run: Any) -> None:
    with pytest.raises(InputError, match=r"^W: got nan"):
        run(W=[[np.nan, 1.0]])
    with pytest.raises(InputError, match=r"^W: got dimension d = 1"):
        run(W=[[1.0]])
    with pytest.raises(OverflowError, match=r"W\[1\]"):
        run(W=[[1.0, 0.0], [1e90, 0.0]])


@pytest.mark.parametrize(
    "number", [np.float32(0.5), np.int64(1), 1, Fraction(1, 2), np.float64(0.5)], ids=repr
)
def test_every_real_number_type_is_taken(number: Any) -> None:
    descend(step=number, target_loss=number, max_steps=np.int32(2), record_every=np.uint8(1))
    flow(duration=number, target_loss=number)


def test_a_decimal_is_not_a_real_number() -> None:
    with pytest.raises(InputError, match=r"^step: got Decimal\('0.5'\)"):
        descend(step=Decimal("0.5"))


def test_the_logarithmic_schedule_has_fifty_points_a_decade() -> None:
    steps = Schedule.of("log").steps(0, 10**6 + 1)
    assert steps[0] == 1
    assert steps[-1] == 10**6
    assert np.array_equal(steps[:12], np.arange(1, 13))
    assert np.sum((steps >= 10**5) & (steps < 10**6)) == POINTS_PER_DECADE
    ratios = steps[1:] / steps[:-1]
    assert ratios[100:].max() < 10 ** (1.5 / POINTS_PER_DECADE)


@pytest.mark.parametrize("record_every", ["log", 1, 7, 10**12])
def test_a_schedule_does_not_depend_on_how_a_run_is_cut(record_every: Any) -> None:
    schedule = Schedule.of(record_every)
    cuts = [0, 1, 2, 9, 10, 11, 400, 1001]
    pieces = [schedule.steps(a, b) for a, b in itertools.pairwise(cuts)]
    assert np.array_equal(np.concatenate(pieces), schedule.steps(0, 1001))


def test_a_value_too_long_to_print_is_still_refused_in_one_line() -> None:
    for value in (10**5000, np.arange(5000.0).reshape(50, 100), "x" * 5000):
        with pytest.raises(InputError) as refusal:
            descend(step=value)
        assert "\n" not in str(refusal.value)
        assert len(str(refusal.value)) < 200


ENDLESS = """
import signal
import numpy as np
from lcnn_verify.packs.zgj.dynamics import gradient_descent

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
for d, m in ((2, 3), (2, 2000), (3, 150)):  # a route each
    V, W = np.eye(2, d), np.cos(np.arange(m * d) ** 1.5).reshape(m, d)
    gradient_descent(W, V, step=1e-9, max_steps=1)  # compiled before the clock starts
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        gradient_descent(W, V, step=1e-9, max_steps=10**15, record_every="log")
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_an_endless_run_can_be_interrupted() -> None:
    # In a process of its own and unmeasured: an interrupt inside coverage's tracer would leave its
    # lock held for ever.
    environment = {key: value for key, value in os.environ.items() if "COVERAGE" not in key}
    command = [sys.executable, "-c", ENDLESS]
    seen = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert seen.stdout == 3 * "interrupted\n", seen.stderr
