"""Every route keeps small neurons and entries that a plain sum would drop beside a large one."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from population_reference import Exact, evaluate, floors, routes

from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.population import dense

# Adding π/2 of these, a neuron's share of T, to π/2 changes nothing in float64.
LIGHT = 0.6 * 2.0**-53


def crowd_is_not_lost(
    model: Model, mass: float, root: int, large_first: bool, names: set[str]
) -> None:
    """Check the named routes on root² small clones along either axis beside a neuron of mass 1.

    The clones are one neuron root (tied) or root² (unit) times as long, as the oracle sees them.
    """
    tied = model.readout == "tied"
    small = (math.sqrt(mass) if tied else mass) * np.array([[1.0, 0.0], [0.0, 1.0]])
    crowd = np.repeat(small, root**2, axis=0)
    large = np.array([[1.0, 0.0], [0.0, 1.0]])
    W = np.concatenate((large, crowd) if large_first else (crowd, large))
    V = np.array([[0.5, 0.25]])
    merged = np.concatenate((large, (root if tied else root**2) * small))
    exact_loss = oracle.loss(merged, V, dps=30, model=model)
    exact_rows = oracle.gradient(merged, V, dps=30, model=model)
    loss_bound, row_bounds = floors(W, V, model)
    start = 0 if large_first else len(crowd)
    for name in names:
        loss, gradient = evaluate(routes(2)[name], W, V, model)
        with mpmath.workdps(60):
            # A plain sum would be off by several times the bound.
            assert abs(mpmath.mpf(loss) - exact_loss) <= loss_bound / 8, name
            for k, row in enumerate(gradient[start : start + 2]):
                gap = [mpmath.mpf(float(entry)) - exact_rows[k, j] for j, entry in enumerate(row)]
                assert mpmath.norm(gap) <= float(row_bounds[start + k]) / 8, name


@pytest.mark.parametrize("large_first", [True, False])
def test_a_crowd_of_small_neurons_beside_a_large_one_is_not_lost(
    model: Model, large_first: bool
) -> None:
    crowd_is_not_lost(model, LIGHT, 12, large_first, set(routes(2)))


@pytest.mark.parametrize("large_first", [True, False])
def test_tiles_of_small_neurons_are_not_lost(
    model: Model, large_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Here a whole tile weighs just too little to be seen beside mass 1.
    monkeypatch.setattr(dense, "TILE", dense.BLOCK)
    crowd_is_not_lost(model, LIGHT / dense.BLOCK, 20, large_first, {"dense"})


def test_a_long_tail_of_small_entries_is_not_lost(model: Model) -> None:
    tail = np.full(600, 0.995 * math.sqrt(0.5) * 2.0**-26)
    student, teacher = tail.copy(), tail.copy()
    student[0] = 1.0
    teacher[:2] = 1.0
    W, V = 0.125 * student[None], teacher[None]
    exact = Exact.of(W, V, model)
    for route in routes(600).values():
        loss_error, row_error = exact.error(*evaluate(route, W, V, model))
        assert loss_error <= 1 / 8
        assert row_error <= 1 / 8
