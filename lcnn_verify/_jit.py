"""One typed door to Numba, so that strict type checking sees through the decorator."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import caching

F = TypeVar("F", bound=Callable[..., object])
_PACKAGE = Path(__file__).parent
_INLINED = ("population", "dynamics")


@functools.cache
def _sources_digest() -> str:
    """A digest of every module whose functions and constants compiled code may have inlined."""
    digest = hashlib.sha256()
    for folder in _INLINED:
        for path in sorted((_PACKAGE / folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


class _Cache(caching.FunctionCache):  # type: ignore[misc]  # Numba is untyped
    """Numba's on-disk cache, made to notice edits of the functions a function calls.

    Numba stamps an entry with the function's own file only: after an edit of another file it
    would go on running machine code with the old callees and constants inlined.
    """

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        stamp = (self._impl.locator.get_source_stamp(), _sources_digest())
        self._cache_file = caching.IndexDataCacheFile(
            self._cache_path, self._impl.filename_base, stamp
        )


def compiled(function: F) -> F:
    """Compile ``function`` to machine code on first call and keep it in Numba's on-disk cache.

    With ``NUMBA_DISABLE_JIT=1`` the plain Python body runs instead, which is how coverage sees it.
    """
    dispatcher = numba.njit(error_model="numpy")(function)
    if dispatcher is not function:
        dispatcher._cache = _Cache(function)
    return cast(F, dispatcher)
