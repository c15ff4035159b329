"""Runs as the claims prescribe them, judged: good ones, planted-bad ones, undecided ones."""

import dataclasses

import numpy as np
import pytest

from lcnn_verify.evidence import Defect, Recorder, Violation, recording
from lcnn_verify.packs.zgj.descents import (
    TARGET,
    chart_outcome,
    check_budget,
    check_converged,
    descend,
    flow,
    weights_after,
)
from lcnn_verify.packs.zgj.dynamics import StopReason
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.laws import mirrored_start


@pytest.fixture
def recorder():
    with recording(Recorder("zgj.convergence", "test")) as recorder:
        yield recorder


@pytest.fixture(scope="module")
def start():
    return mirrored_start(4)


@pytest.fixture(scope="module")
def run(start):
    return descend(start)


def planted(run, **changes):
    return dataclasses.replace(run, **changes)


def test_a_converged_run_holds(recorder, start, run):
    with recorder.example({}):
        check_converged(start, run)
        check_budget(run)
        check_converged(start, flow(start), descent=False)
    assert (recorder.undecided, recorder.violations) == (0, 0)
    assert run.losses[-1] <= TARGET * run.losses[0]


@pytest.mark.parametrize("reason", [StopReason.BUDGET, StopReason.FLOOR, StopReason.FAILED])
def test_a_run_without_an_answer_is_undecided(recorder, start, run, reason):
    with recorder.example({}):
        check_converged(start, planted(run, stop_reason=reason))
    assert recorder.reasons == {reason.value: 1}


def test_a_run_that_stays_at_a_critical_point_refutes(recorder):
    # All students on the bisector of two teachers: critical, L = M(Δ) (THEORY §3, fact 8).
    x = Instance([[1.2793044, 0.0]], np.sqrt(0.5) * np.array([[1.0, 1.0], [1.0, -1.0]]))
    stuck = descend(x, budget=100_000)
    assert stuck.stop_reason is StopReason.STATIONARY
    with pytest.raises(Violation, match="stationary"), recorder.example({}):
        check_converged(x, stuck)


def test_a_point_the_oracle_does_not_find_critical_is_undecided(recorder, start, run):
    with recorder.example({}):
        check_converged(start, planted(run, weights=start.W, stop_reason=StopReason.STATIONARY))
    assert recorder.undecided == 1


def test_a_recorded_rise_that_never_was_is_a_defect(recorder, start, run):
    # The recorded rise is planted: the run done again has none, and the oracle says so.
    with pytest.raises(Defect, match="largest rise of L in a step"), recorder.example({}):
        check_converged(start, planted(run, largest_increase=0.5))
    assert recorder.violations == 0


def test_a_real_rise_along_descent_refutes(recorder, start, monkeypatch):
    monkeypatch.setattr("lcnn_verify.packs.zgj.descents.STEP", 2.2)
    wild = descend(start, budget=30)
    assert wild.largest_increase > 1e-6
    arrived = planted(wild, stop_reason=StopReason.TARGET, weights=start.V)
    with pytest.raises(Violation, match="largest rise of L"), recorder.example({}):
        check_converged(start, arrived)


def test_a_rise_along_a_flow_stays_unconfirmed(recorder, start, run):
    with recorder.example({}):
        check_converged(start, planted(run, largest_increase=0.5), descent=False)
    assert "no sharper route" in next(iter(recorder.reasons))


def test_weights_after_some_steps(start, run):
    assert weights_after(start, 0) is start.W
    assert np.array_equal(weights_after(start, run.steps), run.weights)


@pytest.mark.parametrize("reason", list(StopReason))
def test_every_outcome_has_a_mark(recorder, run, reason):
    chart_outcome(planted(run, stop_reason=reason), 0.5)
    (chart,) = recorder.series
    assert chart.data["mark"][0] in {"converged", "stationary", "diverged", "undecided"}
