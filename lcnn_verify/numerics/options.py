"""The numbers and names a caller may choose, checked."""

from __future__ import annotations

import math
import numbers
import reprlib
from typing import Any

from lcnn_verify.errors import InputError


def positive_real(name: str, value: Any) -> float:
    """``value`` as a float. Raises :class:`InputError` unless it is finite and above 0."""
    number = _real(value)
    if not 0.0 < number < math.inf:
        raise InputError(name, _shown(value), "a finite real number above 0")
    return number


def nonnegative_real(name: str, value: Any) -> float:
    """``value`` as a float. Raises :class:`InputError` unless it is finite and at least 0."""
    number = _real(value)
    if not 0.0 <= number < math.inf:
        raise InputError(name, _shown(value), "a finite real number, at least 0")
    return number


def positive_integer(name: str, value: Any) -> int:
    """``value`` as an int. Raises :class:`InputError` unless it is an integer above 0."""
    return integer(name, value, 1, wanted="an integer above 0")


def integer(name: str, value: Any, least: int, most: float = math.inf, *, wanted: str = "") -> int:
    """``value`` as an int, NumPy's integers included.

    Raises :class:`InputError` unless it is an integer from ``least`` to ``most``: then ``wanted``
    says so in the caller's words.
    """
    integral = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not integral or not least <= value <= most:
        raise InputError(name, _shown(value), wanted or f"an integer ≥ {least}")
    return int(value)


def names(argument: str, value: Any, wanted: str) -> tuple[str, ...]:
    """The names asked for, each once; () for None. Raises ``InputError`` unless all are strings."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    try:
        chosen = tuple(value)
    except TypeError:
        raise InputError(argument, repr(value), wanted) from None
    for name in chosen:
        if not isinstance(name, str):
            raise InputError(argument, repr(name), wanted)
    if not chosen:
        raise InputError(argument, "an empty list", wanted)
    return tuple(dict.fromkeys(chosen))


def _real(value: Any) -> float:
    """``value`` as a float, NaN if it is no real number or leaves float64's range."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _shown(value: Any) -> str:
    """``value`` in one short line."""
    try:
        return " ".join(reprlib.repr(value).split())
    except ValueError:  # Python refuses to write out integers of many thousand digits
        return f"a huge {type(value).__name__}"
