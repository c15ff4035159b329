"""Bad numbers are refused in one line; good ones, of any number type, are taken."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.trajectory import POINTS_PER_DECADE, Schedule
from lcnn_verify.packs.zgj.dynamics import gradient_descent, gradient_flow

W, V = [[0.9, 0.1], [0.2, 1.1]], [[1.0, 0.0], [0.0, 1.0]]
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
