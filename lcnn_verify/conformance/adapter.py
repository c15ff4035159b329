"""Arrays into someone else's code and results out of it, looked at with suspicion.

NumPy, JAX and PyTorch all go through the array API, so no glue is needed on the user's side.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from lcnn_verify.conformance import declaration
from lcnn_verify.conformance.declaration import Arrays, Facts
from lcnn_verify.conformance.faults import Fault, Misbehaviour
from lcnn_verify.conformance.target import Loaded, describe
from lcnn_verify.errors import InputError

Layout: TypeAlias = Literal["C", "F", "strided", "reversed", "byteswapped", "readonly"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

_NAMESPACES = {"jax": "jax.numpy", "torch": "array_api_compat.torch"}
# How the allocators of PyTorch, XLA and C++ say that there is no memory left.
_NO_MEMORY = re.compile(r"can't allocate memory|RESOURCE_EXHAUSTED|[Oo]ut of memory|std::bad_alloc")


class Adapter:
    """One loaded implementation, called in this process."""

    def __init__(self, loaded: Loaded, *, own_process: bool) -> None:
        """``own_process`` says that nobody but the implementation can have meant an interrupt."""
        self._subject, self._home, self._own_process = loaded.subject, loaded.home, own_process
        self.facts: Facts = declaration.read(loaded.subject)
        if "torch" in self.facts.imported and own_process:
            sys.modules["torch"].set_num_threads(1)

    def call(
        self,
        operation: str,
        W: NDArray[Any],
        V: NDArray[Any],
        arrays: Arrays,
        layout: Layout = "C",
    ) -> tuple[NDArray[Any], ...]:
        """Call ``operation`` and return its results as NumPy arrays of the inputs' dtype.

        One array for the loss (shape () or (B,)) or the gradient (W's shape), two for both.
        Raises :class:`Misbehaviour`.
        """
        students, teachers = _Guarded("W", W, layout), _Guarded("V", V, layout)
        answer = self._answer(operation, arrays, students, teachers)
        parts: tuple[Any, ...] = (answer,)
        if operation == "loss_and_gradient":
            if not isinstance(answer, tuple | list) or len(answer) != 2:
                got = f"got {_kind(answer)}, wanted the pair (loss, gradient)"
                raise Misbehaviour(Fault.SHAPE, operation, got)
            parts = tuple(answer)
        names = ("gradient",) if operation == "gradient" else ("loss", "gradient")
        results = []
        for name, part in zip(names, parts, strict=False):
            with self._watched(operation):  # a lazy library computes only now
                raw = _as_numpy(name, part)
            shape = W.shape if name == "gradient" else W.shape[:-2]
            results.append(_judged(operation, name, raw, W.dtype, shape))
        for guarded in (students, teachers):
            if change := guarded.change():
                raise Misbehaviour(Fault.MUTATED, operation, change, tuple(results))
        return tuple(results)

    def probe(self, arrays: Arrays) -> tuple[Arrays, bool]:
        """Call it on ``arrays``: which come back, and whether it sees no more than their float32.

        The latter only where it declares no dtype. Raises ``Misbehaviour``.
        """
        operation = next(name for name in _TELLING if name in self.facts.offers)
        inputs = [np.array(rows, self.facts.dtype or "float64") for rows in _PROBED]
        answer = self._answers(operation, arrays, inputs)
        for name, is_its in _IS_ITS.items():
            if any(is_its(part) for part in answer):
                return name, False
        rounded = [array.astype(np.float32).astype(array.dtype) for array in inputs]
        with self._watched(operation):
            again = self._answers(operation, arrays, rounded)
            seen = [np.array_equal(*pair) for pair in zip(answer, again, strict=True)]
        return arrays, all(seen) and self.facts.dtype is None

    def _answers(
        self, operation: str, arrays: Arrays, inputs: list[NDArray[Any]]
    ) -> tuple[Any, ...]:
        guarded = [_Guarded(name, array, "C") for name, array in zip("WV", inputs, strict=True)]
        answer = self._answer(operation, arrays, *guarded)
        return tuple(answer) if isinstance(answer, tuple | list) else (answer,)

    def enable_x64(self) -> None:
        """Refuse: in a process that others use, JAX's precision is not ours to change."""
        got = "'float64' while JAX computes in float32"
        raise InputError("dtype", got, "jax_enable_x64 set before JAX is first used")

    def close(self) -> None:
        """Nothing to end: the implementation lives in this process."""

    def _answer(self, operation: str, arrays: Arrays, *inputs: _Guarded) -> Any:
        with self._watched(operation):
            function = getattr(self._subject, operation)
            if arrays == "numpy":
                return function(*(guarded.view for guarded in inputs))
            namespace = importlib.import_module(_NAMESPACES[arrays])
            return function(*(namespace.asarray(guarded.view) for guarded in inputs))

    @contextmanager
    def _watched(self, operation: str) -> Iterator[None]:
        """Give whatever the implementation raises inside the block a name."""
        try:
            yield
        except _Unusable as unusable:
            raise Misbehaviour(Fault.DTYPE, operation, str(unusable)) from None
        except MemoryError as error:
            raise Misbehaviour(Fault.MEMORY, operation, describe(error, self._home)) from None
        except SystemExit as error:
            raise Misbehaviour(Fault.EXIT, operation, describe(error, self._home)) from None
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not self._own_process:
                raise
            detail = describe(error, self._home)
            memory = isinstance(error, RuntimeError) and _NO_MEMORY.search(detail)
            kind = Fault.MEMORY if memory else Fault.EXCEPTION
            raise Misbehaviour(kind, operation, detail) from None


_TELLING = ("gradient", "loss_and_gradient", "loss")
_PROBED = ([[1.1, 0.7], [0.3, -1.3]], [[0.6, 1.7]])  # nothing that float32 holds exactly
_IS_ITS: Mapping[Arrays, Callable[[Any], bool]] = MappingProxyType(
    {"jax": array_api_compat.is_jax_array, "torch": array_api_compat.is_torch_array}
)


class _Unusable(Exception):
    """A result that is no array or number."""


class _Guarded:
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


def _kind(value: Any) -> str:
    length = f" of length {len(value)}" if isinstance(value, tuple | list) else ""
    return f"{type(value).__name__}{length}"


def _as_numpy(name: str, value: Any) -> NDArray[Any]:
    """A result as a NumPy array, whatever library it comes from."""
    wanted = "a number" if name == "loss" else "an array"
    if isinstance(value, np.ma.MaskedArray):
        raise _Unusable(f"{name}: got a masked array, wanted {wanted}")
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
            raise _Unusable(f"{name}: got dtype bfloat16, wanted float32 or float64")
        return np.asarray(value.numpy())
    if array_api_compat.is_jax_array(value):
        return np.asarray(value)
    if hasattr(value, "__dlpack__"):
        return np.from_dlpack(value)
    if hasattr(value, "__array__"):
        return np.asarray(value)
    raise _Unusable(f"{name}: got {_kind(value)}, wanted {wanted}")


def _judged(
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
        if raw.dtype.name in declaration.DTYPES:
            got += f" (declare dtype = '{raw.dtype}' if that is meant)"
        raise Misbehaviour(Fault.DTYPE, operation, got)
    finite = np.isfinite(raw)
    if not finite.all():
        at = tuple(int(index) for index in np.argwhere(~finite)[0])
        where = f"[{', '.join(map(str, at))}]" if at else ""
        bad = f" ({int((~finite).sum())} of {raw.size} entries are not finite)" if at else ""
        raise Misbehaviour(Fault.NOT_FINITE, operation, f"{name}{where} is {raw[at]!s}{bad}")
    return raw
