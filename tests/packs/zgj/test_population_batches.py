"""A batch is its members, to the last bit, by however many threads."""

# Runs as plain Python, too (NUMBA_DISABLE_JIT=1): the compiled bodies are otherwise unseen.

from __future__ import annotations

import math
import threading
from functools import partial

import numpy as np
import pytest

from lcnn_verify import InputError
from lcnn_verify.numerics import threads
from lcnn_verify.packs.zgj import population
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, UNIT_ABS
from lcnn_verify.packs.zgj.population import batches, loss_and_gradient, pairs, planar
from lcnn_verify.packs.zgj.population.scaling import scaled_family

ALONE = loss_and_gradient


def drawn(b, m, r, d, *, own):
    """Networks of many sizes, with dead neurons and clones: W (b, m, d), V (b, r, d) or (r, d)."""
    rng = np.random.default_rng(b + m)
    W = rng.normal(size=(b, m, d)) * 10.0 ** rng.integers(-3, 4, size=(b, 1, 1))
    W[::3, 0] = 0.0
    W[1::3, -1] = W[1::3, 0]
    return W, rng.normal(size=(b, r, d) if own else (r, d))


def is_its_members(W, V, model=TIED_ABS):
    """Whether each loss and each row is what a call of its own gives, to the last bit."""
    losses, rows = loss_and_gradient(W, V, model=model)
    assert (losses.shape, rows.shape) == (W.shape[:1], W.shape)
    alone = [ALONE(w, V[k] if V.ndim == 3 else V, model=model) for k, w in enumerate(W)]
    return all(
        loss == value and np.array_equal(row, slope)
        for loss, row, (value, slope) in zip(losses, rows, alone, strict=True)
    )


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(
    "size", [(7, 2, 1, 3), (5, 6, 3, 4), (3, 12, 8, 2), (4, 70, 8, 2), (2, 3, 2, 40)]
)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_batch_is_its_members(size, own, model):
    for count in (size[0], 1):
        W, V = drawn(count, *size[1:], own=own)
        assert is_its_members(W, V, model)


def test_of_a_size_that_has_another_route_too(monkeypatch):
    assert is_its_members(*drawn(2, population.PLANAR_FROM, 2, 2, own=True))
    monkeypatch.setattr(pairs, "is_shared", lambda n: n >= 10)
    monkeypatch.setattr(batches, "losses_and_gradients", None)
    assert is_its_members(*drawn(2, 8, 2, 3, own=False))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("m", [population.PLANAR_FROM, 300])
def test_one_compiled_call_in_the_plane_is_the_way_by_a_scaled_family(m, model, monkeypatch):
    W, V = (it[0] for it in drawn(1, m, 2, 2, own=True))
    scaled = scaled_family(W, V, model)
    value, pull = planar.loss_and_pull(scaled.family)
    monkeypatch.setattr(population, "scaled_family", None)
    found, rows = loss_and_gradient(W, V, model=model)
    assert found == population.loss(W, V, model=model) == scaled.to_loss(value)
    assert np.array_equal(rows, scaled.to_gradient_rows(pull))
    assert np.array_equal(rows, population.gradient(W, V, model=model))


@pytest.mark.parametrize("entry", [math.nan, math.inf, -math.inf, 1e300])
def test_one_compiled_call_in_the_plane_hands_on_what_does_not_fit(entry):
    W, V = (it[0] for it in drawn(1, population.PLANAR_FROM, 2, 2, own=True))
    W[7] = W[8, 0] = entry
    with pytest.raises((InputError, OverflowError), match=r"row 7|W\[7|W\[8"):
        loss_and_gradient(W, V, model=TIED_ABS)


