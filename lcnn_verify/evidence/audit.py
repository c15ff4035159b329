"""The audit: each quantity's routes held against each other, whatever the comparison would say.

A comparison asks a sharper route only near its edge, and then believes that route: a float64 value
may be wrong for ever and nothing shows, because the margin is wide or the oracle corrects it. So
every run audits a sample of the quantities its properties compare, and :func:`auditing` all: the
float64 value must lie within its error bound of the oracle's, and the enclosure must hold that.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

import mpmath

from lcnn_verify.evidence.escalation import broken_bound, proved_by, proved_off
from lcnn_verify.evidence.observation import FLOAT64, Outcome, Ruling
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.numerics.digits import number
from lcnn_verify.profiles import active, holding

SAMPLE = 3
"""How often a quantity of one label is audited in one run of a property: the first time is the
simplest example there is, where many a mistake does not show."""
MOST = 24
"""How many quantities are audited in one run of a property, so that the audit stays cheap."""
_DIGITS, _BITS = 40, 160  # of the oracle and the ball: more than twice what float64 has
_SLACK = 10  # of the oracle's digits, for what the routes of composed quantities lose

_LIMIT: ContextVar[float | None] = ContextVar("lcnn_verify_auditing", default=None)


def auditing(most: float = math.inf) -> AbstractContextManager[float]:
    """Audit every quantity compared inside the ``with`` block, the first ``most`` of a property."""
    return holding(_LIMIT, most)


@dataclass(frozen=True, slots=True)
class Found:
    """A ``quantity`` with a defect, what a ``sharper`` route says it is, and the ``ruling``."""

    quantity: Quantity
    sharper: Quantity
    ruling: Ruling


@dataclass(slots=True)
class Audit:
    """What one property's audit looked at.

    ``quantities`` counts those with a sharper route, ``unproved`` those of them without an
    enclosure, and ``value_only`` those that have no route at all, by label; numbers that are given
    count nowhere. The sample ends with ``most``; with ``everything`` no sample is taken: once a
    defect is known, its example must show it again however often it is run.
    """

    quantities: int = 0
    unproved: Counter[str] = field(default_factory=Counter)
    value_only: Counter[str] = field(default_factory=Counter)
    everything: bool = False
    most: int = MOST
    _seen: Counter[str] = field(default_factory=Counter)

    def defect(self, *sides: Quantity) -> Found | None:
        """The first of the ``sides``, or of what they are made of, that has a defect.

        The values of code under test are what its checks are about, and are left to them.
        """
        limit = _LIMIT.get()
        every = self.everything or limit is not None
        most = math.inf if self.everything else self.most if limit is None else limit
        if active().subject is not None or self._seen.total() >= most:
            return None
        for quantity in (it for side in sides for it in _components(side)):
            if every or self._seen[quantity.label] < SAMPLE:
                self._seen[quantity.label] += 1
                if (ruling := self._look(quantity)) is not None:
                    self.everything = True
                    return Found(quantity, _sharper(quantity), ruling)
        return None

    def _look(self, quantity: Quantity) -> Ruling | None:
        if quantity.exact is None and quantity.enclosed is None:
            self.value_only[quantity.label] += 1
            return None
        self.quantities += 1
        if quantity.enclosed is None:
            self.unproved[quantity.label] += 1
        return _defect(quantity)

    @property
    def looked(self) -> bool:
        """Whether there was anything to audit."""
        return bool(self.quantities or self.value_only)

    def to_json(self) -> dict[str, int]:
        """The counts."""
        return {
            "quantities": self.quantities,
            "unproved": self.unproved.total(),
            "value_only": self.value_only.total(),
        }


def _components(quantity: Quantity) -> Iterator[Quantity]:
    """What a quantity was computed from, and then itself: the cause comes before its effects."""
    for part in quantity.parts:
        yield from _components(part)
    if not quantity.given:
        yield quantity


def _defect(quantity: Quantity) -> Ruling | None:
    """What is wrong with a quantity; violated where an enclosure proves it."""
    off = broken_bound(quantity)
    if off or quantity.exact is None:
        if (proof := proved_off(quantity)) is not None:
            note = off or (
                f"the computed value of {quantity.label} lies outside its error bound "
                f"{number(quantity.error, 3)} of what an enclosure holds"
            )
            return replace(proved_by(proof, Outcome.VIOLATED, note), sharper=False)
    elif (ball := _ball(quantity)) is not None and not _holds(ball, quantity):
        off = f"the enclosure of {quantity.label} does not hold the oracle's value"
    return Ruling(Outcome.UNDECIDED, math.nan, math.nan, FLOAT64, off) if off else None


def _sharper(quantity: Quantity) -> Quantity:
    """The quantity by its oracle, or else by its enclosure, to double precision."""
    if (route := quantity.exact) is not None:
        value = float(route(_DIGITS))
    else:
        ball = _ball(quantity)
        value = math.nan if ball is None else float(ball.mid())
    return Quantity.of(value, f"the exact {quantity.label}")


def _ball(quantity: Quantity) -> Any:
    """The quantity's ball; None where there is none that says anything."""
    if quantity.enclosed is None:
        return None
    try:
        with balls.working_precision(_BITS):
            ball = quantity.enclosed(_BITS)
    except EnclosureError:
        return None
    return ball if ball.is_finite() else None


def _holds(ball: Any, quantity: Quantity) -> bool:
    """Whether the ball holds the oracle's value, as far as the oracle's own digits go."""
    assert quantity.exact is not None
    with mpmath.workdps(4 * _DIGITS):
        exact = quantity.exact(_DIGITS)
        size = max(abs(exact), mpmath.mpf(quantity.natural_scale))
        parts = (part.man_exp() for part in (ball.mid(), ball.rad()))
        middle, radius = (mpmath.ldexp(mpmath.mpf(int(m)), int(e)) for m, e in parts)
        slack = size * mpmath.mpf(10) ** (_SLACK - _DIGITS)
        return bool(abs(middle - exact) <= radius + slack)
