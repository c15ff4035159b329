"""How long, how much memory and how much output someone else's code is allowed."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from lcnn_verify.errors import InputError


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
