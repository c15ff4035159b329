"""Input arrays for someone else's code: in any memory layout, and watched for changes."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

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
