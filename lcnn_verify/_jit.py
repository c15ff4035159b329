"""One typed door to Numba, so that strict type checking sees through the decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile ``function`` to machine code on first call and keep it in Numba's on-disk cache.

    With ``NUMBA_DISABLE_JIT=1`` the plain Python body runs instead, which is how coverage sees it.
    """
    return cast(F, numba.njit(cache=True, error_model="numpy")(function))
