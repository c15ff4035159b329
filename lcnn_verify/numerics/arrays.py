"""Raw input becomes trusted arrays here, or a clear refusal."""

from __future__ import annotations

from numbers import Real
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lcnn_verify.errors import InputError

FloatArray: TypeAlias = NDArray[np.float64]
_FLOAT64 = np.dtype(np.float64)


def as_matrix(name: str, value: ArrayLike | Any, shape: str = "(rows, columns)") -> FloatArray:
    """Return ``value`` as a C-contiguous float64 matrix of the ``shape`` so called.

    Raises :class:`InputError` as :func:`as_array` does, and for another number of dimensions.
    """
    return as_array(name, value, f"a 2-d array {shape} of finite real numbers", dimensions=2)


def as_array(
    name: str,
    value: ArrayLike | Any,
    wanted: str = "an array of finite real numbers",
    *,
    dimensions: int | None = None,
) -> FloatArray:
    """Return ``value`` as a C-contiguous float64 array, of that many ``dimensions`` if given.

    Raises :class:`InputError` naming ``name`` for anything but a non-empty array-like of finite
    reals: ragged lists, strings, booleans, complex numbers, masked arrays, tensors that require
    grad, NaN, infinities, no rows or columns. Integers of any size and fractions are rounded to
    float64.
    """
    if _is_trusted(value, dimensions):
        return value
    if isinstance(value, np.ma.MaskedArray):
        raise InputError(name, "a masked array", wanted)
    try:
        raw = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InputError(name, f"rows that do not form one array ({error})", wanted) from None
    except Exception as error:  # a tensor that requires grad, say
        got = f"a {type(value).__name__} that gives no array ({' '.join(str(error).split())})"
        raise InputError(name, got, wanted) from None
    if raw.dtype == object:
        raw = _from_objects(name, raw, wanted)
    if raw.dtype.kind not in "iuf":
        raise InputError(name, f"dtype {raw.dtype}", wanted)
    if dimensions is not None and raw.ndim != dimensions:
        raise InputError(name, f"{raw.ndim}-d array of shape {raw.shape}", wanted)
    if 0 in raw.shape:
        raise InputError(name, f"an empty array of shape {raw.shape}", wanted)
    with np.errstate(over="ignore"):
        array = np.asarray(raw, dtype=np.float64, order="C")
    finite = np.isfinite(array)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        words = ("row", "column") if raw.ndim == 2 else ("index",) * raw.ndim
        place = ", ".join(f"{word} {i}" for word, i in zip(words, index, strict=True))
        raise InputError(name, f"{raw[index]!s} at {place or 'its only place'}", wanted)
    return array


def is_ready(value: Any, dimensions: int | None) -> TypeGuard[FloatArray]:
    """Whether ``value`` is what :func:`as_array` gives, if its numbers are finite."""
    return (
        type(value) is np.ndarray
        and value.dtype is _FLOAT64
        and value.flags.c_contiguous
        and (dimensions is None or value.ndim == dimensions)
        and value.size > 0
    )


def _is_trusted(value: Any, dimensions: int | None) -> TypeGuard[FloatArray]:
    """Whether nothing is to be done: what nearly every call brings, in a third of the time."""
    return is_ready(value, dimensions) and np.count_nonzero(np.isfinite(value)) == value.size


def _from_objects(name: str, raw: NDArray[np.object_], wanted: str) -> FloatArray:
    """An array of Python numbers, such as integers past 64 bits, as float64."""
    for entry in raw.flat:
        if isinstance(entry, bool) or not isinstance(entry, Real):
            raise InputError(name, f"an entry of type {type(entry).__name__}", wanted)
    try:
        return np.asarray(raw, dtype=np.float64)
    except OverflowError:
        raise InputError(name, "an entry too large for float64", wanted) from None
