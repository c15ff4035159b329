"""The numbers a caller may choose, checked."""

from __future__ import annotations

import math
import numbers
import reprlib
from typing import Any

import numpy as np

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
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value <= 0:
        raise InputError(name, _shown(value), "an integer above 0")
    return int(value)


def _real(value: Any) -> float:
    """``value`` as a float, NaN if it is no real number or leaves float64's range."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
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
