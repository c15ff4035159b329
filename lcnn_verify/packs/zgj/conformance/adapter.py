"""Arrays into someone else's code and results out of it, looked at with suspicion.

NumPy, JAX and PyTorch all go through the array API, so no glue is needed on the user's side.
"""

from __future__ import annotations

import copy
import ctypes
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj.conformance import declaration
from lcnn_verify.packs.zgj.conformance.arrays import (
    Guarded,
    Layout,
    Unusable,
    as_numpy,
    judged,
    kind_of,
)
from lcnn_verify.packs.zgj.conformance.declaration import Arrays, Facts
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour
from lcnn_verify.packs.zgj.conformance.target import Loaded, describe, home_of

_NAMESPACES = {"jax": "jax.numpy", "torch": "array_api_compat.torch"}
# How the allocators of PyTorch, XLA and C++ say that there is no memory left.
_NO_MEMORY = re.compile(r"can't allocate memory|RESOURCE_EXHAUSTED|[Oo]ut of memory|std::bad_alloc")

_TELLING = ("gradient", "loss_and_gradient", "loss")
_PROBED = ([[1.1, 0.7], [0.3, -1.3]], [[0.6, 1.7]])  # nothing that float32 holds exactly
_IS_ITS: Mapping[Arrays, Callable[[Any], bool]] = MappingProxyType(
    {"jax": array_api_compat.is_jax_array, "torch": array_api_compat.is_torch_array}
)


class Adapter:
    """One loaded implementation, called in this process."""

    def __init__(self, loaded: Loaded, *, own_process: bool) -> None:
        """``own_process`` says that nobody but the implementation can have meant an interrupt."""
        self._subject, self._home = loaded.subject, home_of(loaded.module)
        self._own_process = own_process
        self._unasked = None if own_process else _copy(loaded.subject)
        imported = _in_memory() if own_process else _named_in(loaded.module)
        self.facts: Facts = declaration.read(loaded.subject, imported)
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
        students, teachers = Guarded("W", W, layout), Guarded("V", V, layout)
        answer = self._answer(operation, arrays, students, teachers)
        parts: tuple[Any, ...] = (answer,)
        if operation == "loss_and_gradient":
            if not isinstance(answer, tuple | list) or len(answer) != 2:
                got = f"got {kind_of(answer)}, wanted the pair (loss, gradient)"
                raise Misbehaviour(Fault.SHAPE, operation, got)
            parts = tuple(answer)
        names = ("gradient",) if operation == "gradient" else ("loss", "gradient")
        results = []
        for name, part in zip(names, parts, strict=False):
            with self._watched(operation):  # a lazy library computes only now
                raw = as_numpy(name, part)
            shape = W.shape if name == "gradient" else W.shape[:-2]
            results.append(judged(operation, name, raw, W.dtype, shape))
        if mode := _changed_mode():
            raise Misbehaviour(Fault.MODE, operation, mode, tuple(results))
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
        if self.facts.dtype is not None:
            return arrays, False
        # Rounding the inputs changes nothing, though changing them a little more does.
        rounded = [array.astype(np.float32).astype(np.float64) for array in inputs]
        moved = [array * 1.001 for array in inputs]
        others = [self._answers(operation, arrays, inputs) for inputs in (rounded, moved)]
        with self._watched(operation):
            same, still = (all(map(np.array_equal, answer, other)) for other in others)
        return arrays, same and not still

    def _answers(
        self, operation: str, arrays: Arrays, inputs: list[NDArray[Any]]
    ) -> tuple[Any, ...]:
        guarded = [Guarded(name, array, "C") for name, array in zip("WV", inputs, strict=True)]
        answer = self._answer(operation, arrays, *guarded)
        return tuple(answer) if isinstance(answer, tuple | list) else (answer,)

    def enable_x64(self) -> None:
        """Refuse: in a process that others use, JAX's precision is not ours to change."""
        got = "'float64' while JAX computes in float32"
        raise InputError("dtype", got, "jax_enable_x64 set before JAX is first used")

    def forget(self) -> bool:
        """Go on with a copy made before the first call, if there is one."""
        if self._unasked is None:
            return False
        self._subject = _copy(self._unasked)
        return True

    def close(self) -> None:
        """Nothing to end: the implementation lives in this process."""

    def _answer(self, operation: str, arrays: Arrays, *inputs: Guarded) -> Any:
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
        except Unusable as unusable:
            raise Misbehaviour(Fault.DTYPE, operation, str(unusable)) from None
        except MemoryError as error:
            raise Misbehaviour(Fault.MEMORY, operation, describe(error, self._home)) from None
        except SystemExit as error:
            raise Misbehaviour(Fault.EXIT, operation, describe(error, self._home)) from None
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not self._own_process:
                raise
            detail = describe(error, self._home)
            memory = isinstance(error, RuntimeError | ValueError) and _NO_MEMORY.search(detail)
            kind = Fault.MEMORY if memory else Fault.EXCEPTION
            raise Misbehaviour(kind, operation, detail) from None


def _changed_mode() -> str:
    """What is not as IEEE 754 has it in this thread's arithmetic, and its default again from here.

    A library compiled for speed, or one that rounds for intervals, may leave it so.
    """
    smallest, one, little = (float(text) for text in ("5e-324", "1", "1e-18"))  # not folded
    found = ""
    if smallest * one == 0.0:
        found = "tiny numbers are flushed to zero"
    elif one + little != one or one - little != one:
        found = "sums are not rounded to nearest"
    if found:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).fesetenv(ctypes.c_void_p(-1))  # FE_DFL_ENV of glibc
    return found


def _copy(subject: Any) -> Any:
    """A copy of an object with all its state; None of what cannot be copied, a module say."""
    try:
        return copy.deepcopy(subject)
    except Exception:  # a lock or an open file inside
        return None


def _in_memory() -> tuple[Arrays, ...]:
    """The frameworks imported by anyone, who is the target if the process is its own."""
    return tuple(name for name in declaration.FRAMEWORKS[1:] if name in sys.modules)


def _named_in(module: ModuleType | None) -> tuple[Arrays, ...]:
    """The frameworks that the target's own module has imported something of."""
    origins = set()
    for value in vars(module).values() if module else ():
        is_module = isinstance(value, ModuleType)
        origin = value.__name__ if is_module else getattr(type(value), "__module__", "")
        origins.add(str(origin).partition(".")[0])
        if isinstance(value, type | FunctionType):
            origins.add(str(value.__module__).partition(".")[0])
    return tuple(name for name in _in_memory() if name in origins)
