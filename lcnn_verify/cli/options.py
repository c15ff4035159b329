"""Options every command reads alike."""

from __future__ import annotations

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
