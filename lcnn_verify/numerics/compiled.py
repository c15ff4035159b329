"""One typed door to Numba, so that strict type checking sees through the decorator."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import caching

F = TypeVar("F", bound=Callable[..., object])
_OURS = "lcnn_verify"
_OF_ALL = frozenset({_OURS, f"{_OURS}.packs"})
"""Packages of ours that hold more than one pack: each pack's data are its own."""
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
        digest = inlined_digest(function.__module__, function.__code__.co_filename)
        stamp = (self._impl.locator.get_source_stamp(), digest)
        self._cache_file = caching.IndexDataCacheFile(
            self._cache_path, self._impl.filename_base, stamp
        )


def inlined_digest(module: str, file: str) -> str:
    """A digest of all that machine code of ``module``, whose source is ``file``, may have inlined.

    That is every module it imports, directly or not, from its own top-level package and from
    ours; and the data files of its package, from which a constant may have been read.
    """
    reach = {_OURS, module.partition(".")[0]}
    files, waiting = {Path(file)}, [(module, Path(file))]
    while waiting:
        for imported in _imports(*waiting.pop()):
            source = _source(imported)
            if source and source not in files and imported.partition(".")[0] in reach:
                files.add(source)
                waiting.append((imported, source))
    digest = hashlib.sha256()
    for path in (*sorted(files), *sorted(_data(module))):
        digest.update(_digest(path, _stamp(path)))
    return digest.hexdigest()


def _imports(module: str, path: Path) -> Iterator[str]:
    """The modules a source file names in its imports, wherever in the file."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _import_statements(path, _stamp(path)):
        if isinstance(node, ast.ImportFrom):
            relative = "." * node.level + (node.module or "")
            base = importlib.util.resolve_name(relative, package)
            inner = (f"{base}.{alias.name}" for alias in node.names)
            yield from (name if _source(name) else base for name in inner)
        else:
            for alias in node.names:
                yield from _with_parents(alias.name)


@functools.cache
def _source(module: str) -> Path | None:
    """The source file of a module whose top-level package is imported; None if there is none."""
    top, *rest = module.split(".")
    package = sys.modules.get(top)
    for folder in getattr(package, "__path__", ()):
        place = Path(folder, *rest)
        for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if path.is_file():
                return path
    alone = getattr(package, "__file__", None) if not rest else None
    return Path(alone) if alone else None


def _data(module: str) -> Iterator[Path]:
    """The files beside the sources of the outermost package of ``module`` that is its own."""
    sources = (_source(name) for name in _with_parents(module) if name not in _OF_ALL)
    package = next((path.parent for path in sources if path and path.name == "__init__.py"), None)
    for path in package.rglob("*") if package else ():
        if path.suffix not in _NEVER_INLINED and path.is_file() and "__pycache__" not in path.parts:
            yield path


def _with_parents(module: str) -> Iterator[str]:
    """``a``, ``a.b`` and ``a.b.c`` of ``a.b.c``."""
    return accumulate(module.split("."), "{}.{}".format)


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file is edited, even while this process runs: in a notebook, say."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@functools.cache
def _digest(path: Path, stamp: tuple[int, int]) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


@functools.cache
def _import_statements(
    path: Path, stamp: tuple[int, int]
) -> tuple[ast.Import | ast.ImportFrom, ...]:
    nodes = ast.walk(ast.parse(path.read_bytes()))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
