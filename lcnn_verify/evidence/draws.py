"""What strategies and properties say of a draw: that it is given up, or of which classes it is.

Both are counted, so that a strategy which rejects most of what it draws, or which no longer draws
the degenerate examples that break false claims, shows in the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn

import hypothesis

from lcnn_verify.evidence.recorder import current

_LISTENER: ContextVar[Callable[[str], None] | None] = ContextVar(
    "lcnn_verify_discards", default=None
)


class Discarded(Exception):
    """A draw given up outside of a Hypothesis test: in an i.i.d. stream, or in a replay."""


@contextmanager
def discarding(listener: Callable[[str], None]) -> Iterator[None]:
    """Call ``listener`` with the reason of every draw discarded inside the ``with`` block."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def discard(reason: str) -> NoReturn:
    """Give up the current draw, telling the listener why. Never returns.

    Hypothesis draws another; outside of its tests :class:`Discarded` is raised.
    """
    listener = _LISTENER.get()
    if listener is not None:
        listener(reason)
    if not hypothesis.currently_in_test_context():
        raise Discarded(reason)
    hypothesis.reject()


def classify(*names: str) -> None:
    """Count the example now drawn or checked as one of these classes; once each, however often.

    ``@verifies(..., classes=…)`` names those that a property must meet. An argument's own method
    ``classes`` does the same for every property that takes it.
    """
    current().label(names)
