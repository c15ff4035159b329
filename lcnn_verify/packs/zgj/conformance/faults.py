"""What can go wrong with someone else's code, each way by its name, and what it is allowed."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from lcnn_verify.errors import InputError
from lcnn_verify.processes import MAX_LOST


class Fault(StrEnum):
    """How an implementation misbehaved in one call."""

    EXCEPTION = "exception"
    HANG = "hang"
    CRASH = "crash"
    EXIT = "exit"
    MEMORY = "memory"
    OUTPUT = "output"
    SHAPE = "shape"
    DTYPE = "dtype"
    NOT_FINITE = "not-finite"
    MUTATED = "mutated"
    MODE = "mode"

    @property
    def meaning(self) -> str:
        """What the implementation did, as the end of a sentence about it."""
        return {
            Fault.EXCEPTION: "raised an exception",
            Fault.HANG: "did not answer within the time limit",
            Fault.CRASH: "crashed its process",
            Fault.EXIT: "ended its process",
            Fault.MEMORY: "took more memory than the limit allows",
            Fault.OUTPUT: "printed more than the limit allows",
            Fault.SHAPE: "returned a wrong shape",
            Fault.DTYPE: "returned a wrong type",
            Fault.NOT_FINITE: "returned a value that is not finite",
            Fault.MUTATED: "changed its input arrays",
            Fault.MODE: "left the floating-point mode changed",
        }[self]

    @property
    def leaves_result(self) -> bool:
        """Whether the call gave a value all the same, which may be right."""
        return self in (Fault.MUTATED, Fault.MODE)

    @property
    def loses_process(self) -> bool:
        """Whether the process is given up after it, so that the next call starts another."""
        return self in _LOSES_PROCESS

    @property
    def cost(self) -> int:
        """How many of the processes that a property may lose it costs: a hang is waited for."""
        return MAX_LOST if self is Fault.HANG else int(self.loses_process)


_LOSES_PROCESS = frozenset({Fault.HANG, Fault.CRASH, Fault.EXIT, Fault.MEMORY, Fault.OUTPUT})


class Misbehaviour(Exception):
    """A call that gave no usable result: which operation, what kind of fault, and the details.

    ``detail`` is one line a person can act on. ``result`` is what the call returned where its fault
    ``leaves_result``, else None.
    """

    def __init__(self, kind: Fault, operation: str, detail: str, result: Any = None) -> None:
        super().__init__(f"{operation} {kind.meaning}: {detail}")
        self.kind, self.operation, self.detail, self.result = kind, operation, detail, result

    def __reduce__(self) -> tuple[type[Misbehaviour], tuple[Fault, str, str, Any]]:
        return type(self), (self.kind, self.operation, self.detail, self.result)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one call in the implementation's own process.

    ``call_seconds`` bounds a call. ``first_call_seconds`` bounds the loading. Where JAX, PyTorch,
    Numba or Julia is in memory, which take their time to compile, it also bounds the first call of
    each operation in each process, until one has hung that long. ``memory_gigabytes`` (units of
    2³⁰ bytes) comes on top of what the process holds after loading, and on top of an empty
    process while loading. ``output_bytes`` bounds what one call writes to stdout and stderr.
    Raises ``InputError`` unless all are positive and finite.
    """

    call_seconds: float = 10.0
    first_call_seconds: float = 60.0
    memory_gigabytes: float = 2.0
    output_bytes: int = 1_000_000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            real = isinstance(value, int | float) and not isinstance(value, bool)
            if not real or not 0 < value < math.inf:
                raise InputError(field.name, repr(value), "a positive number")


DEFAULT_LIMITS = Limits()
