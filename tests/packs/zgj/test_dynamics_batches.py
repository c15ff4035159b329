"""Many runs together are each what it is alone, to the last bit."""

# Runs as plain Python, too (NUMBA_DISABLE_JIT=1): the compiled bodies are otherwise unseen.

from __future__ import annotations

import threading

import numpy as np
import pytest

from lcnn_verify import InputError
from lcnn_verify.numerics import compiled, threads
from lcnn_verify.packs.zgj.dynamics import (
    StopReason,
    batches,
    gradient_descent,
    gradient_descents,
    training,
)
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, UNIT_RELU
from lcnn_verify.packs.zgj.population import loss, pairs

JIT = not compiled.config.DISABLE_JIT
SIZES = ((2, 2, 2), (9, 2, 2), (3, 1, 3), (14, 3, 4), (1, 1, 1), (5, 2, 40))  # (m, r, d)


def networks(sizes=SIZES):
    """Students near their teachers, some dead, and ones that are at rest."""
    rng = np.random.default_rng(7)
    found = []
    for m, r, d in sizes:
        V = rng.normal(size=(r, d))
        W = V[np.arange(m) % r] / np.sqrt(m / r) + 0.2 * rng.normal(size=(m, d))
        W[2::5] = 0.0
        found.append((W, V))
    return [*found, (np.eye(2), np.eye(2)), (np.zeros((2, 3)), np.ones((1, 3)))]


def same(run, other):
    """Whether two trajectories are equal to the last bit."""
    return (
        all(
            np.array_equal(getattr(run, name), getattr(other, name))
            for name in ("times", "losses", "gradient_norms", "weights")
        )
        and (run.stop_reason, run.steps) == (other.stop_reason, other.steps)
        and (run.largest_increase, run.loss_floor) == (other.largest_increase, other.loss_floor)
    )


def are_their_runs(given, step, target_loss, model, **options):
    """Whether each run of a batch is that of a call of its own."""
    together = gradient_descents(given, step=step, target_loss=target_loss, model=model, **options)
    assert len(together) == len(given)
    return all(
        same(run, gradient_descent(W, V, step=s, target_loss=t, model=which, **options))
        for run, (W, V), s, t, which in zip(together, given, step, target_loss, model, strict=True)
    )


def settings(given):
    """Steps, targets and models, one for each network: all ends of a run are met."""
    steps = [0.1 / float(np.sum(V * V)) for _, V in given]
    steps[1] *= 1e3  # diverges
    targets = [0.5 * max(loss(W, V), 0.0) for W, V in given]
    return steps, targets, [MODELS[k % len(MODELS)] for k in range(len(given))]


@pytest.mark.parametrize("record_every", [1, "log", 7])
def test_together_as_alone(record_every, monkeypatch):
    for module in (batches, training):
        monkeypatch.setattr(module, "LONGEST_CHUNK", 16)  # more than one chunk, of fewer runs each
    given = networks()
    steps, targets, models = settings(given)
    options = {"max_steps": 60, "record_every": record_every}
    assert are_their_runs(given, steps, targets, models, **options)
    ends = {run.stop_reason for run in gradient_descents(given, step=steps, max_steps=60)}
    assert ends >= {StopReason.BUDGET, StopReason.DIVERGED, StopReason.FLOOR, StopReason.STATIONARY}


def test_those_that_want_threads_of_their_own_run_alone(monkeypatch):
    monkeypatch.setattr(pairs, "SHARED_FROM", 16)
    monkeypatch.setattr(threads, "cores", lambda: 2)
    given = networks()
    steps, targets, models = settings(given)
    assert are_their_runs(given, steps, targets, models, max_steps=5)


