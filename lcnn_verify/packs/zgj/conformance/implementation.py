"""An implementation under test, as properties see it: what it declares, and its answers."""

from __future__ import annotations

import atexit
import os
from functools import cache
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.conformance import target as targets
from lcnn_verify.packs.zgj.conformance.adapter import Adapter
from lcnn_verify.packs.zgj.conformance.arrays import LAYOUTS, Layout
from lcnn_verify.packs.zgj.conformance.declaration import Arrays, Declaration, Dtype
from lcnn_verify.packs.zgj.conformance.faults import DEFAULT_LIMITS, Limits, Misbehaviour
from lcnn_verify.packs.zgj.conformance.process.isolation import Isolated
from lcnn_verify.packs.zgj.conformance.target import home_of, module_of
from lcnn_verify.profiles import active

_FRESH_STARTS = 2


Service: TypeAlias = Adapter | Isolated
"""Where calls go: an adapter in this process, or one in a process of its own."""


class Implementation:
    """A loaded implementation: :attr:`declaration` says what it offers, :meth:`call` calls it.

    :attr:`lost` counts what its calls have cost in processes (``Fault.cost``).
    """

    def __init__(self, name: str, service: Service) -> None:
        self._service, self._fresh_starts, self.lost = service, 0, 0
        try:
            self.declaration = _settle(name, service)
        except BaseException:
            service.close()
            raise

    def call(
        self, operation: str, W: ArrayLike, V: ArrayLike, *, layout: Layout = "C"
    ) -> float | FloatArray | tuple[float | FloatArray, FloatArray]:
        """Call ``operation`` on students W (m, d) or (B, m, d) and teachers V (r, d).

        W and V are first rounded to the declared dtype. Returns the loss (a float, or an array
        (B,)), the gradient (an array of W's shape), or both; in float64, exactly as the
        implementation gave them. ``layout`` is how W and V lie in memory, for NumPy targets.

        Raises :class:`Misbehaviour` if it gives no usable result, and ``InputError`` for an
        operation it does not offer, a layout it cannot be given, or arrays that do not fit.
        """
        said = self.declaration
        if operation not in said.offers:
            hint = did_you_mean(operation, said.offers)
            raise InputError("operation", repr(operation), f"one of {said.offers}{hint}")
        if layout not in LAYOUTS:
            hint = did_you_mean(layout, LAYOUTS)
            raise InputError("layout", repr(layout), f"one of {LAYOUTS}{hint}")
        if layout != "C" and said.arrays != "numpy":
            raise InputError("layout", repr(layout), f"'C', for arrays of {said.arrays}")
        students, teachers = _rounded("W", W, said.dtype), _rounded("V", V, said.dtype)
        shapes = f"shapes {students.shape} and {teachers.shape}"
        if teachers.ndim != 2 or students.shape[-1] != teachers.shape[1]:
            raise InputError("W and V", shapes, "(m, d) and (r, d)")
        if students.ndim != 2 and not (students.ndim == 3 and said.batch):
            batch = " or (B, m, d)" if said.batch else ", for it declares no batch,"
            raise InputError("W and V", shapes, f"(m, d){batch} and (r, d)")
        try:
            answers = self._service.call(operation, students, teachers, said.arrays, layout)
        except Misbehaviour as fault:
            self.lost += fault.kind.cost
            raise
        results = tuple(_float64(answer) for answer in answers)
        if len(results) == 1:
            return results[0]
        return results[0], np.asarray(results[1])

    def forget(self) -> bool:
        """Have the next call meet an implementation that was asked nothing before.

        False where that cannot be done, or was often enough: it costs the start of a process.
        """
        self._fresh_starts += 1
        return self._fresh_starts <= _FRESH_STARTS and self._service.forget()

    def close(self) -> None:
        """End the implementation's process, if it has its own; another call would start one."""
        self._service.close()

    def __enter__(self) -> Implementation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_implementation(
    target: str | Any, *, isolate: bool = True, limits: Limits = DEFAULT_LIMITS
) -> Implementation:
    """Load ``target`` (:mod:`~lcnn_verify.packs.zgj.conformance.declaration` says what it may be).

    ``"package.module:object"`` is looked for in the current directory and on ``sys.path``,
    ``"path/file.py:object"`` with its own folder on ``sys.path``; without ``:object`` the module
    itself is meant. It is loaded and called in a process of its own, under ``limits``. An object
    in place of a text, two functions (loss, gradient), or ``isolate=False``, is served in this
    process: faster to start and easier to debug, but a hang is a hang and a crash is its end.

    Raises ``InputError`` if the target is missing, offers nothing, declares what is not allowed,
    or if its import raises, crashes or hangs.
    """
    if not isinstance(target, str):
        paired = type(target) is tuple and len(target) == len(("loss", "gradient"))
        subject = targets.pair(*target) if paired else target
        module = module_of(subject)
        loaded = targets.Loaded(targets.instantiate(subject, home_of(module)), module)
        return Implementation(name_of(target), Adapter(loaded, own_process=False))
    where = targets.parse(target)
    if isolate:
        return Implementation(target, Isolated(where, limits))
    return Implementation(target, Adapter(targets.load(where), own_process=False))


