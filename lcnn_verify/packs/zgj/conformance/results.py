"""Results of someone else's code, whatever library they come from, looked at with suspicion."""

from __future__ import annotations

from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from lcnn_verify.packs.zgj.conformance.declaration import DTYPES
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour


class Unusable(Exception):
    """A result that is no array or number."""


def as_numpy(name: str, value: Any) -> NDArray[Any]:
    """A result as a NumPy array, whatever library it comes from."""
    wanted = "a number" if name == "loss" else "an array"
    if isinstance(value, np.ma.MaskedArray):
        raise Unusable(f"{name}: got a masked array, wanted {wanted}")
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return np.asarray(float(value))
        except OverflowError:
            return np.asarray(np.inf)
    if array_api_compat.is_torch_array(value):
        value = value.detach().cpu().resolve_conj().resolve_neg()
        if str(value.dtype) == "torch.bfloat16":
            raise Unusable(f"{name}: got dtype bfloat16, wanted float32 or float64")
        return np.asarray(value.numpy())
    if array_api_compat.is_jax_array(value):
        return np.asarray(value)
    if hasattr(value, "__dlpack__"):
        return np.from_dlpack(value)
    if hasattr(value, "__array__"):
        return np.asarray(value)
    raise Unusable(f"{name}: got {kind_of(value)}, wanted {wanted}")


def judged(
    operation: str, name: str, raw: NDArray[Any], dtype: np.dtype[Any], shape: tuple[int, ...]
) -> NDArray[Any]:
    """``raw`` if it has the shape and the dtype it should have and is finite."""
    if raw.shape != shape:
        got = f"{name}: got shape {raw.shape}, wanted {shape or '() or a number'}"
        raise Misbehaviour(Fault.SHAPE, operation, got)
    # A Python float has no dtype of its own, and a NumPy float64 scalar is one.
    python_float = not shape and raw.dtype == np.float64
    if raw.dtype.newbyteorder("=") != dtype and not python_float:
        got = f"{name}: got dtype {raw.dtype}, wanted {dtype}"
        if raw.dtype.name in DTYPES:
            got += f" (declare dtype = '{raw.dtype}' if that is meant)"
        raise Misbehaviour(Fault.DTYPE, operation, got)
    finite = np.isfinite(raw)
    if not finite.all():
        at = tuple(int(index) for index in np.argwhere(~finite)[0])
        where = f"[{', '.join(map(str, at))}]" if at else ""
        bad = f" ({int((~finite).sum())} of {raw.size} entries are not finite)" if at else ""
        raise Misbehaviour(Fault.NOT_FINITE, operation, f"{name}{where} is {raw[at]!s}{bad}")
    return raw


def kind_of(value: Any) -> str:
    """The type of ``value``, with the length of a tuple or list."""
    length = f" of length {len(value)}" if isinstance(value, tuple | list) else ""
    return f"{type(value).__name__}{length}"
