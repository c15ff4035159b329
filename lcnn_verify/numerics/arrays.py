"""Raw input becomes trusted arrays here, or a clear refusal."""

from __future__ import annotations

from numbers import Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lcnn_verify.errors import InputError

FloatArray: TypeAlias = NDArray[np.float64]


def as_matrix(name: str, value: ArrayLike | Any, shape: str = "(rows, columns)") -> FloatArray:
    """Return ``value`` as a C-contiguous float64 matrix of the ``shape`` so called.

    Raises :class:`InputError` naming ``name`` for anything but a non-empty 2-d array-like of finite
    reals: ragged lists, strings, booleans, complex numbers, masked arrays, NaN, infinities, wrong
    dimension, no rows or columns. Integers of any size and fractions are rounded to float64.
    """
    wanted = f"a 2-d array {shape} of finite real numbers"
    if isinstance(value, np.ma.MaskedArray):
        raise InputError(name, "a masked array", wanted)
    try:
        raw = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InputError(name, f"rows that do not form one array ({error})", wanted) from None
    if raw.dtype == object:
        raw = _from_objects(name, raw, wanted)
    if raw.dtype.kind not in "iuf":
        raise InputError(name, f"dtype {raw.dtype}", wanted)
    if raw.ndim != 2:
        raise InputError(name, f"{raw.ndim}-d array of shape {raw.shape}", wanted)
    if 0 in raw.shape:
        raise InputError(name, f"an empty array of shape {raw.shape}", wanted)
    with np.errstate(over="ignore"):
        matrix = np.ascontiguousarray(raw, dtype=np.float64)
    finite = np.isfinite(matrix)
    if not finite.all():
        row, column = (int(index) for index in np.argwhere(~finite)[0])
        raise InputError(name, f"{raw[row, column]!s} at row {row}, column {column}", wanted)
    return matrix


def _from_objects(name: str, raw: NDArray[np.object_], wanted: str) -> FloatArray:
    """An array of Python numbers, such as integers past 64 bits, as float64."""
    for entry in raw.flat:
        if isinstance(entry, bool) or not isinstance(entry, Real):
            raise InputError(name, f"an entry of type {type(entry).__name__}", wanted)
    try:
        return np.asarray(raw, dtype=np.float64)
    except OverflowError:
        raise InputError(name, "an entry too large for float64", wanted) from None