def name_of(target: Any) -> str:
    """What to call a target: its text, or the name of an object or of two functions."""
    if isinstance(target, str):
        return target
    if type(target) is tuple:  # and no named one, which may be an implementation
        return ", ".join(map(name_of, target))
    return str(getattr(target, "__name__", None) or type(target).__name__)


def current() -> Implementation:
    """The implementation that the active run is about, opened once per process and target.

    Under the run's limits, and the usual ones where it has none of its own. Raises ``InputError``
    outside a conformance run, and as :func:`open_implementation` does.
    """
    subject = active().subject or {}
    if "target" not in subject:
        raise InputError("implementation", "none", "a run of `lcnn-verify conform TARGET`")
    limits = Limits(
        call_seconds=subject.get("call_seconds", DEFAULT_LIMITS.call_seconds),
        memory_gigabytes=subject.get("memory_gigabytes", DEFAULT_LIMITS.memory_gigabytes),
    )
    return _opened(os.getpid(), subject["target"], limits)


@cache
def _opened(pid: int, target: str, limits: Limits) -> Implementation:
    """``pid`` keeps a forked child from speaking through its parent's pipes."""
    implementation = open_implementation(target, limits=limits)
    atexit.register(implementation.close)
    return implementation


def _settle(name: str, service: Service) -> Declaration:
    """Answer what the object left open: the dtype, and the library its arrays come from."""
    facts = service.facts
    if "jax" in facts.imported and facts.dtype == "float64" and not facts.x64:
        service.enable_x64()
        facts = service.facts
    arrays, only_float32 = (facts.arrays, False) if facts.arrays else _found_out(service)
    plain_jax = "jax" in facts.imported and not facts.x64
    unasked: Dtype = "float32" if plain_jax and (arrays == "jax" or only_float32) else "float64"
    dtype = facts.dtype or unasked
    return Declaration(
        name, facts.offers, facts.model, dtype, facts.batch, arrays, facts.near, facts.domain
    )


def _found_out(service: Service) -> tuple[Arrays, bool]:
    """What arrays the implementation works with, from what it does with a small call."""
    imported = service.facts.imported
    if not imported:
        return "numpy", False
    for arrays in ("numpy", *imported):
        try:
            return service.probe(arrays)
        except Misbehaviour as misbehaviour:
            if misbehaviour.kind.loses_process:
                break
    return imported[0], False


def _rounded(name: str, array: ArrayLike, dtype: Dtype) -> NDArray[Any]:
    exact = np.asarray(array, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        rounded = np.ascontiguousarray(exact, dtype=dtype)
    if 0 in rounded.shape or not np.isfinite(rounded).all():
        raise InputError(name, f"an array that is empty or not finite in {dtype}", "finite numbers")
    return rounded


def _float64(answer: NDArray[Any]) -> float | FloatArray:
    return np.array(answer, dtype=np.float64) if answer.ndim else float(answer)