def test_threads_share_a_batch_without_a_change(monkeypatch):
    W, V = drawn(7, 6, 2, 3, own=True)
    seen, begun = [], threading.Semaphore(0)
    each = batches._each
    monkeypatch.setattr(batches, "SHARED_FROM", 0)
    monkeypatch.setattr(threads, "cores", lambda: 3)

    def noted(others, first, stop, *rest):
        main = threading.current_thread() is threading.main_thread()
        seen.append((first, stop, main))
        if not main:
            begun.release()
        elif first == 0:  # else the main thread may do what no other has begun
            assert all(begun.acquire(timeout=60) for _ in range(others))
        each(first, stop, *rest)

    monkeypatch.setattr(batches, "_each", partial(noted, 2))
    assert is_its_members(W, V)
    assert sorted(seen) == [(0, 2, True), (2, 4, False), (4, 7, False)]
    seen.clear()
    monkeypatch.setattr(threads, "pool", no_room)
    monkeypatch.setattr(batches, "_each", partial(noted, 0))
    assert is_its_members(W, V)
    assert sorted(seen) == [(0, 2, True), (2, 4, True), (4, 7, True)]


def no_room():
    raise RuntimeError("can't start new thread")


@pytest.mark.parametrize(
    "mixed",
    [
        lambda W, V, rows: np.roll(rows, 1, axis=0),  # each network has its neighbour's
        lambda W, V, rows: np.roll(rows.reshape(-1, 3), 1, axis=0).reshape(rows.shape),
    ],
)
def test_a_batch_that_mixes_rows_is_seen(mixed, monkeypatch):
    found = batches.losses_and_gradients

    def mixing(W, V, model, **where):
        losses, rows, wrong = found(W, V, model, **where)
        return losses, mixed(W, V, rows), wrong

    monkeypatch.setattr(batches, "losses_and_gradients", mixing)
    assert not is_its_members(*drawn(4, 3, 2, 3, own=True))


def test_a_batch_whose_teachers_are_mixed_is_seen(monkeypatch):
    found = batches.losses_and_gradients
    monkeypatch.setattr(
        batches, "losses_and_gradients", lambda W, V, *of, **at: found(W, V[::-1].copy(), *of, **at)
    )
    assert not is_its_members(*drawn(4, 3, 2, 3, own=True))


def test_lists_and_integers_are_batches_too():
    losses, rows = loss_and_gradient([[[1, 0]], [[0, 2]]], [[1, 0]], model="unit-abs")
    value, slope = ALONE([[0, 2]], [[1, 0]], model=UNIT_ABS)
    assert losses[0] == 0.0
    assert (losses[1], rows[1].tolist()) == (value, slope.tolist())


@pytest.mark.parametrize("model", [TIED_ABS, UNIT_ABS])
def test_the_network_that_overflows_is_named(model):
    W = np.ones((3, 2, 2))
    W[1, 1] = 1e200
    with pytest.raises(OverflowError, match=r"^network 1 of 3: loss overflows .* W\[1\] has norm"):
        loss_and_gradient(W, np.eye(2), model=model)


ONES = np.ones((3, 2, 2))


@pytest.mark.parametrize(
    ("W", "V", "argument", "words"),
    [
        (np.ones((2, 3, 2, 2)), np.eye(2), "W", "4-d array of shape"),
        (ONES, np.ones((2, 2, 2)), "V", "got 2 networks, wanted 3, as W has, or one (r, d)"),
        (ONES, np.eye(3), "W", "got dimension d = 2, wanted V's dimension d = 3"),
        (ONES, np.ones((3, 2, 3)), "W", "got dimension d = 2, wanted V's dimension d = 3"),
        (ONES, np.ones(2), "V", "1-d array of shape"),
        (np.eye(2), ONES, "V", "3-d array of shape"),
        (np.ones((0, 2, 2)), np.eye(2), "W", "an empty array of shape (0, 2, 2)"),
        (ONES * np.nan, np.eye(2), "W", "nan at index 0, index 0, index 0"),
        ([[[1.0, 2.0]], [[1.0]]], np.eye(2), "W", "rows that do not form one array"),
    ],
)
def test_bad_input_is_refused_in_one_line(W, V, argument, words):
    with pytest.raises(InputError) as caught:
        loss_and_gradient(W, V)
    assert caught.value.argument == argument
    assert words in str(caught.value)