def test_threads_share_a_batch_without_a_change(monkeypatch):
    monkeypatch.setattr(batches, "SHARED_FROM", 0)
    monkeypatch.setattr(threads, "cores", lambda: 3)
    seen, advance, begun = [], batches._advance, threading.Event()

    def noted(start, stop, *rest):
        seen.append((start, stop, main := threading.current_thread() is threading.main_thread()))
        if main:  # else it may do what no other thread has begun
            assert begun.wait(60)
        begun.set()
        advance(start, stop, *rest)

    monkeypatch.setattr(batches, "_advance", noted)
    given = networks()
    steps, targets, models = settings(given)
    assert are_their_runs(given, steps, targets, models, max_steps=3)
    assert {main for *_, main in seen} == {True, False}
    covered = sorted(seen)
    assert (covered[0][0], covered[-1][1]) == (0, len(given))


def test_no_thread_is_left_without_work_nor_a_run_without_a_thread(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 4)
    for work in ([1], [5, 1], [1, 1, 1, 100], [100, 1, 1, 1], [1] * 9):
        cuts = batches._cuts(np.array(work), 10**9)
        assert cuts == sorted(set(cuts))
        assert (cuts[0], cuts[-1]) == (0, len(work))
    assert batches._cuts(np.array([1] * 8), 10**9) == [0, 2, 4, 6, 8]
    assert batches._cuts(np.array([1] * 8), 1) == [0, 8]


def shifted(packed, name):
    """The same problems, with one array moved on by an entry: what is one's is the next one's."""
    return packed._replace(**{name: np.roll(getattr(packed, name), 1, axis=0)})


@pytest.mark.parametrize("name", ["weights", "units", "masses", "signs", "reals"])
def test_a_batch_that_mixes_two_networks_is_seen(name, monkeypatch):
    of = batches.Packed.of
    monkeypatch.setattr(
        batches.Packed, "of", staticmethod(lambda *given: shifted(of(*given), name))
    )
    given = networks(((3, 2, 3), (3, 2, 3), (4, 2, 3)))[:3]
    steps, targets, models = [0.01, 0.02, 0.03], [0.0, 0.0, 0.0], [TIED_ABS] * 3
    assert not are_their_runs(given, steps, targets, models, max_steps=4)


def test_one_for_all_or_one_for_each():
    given = networks()[:2]
    for several in ([0.01, 0.02], (0.01, 0.02), np.array([0.01, 0.02])):
        runs = gradient_descents(given, step=several, max_steps=2, model="unit-relu")
        for run, (W, V), step in zip(runs, given, several, strict=True):
            alone = gradient_descent(W, V, step=float(step), max_steps=2, model=UNIT_RELU)
            assert same(run, alone)
    assert gradient_descents([], step=0.1, max_steps=3) == []
    bound = gradient_descents([(1.01 * np.eye(2), np.eye(2))], step=0.05, max_steps=3)[0].claimed
    assert bound is not None


ONE = (np.eye(2), np.eye(2))


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ([ONE, (np.eye(2), np.eye(3))], {}, "network 1: W: got dimension d = 2"),
        ([ONE, 3], {}, "network 1: networks: got a int, wanted a pair (W, V)"),
        ([ONE], {"step": [0.1, 0.2]}, "step: got 2 values, wanted one, or one for each of 1"),
        ([ONE, ONE], {"step": [0.1, 0.0]}, "network 1: step: got 0.0, wanted a finite real"),
        ([ONE], {"target_loss": -1.0}, "network 0: target_loss: got -1.0"),
        ([ONE], {"model": ["no"]}, "network 0: model: got 'no'"),
        ([ONE], {"max_steps": 0}, "max_steps: got 0"),
        ([ONE], {"record_every": 0}, "record_every: got 0"),
    ],
)
def test_bad_input_is_refused_by_name(given, options, message):
    with pytest.raises(InputError) as caught:
        gradient_descents(given, **{"step": 0.1, "max_steps": 2, **options})
    assert str(caught.value).startswith(message)


def test_the_network_that_overflows_is_named():
    with pytest.raises(OverflowError, match=r"^network 1: loss overflows"):
        gradient_descents([ONE, (1e200 * np.eye(2), np.eye(2))], step=0.1, max_steps=2)
