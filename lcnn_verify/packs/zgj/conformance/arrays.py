"""Arrays into someone else's code, watched for changes, and out of it, looked at with suspicion."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from lcnn_verify.packs.zgj.conformance.declaration import DTYPES
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour

Layout: TypeAlias = Literal["C", "F", "strided", "reversed", "byteswapped", "readonly"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)


class Guarded:
    """An input array in a memory layout, and a copy that shows whether it was changed."""

    def __init__(self, name: str, array: NDArray[Any], layout: Layout) -> None:
        self._name = name
        self.view, self._memory = _laid_out(array, layout)
        self._before, self._form = self._memory.tobytes(), self._shape_and_strides()

    def change(self) -> str:
        """What is different now, with the first place; empty if nothing is."""
        if self._shape_and_strides() != self._form:
            return f"{self._name} has another shape or another dtype than before"
        if self._memory.tobytes() == self._before:
            return ""
        before = np.frombuffer(self._before, self._memory.dtype).reshape(self._memory.shape)
        # Not-a-number fills the gaps of a strided layout, and is not a change.
        differs = (self._memory != before) & ~(np.isnan(self._memory) & np.isnan(before))
        if not differs.any():
            return f"{self._name} changed in the sign of a zero or of a not-a-number"
        at = tuple(int(index) for index in np.argwhere(differs)[0])
        now, then, count = self._memory[at], before[at], int(differs.sum())
        if self._memory.shape != self.view.shape or self._memory.strides != self.view.strides:
            return f"{count} entries of {self._name}'s memory changed, one from {then!s} to {now!s}"
        where = ", ".join(map(str, at))
        return f"{self._name}[{where}] changed from {then!s} to {now!s} ({count} entries changed)"

    def _shape_and_strides(self) -> tuple[Any, ...]:
        return self.view.shape, self.view.strides, self.view.dtype


def _laid_out(array: NDArray[Any], layout: Layout) -> tuple[NDArray[Any], NDArray[Any]]:
    """A fresh copy of ``array`` in ``layout``, and the array that owns its memory."""
    if layout == "strided":
        # What lies between the entries is poison to whoever ignores the strides.
        memory = np.full([2 * size for size in array.shape], np.nan, array.dtype)
        view = memory[(slice(None, None, 2),) * array.ndim]
        view[...] = array
        return view, memory
    if layout == "reversed":
        backwards = (slice(None, None, -1),) * array.ndim
        memory = np.array(array[backwards], order="C")
        return memory[backwards], memory
    dtype = array.dtype.newbyteorder() if layout == "byteswapped" else array.dtype
    memory = np.array(array, dtype, order="F" if layout == "F" else "C")
    memory.flags.writeable = layout != "readonly"
    return memory, memory


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
