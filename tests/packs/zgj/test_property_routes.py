"""Whatever a property compares and can prove, its ball holds what its oracle says.

Proofs are asked for only where a comparison fails, so the routes to them are exercised here: every
property runs on a small budget, and each side of each comparison answers by both routes.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import mpmath
import pytest
from enclosure_kit import holds

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import Property, Quantity, check
from lcnn_verify.evidence.observation import Ruling
from lcnn_verify.packs.zgj.enclosure import working_precision
from lcnn_verify.profiles import PROFILES, Profile, RunContext, running

FEW = Profile("few", 0.05, 1, 300.0)
DIRECTORY = directory_of(ledger.claim("zgj.form.loss"))
FILES = [
    path.relative_to(DIRECTORY).as_posix()
    for group in ("fact", "form", "control")
    for path in sorted((DIRECTORY / "zgj" / group).glob("test_*.py"))
]
# Of the paper's claims, those that run no long trajectories.
FILES += ["zgj/test_not_convex.py", "zgj/test_not_pl.py"]
BITS, DIGITS = 128, 25


class Witness:
    """Stands in for the escalation: lets everything pass, and compares both routes."""

    def __init__(self) -> None:
        self.held: Counter[str] = Counter()
        self.unproved: Counter[str] = Counter()

    def look(self, side: Quantity) -> None:
        if side.exact is None:
            return
        if side.enclosed is None:
            self.unproved[side.label] += 1
            return
        with working_precision(BITS):
            ball = side.enclosed(BITS)
        with mpmath.workdps(4 * DIGITS):
            exact = side.exact(DIGITS)
            slack = max(abs(exact), side.natural_scale) * mpmath.mpf(10) ** (5 - DIGITS)
        assert ball.is_nan() or holds(ball, exact, slack), (side.label, ball, exact)
        self.held[side.label] += not ball.is_nan()

    def order(self, low: Quantity, high: Quantity, **_: Any) -> Ruling:
        self.look(low)
        self.look(high)
        return Ruling(check.Outcome.HOLDS, 1.0, 0.0)

    def identity(self, got: Quantity, expected: Quantity, digits: int) -> Ruling:
        return self.order(got, expected)


@pytest.mark.parametrize("file", FILES)
def test_balls_hold_what_the_oracle_says(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    witness = Witness()
    monkeypatch.setattr(check, "order", witness.order)
    monkeypatch.setattr(check, "identity", witness.identity)
    monkeypatch.setitem(PROFILES, "few", FEW)
    with running(RunContext(FEW)):
        for item in load(DIRECTORY, file):
            assert isinstance(item, Property)
            recorder = item.run(shrink=False)
            assert recorder.error is None, recorder.error
    assert not witness.unproved
    assert sum(witness.held.values()) >= 1
