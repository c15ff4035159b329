"""An author who forgets to round outward, anywhere, is caught: balls then miss the exact value."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from enclosure_kit import around, holds, loss_is_held, without_outward_rounding
from flint import arb

from lcnn_verify.packs.zgj import enclosure, oracle
from lcnn_verify.packs.zgj.enclosure import Box, EnclosureError
from lcnn_verify.packs.zgj.laws import general_law
from lcnn_verify.packs.zgj.model import MODELS


def points_are_held() -> bool:
    """The containment test of exact floats, on 60 instances of its law."""
    rng = np.random.default_rng(1)
    law = general_law(max_r=2, max_d=3, max_m=3, models=MODELS)
    drawn = [law.draw(rng)["instance"] for _ in range(60)]
    return all(
        loss_is_held(enclosure.loss(x.W, x.V, precision=64, model=x.model), x.W, x.V, x.model)
        for x in drawn
    )


def boxes_are_held() -> bool:
    """The containment test of boxes, on a dozen of them."""
    rng = np.random.default_rng(2)
    for _ in range(12):
        W, V = rng.normal(size=(2, 2)), rng.normal(size=(2, 2))
        box = Box.around(W, 0.01)
        loss, rows = enclosure.loss(box, V), enclosure.gradient(box, V)
        for _ in range(8):
            X = np.clip(around(W, 0.01, rng), box.lower, box.upper)
            reference = oracle.gradient(X, V, dps=10)
            if not holds(loss, oracle.loss(X, V, dps=10), 1e-25):
                return False
            if not all(holds(rows[i], reference[i], 1e-25) for i in np.ndindex(2, 2)):
                return False
    return True


def caught(test: Callable[[], bool]) -> bool:
    """Whether the test fails: a value outside its ball, or two enclosures that contradict."""
    try:
        return not test()
    except EnclosureError:
        return True


def test_rounding_outward_passes() -> None:
    assert points_are_held()
    assert boxes_are_held()


@pytest.mark.parametrize("primitive", ["finite"])
def test_points_catch_a_careless(primitive: str) -> None:
    with without_outward_rounding(primitive):
        assert caught(points_are_held)


@pytest.mark.parametrize("primitive", ["widened", "hull", "finite"])
def test_boxes_catch_a_careless(primitive: str) -> None:
    with without_outward_rounding(primitive):
        assert caught(boxes_are_held)


def test_a_remainder_dropped_at_a_point_is_caught() -> None:
    # K(ρ) about the midpoint of ρ: the remainder is all that covers the rounding of ρ.
    rho = arb(0.9, 1e-13)
    ends = [oracle.kernel(x, 20) for x in (0.9 - 0.9e-13, 0.9 + 0.9e-13)]
    assert all(holds(enclosure.kernel(rho), end) for end in ends)
    with without_outward_rounding("widened"):
        assert not all(holds(enclosure.kernel(rho), end) for end in ends)
