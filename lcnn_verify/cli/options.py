"""Options every command reads alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lcnn_verify import ledger
from lcnn_verify.comparison.deviation import Deviation
from lcnn_verify.comparison.deviations import load
from lcnn_verify.errors import InputError


def deviations(path: str | None, also: Iterable[str] = ()) -> tuple[Deviation, ...]:
    """The expected deviations in the file ``path``, () for None.

    ``also`` are ids they may name beside those of the ledger. Raises ``InputError`` as ``load``
    does.
    """
    ours = (claim.id for claim in (*ledger.claims(), *ledger.checks()))
    return () if path is None else load(path, (*also, *ours))


def integer(argument: str, text: str, least: int) -> int:
    """``text`` as an integer. Raises ``InputError`` unless it is one and at least ``least``."""
    wanted = f"an integer ≥ {least}"
    try:
        value = int(text)
    except ValueError:
        raise InputError(argument, repr(text), wanted) from None
    if value < least:
        raise InputError(argument, text, wanted)
    return value


def number(argument: str, text: str | None, usual: float) -> float:
    """``text`` as a number, ``usual`` for None. Raises ``InputError`` unless it is one."""
    try:
        return usual if text is None else float(text)
    except ValueError:
        raise InputError(argument, repr(text), "a positive number") from None


def split(given: Sequence[str] | None) -> list[str] | None:
    """Names from repeated and comma-separated options; None if there were none."""
    if not given:
        return None
    return [name.strip() for text in given for name in text.split(",") if name.strip()]
