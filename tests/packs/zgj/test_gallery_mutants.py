"""Every mutant is wrong: without any check, held against the reference it is one step away from."""

import dataclasses
import importlib
import itertools

import numpy as np
import pytest

from lcnn_verify.packs.zgj.conformance.adapter import Adapter
from lcnn_verify.packs.zgj.conformance.arrays import LAYOUTS
from lcnn_verify.packs.zgj.conformance.examples import degenerate
from lcnn_verify.packs.zgj.conformance.faults import Misbehaviour
from lcnn_verify.packs.zgj.conformance.target import Loaded
from lcnn_verify.packs.zgj.gallery import catalogue
from lcnn_verify.packs.zgj.gallery.references.numpy_direct import NumpyDirect

FATAL = {"hangs", "hangs-sometimes", "segfaults", "exits", "eats-memory", "leaks-memory", "floods"}
MUTANTS = {entry.name: entry for entry in catalogue.mutants() if entry.name not in FATAL}
RNG = np.random.default_rng(3)
NEAR = np.array([[1.0, 0.0], [1.0, 1e-5], [0.3, -0.4]])


def gaussian(m, r, d):
    return RNG.standard_normal((m, d)), RNG.standard_normal((r, d))


PAST_ONE = degenerate("a cosine past −1 as rounded")
PROBES = (
    gaussian(5, 3, 4),
    gaussian(5, 3, 4),
    (np.eye(2), np.eye(2)),
    (NEAR, np.eye(2)),
    ((1.0 + 2.0**-22) * NEAR, np.eye(2)),
    (np.array([[1.0, 0.01], [0.0, 1.0]]), np.eye(2)),
    (np.array([[0.0, 0.0], [1.0, 1.0], [-1.0, -1.0], [1.0, 1.0]]), np.eye(2)),
    (np.array([[1e-90, 0.0], [1e-3, 2e-3], [-1.0, 0.5]]), np.eye(2)),
    (np.array([[1e60, 2e60]]), np.array([[1.0, 3.0], [0.0, 2.0]])),
    (np.array([[2.0], [-1.0]]), np.array([[1.0]])),
    (np.eye(2), (1.0 + 1e-5) * np.eye(2)),
    (1e-4 * NEAR, np.array([[0.0, 3e-4]])),
    (PAST_ONE.W, PAST_ONE.V),
    gaussian(3, 3, 3),
    gaussian(9, 2, 9),
    gaussian(1, 2, 3),
    gaussian(2, 5, 3),
    gaussian(33, 34, 11),
    gaussian(19, 3, 40),
)


def loaded(entry):
    module, _, name = entry.target.partition(":")
    return getattr(importlib.import_module(module), name)()


def honest(wrong):
    """The reference of the same model and dtype."""
    right = NumpyDirect()
    right.model, right.dtype = wrong.model, wrong.dtype
    return right


def differs(got, wanted, scale):
    """Whether two answers differ by more than rounding could, row by row."""
    gaps = np.abs(np.asarray(got, dtype=float) - np.asarray(wanted, dtype=float))
    return bool(np.any(gaps > 1e-13 * scale))


def faults(entry, rounds):
    """What is wrong with a mutant's answers: kinds of misbehaviour, or "value"."""
    wrong = loaded(entry)
    right, adapter = honest(wrong), Adapter(Loaded(wrong, None), own_process=False)
    layouts = LAYOUTS if entry.topic == "layout" else ("C",)
    found = set()
    for (W, V), layout in rounds * list(itertools.product(PROBES, layouts)):
        batches = [np.stack([W, 2.0 * W, W[::-1]]), W[None]] if entry.topic == "batches" else []
        for students in (W, *batches):
            found |= set(answers(adapter, right, students, V, layout))
    return found


def answers(adapter, right, students, V, layout):
    """What is wrong with the answers to one question, asked in all three ways."""
    members = students if students.ndim == 3 else [students]
    losses = np.array([right.loss(member, V) for member in members])
    rows = np.array([right.gradient(member, V) for member in members])
    norms = np.linalg.norm(students, axis=-1, keepdims=True)
    total = np.sum(norms**right.power) + np.sum(np.linalg.norm(V, axis=1) ** right.power)
    for operation in ("loss", "gradient", "loss_and_gradient"):
        try:
            answer = adapter.call(operation, students, V, "numpy", layout)
        except Misbehaviour as fault:
            if "NotImplementedError" not in fault.detail:  # out of scope, by its own word
                yield str(fault.kind)
            continue
        if operation != "gradient" and differs(answer[0], losses.squeeze(), total**2):
            yield "value"
        wanted, scale = rows.reshape(students.shape), norms ** (right.power - 1) * total
        if operation != "loss" and differs(answer[-1], wanted, scale):
            yield "value"


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_wrong_somewhere(name):
    with np.errstate(all="ignore"):
        assert faults(MUTANTS[name], rounds=3)


@pytest.mark.parametrize("topic", ["formula", "layout", "batches"])
def test_the_reference_is_right_everywhere(topic):
    name = "numpy-batched" if topic == "batches" else "numpy-direct"
    (entry,) = catalogue.select([name])
    assert faults(dataclasses.replace(entry, topic=topic), rounds=1) == set()
