"""One typed door to Numba, so that strict type checking sees through the decorator."""

from __future__ import annotations

import ast
import functools
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import caching

F = TypeVar("F", bound=Callable[..., object])
_OURS = "lcnn_verify"
_NEVER_INLINED = frozenset({".py", ".pyc", ".md", ".html", ".css"})
"""Endings of files that hold no data for a module-level constant: code, and text for people."""
_DISPATCHERS: list[Any] = []


def compiled(function: F) -> F:
    """Compile ``function`` to machine code on first call and keep it in Numba's on-disk cache.

    With ``NUMBA_DISABLE_JIT=1`` the plain Python body runs instead, which is how coverage sees it.
    """
    dispatcher = numba.njit(error_model="numpy")(function)
    if dispatcher is not function:
        dispatcher._cache = _Cache(function)
        _DISPATCHERS.append(dispatcher)
    return cast(F, dispatcher)


def dispatchers() -> tuple[Any, ...]:
    """Every function this process has had compiled; none with ``NUMBA_DISABLE_JIT=1``."""
    return tuple(_DISPATCHERS)


class _Cache(caching.FunctionCache):  # type: ignore[misc]  # Numba is untyped
    """Numba's on-disk cache, made to notice edits of the functions a function calls.

    Numba stamps an entry with the function's own file only: after an edit of another file it
    would go on running machine code with the old callees and constants inlined.
    """

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        stamp = (self._impl.locator.get_source_stamp(), inlined_digest(function.__module__))
        self._cache_file = caching.IndexDataCacheFile(
            self._cache_path, self._impl.filename_base, stamp
        )


@functools.cache
def inlined_digest(module: str) -> str:
    """A digest of all that machine code of ``module`` may have inlined.

    That is every module it imports, directly or not, from its own top-level package and from
    ours, whoever wrote it; and the data files of its package, from which a constant may have been
    read: of one folder below ``packs`` for a pack of ours.
    """
    files = {_file_of(module)} if _file_of(module) else set()
    waiting = [(module, path) for path in files if path]
    while waiting:
        name, path = waiting.pop()
        for imported in _imported(path, name):
            found = _file_of(imported)
            if imported.partition(".")[0] in (_OURS, module.partition(".")[0]) and found:
                if found not in files:
                    waiting.append((imported, found))
                files.add(found)
    digest = hashlib.sha256()
    for path in sorted(filter(None, files)) + sorted(_data_files(module)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _imported(path: Path, module: str) -> Iterator[str]:
    """The modules a source file names in its imports."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, base]).rstrip(".")
            inner = [f"{base}.{alias.name}" for alias in node.names]
            modules = [name for name in inner if _file_of(name)]
            yield from modules
            if len(modules) < len(inner):  # some name is an attribute of the package itself
                yield base


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


@functools.cache
def _file_of(module: str) -> Path | None:
    """The source file of a module of an imported top-level package; None if there is none."""
    top, *rest = module.split(".")
    origin = getattr(sys.modules.get(top), "__file__", None)
    if origin is None:
        return None
    if not rest:
        return Path(origin)
    place = Path(origin).parent.joinpath(*rest)
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if Path(origin).name == "__init__.py" and path.is_file():
            return path
    return None


def _data_files(module: str) -> Iterator[Path]:
    """Files beside the sources of the package of ``module`` that constants may be read from."""
    parts = module.split(".")
    package = parts[:3] if parts[:2] == [_OURS, "packs"] else parts[:1]
    origin = _file_of(".".join(package))
    if package == [_OURS] or origin is None or origin.name != "__init__.py":
        return
    for path in origin.parent.rglob("*"):
        if path.suffix not in _NEVER_INLINED and path.is_file() and "__pycache__" not in path.parts:
            yield path
