"""Options every command reads alike."""

from __future__ import annotations

from collections.abc import Sequence

from lcnn_verify.errors import InputError


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
