"""What the pack gives the engine: its ledger, its self-checks, its warm-up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lcnn_verify import ledger, packs
from lcnn_verify.ledger.claim import Provenance
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import enclosure, hooks, population
from lcnn_verify.packs.zgj.ledger.conformance import CHECKS, NEEDS


def test_all_ten_claims_of_the_paper_are_there_and_one_of_ours():
    ours = ledger.claim("zgj.gradient-exponent")
    assert ours.provenance == (Provenance.MEASURED,)
    names = {claim.id for claim in ledger.claims() if claim.group == "zgj"}
    expected = (
        "convergence recovery any-width gradient-bound rate width-free threshold not-pl "
        "not-convex beyond-ntk"
    )
    assert names == {ours.id, *(f"zgj.{name}" for name in expected.split())}


def test_every_group_has_a_heading_of_its_own():
    pack = packs.pack_of("zgj.rate")
    groups = {claim.group for claim in pack.claims}
    assert groups == set(pack.groups)
    assert len({pack.group(group).heading for group in groups}) == len(groups)


def test_what_a_check_needs_is_said_of_checks():
    assert set(NEEDS) <= {check.id for check in CHECKS}
    assert set(CHECKS) == {check for check in ledger.checks() if check.pack == "zgj"}
    assert all(check.group == "zgj.conform" for check in CHECKS)


def test_a_wrong_sign_in_the_gradient_is_noticed(monkeypatch):
    assert hooks.numerics()[0]
    right = population.gradient

    def wrong(W: FloatArray, V: FloatArray, **options: object) -> FloatArray:
        rows = np.array(right(W, V, **options))
        rows[-1, -1] *= -1.0
        return rows

    monkeypatch.setattr(population, "gradient", wrong)
    passed, detail = hooks.numerics()
    assert not passed
    assert "of its bound" in detail


def test_a_loss_that_is_off_is_noticed(monkeypatch):
    right = population.loss
    monkeypatch.setattr(population, "loss", lambda *a, **k: right(*a, **k) * (1.0 + 1e-12))
    assert not hooks.numerics()[0]


def test_a_ball_that_misses_the_loss_is_noticed(monkeypatch):
    assert hooks.enclosures()[0]
    right = enclosure.loss
    monkeypatch.setattr(enclosure, "loss", lambda *a, **k: right(*a, **k) + 1e-9)
    passed, detail = hooks.enclosures()
    assert not passed
    assert detail == "the loss lies outside its ball: tied-abs, unit-abs, tied-relu, unit-relu"


def test_warming_up_takes_every_route(monkeypatch):
    entries = {
        (population.pairs, "by_threads"),
        (population.planar, "by_threads"),
        (population.planar, "loss_and_pull"),
        (population.pairs, "loss_and_pull"),
        (population.batches, "alone"),
        (population.batches, "alone_in_plane"),
        (population.batches, "_each"),
    }
    taken: set[Any] = set()
    for entry in entries:
        route = getattr(*entry)

        def spy(*arguments: Any, entry: Any = entry, route: Any = route) -> Any:
            taken.add(entry)
            return route(*arguments)

        monkeypatch.setattr(*entry, spy)
    hooks.warm_up()
    assert taken == entries


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (100, 3)])
def test_the_example_is_in_general_position(shape):
    rows = hooks.example(*shape)
    assert rows.shape == shape
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    if shape[1] > 1:
        cosines = np.abs(units @ units.T) - np.eye(len(rows))
        assert cosines.max() < 1.0 - 1e-9
