"""One typed door to Numba, so that strict type checking sees through the decorator."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import caching, config

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
    return _compiled(function)


def fused(function: F) -> F:
    """:func:`compiled`, with a·b + c rounded once where the processor can: sooner, and no worse.

    The last bit of a result then depends on the processor.
    """
    return _compiled(function, fastmath={"contract"})


def unnoticed() -> AbstractContextManager[object]:
    """Around calls of compiled functions: the plain Python bodies warn of overflow as little."""
    return np.errstate(over="ignore", under="ignore") if config.DISABLE_JIT else nullcontext()


def inlined(function: F) -> F:
    """:func:`compiled` into its callers: a dozen arrays are not handed over for a short body."""
    return _compiled(function, forceinline=True)


def released(function: F) -> F:
    """:func:`compiled`, and other threads run meanwhile."""
    return _compiled(function, nogil=True)


def _compiled(function: F, **options: Any) -> F:
    dispatcher = numba.njit(error_model="numpy", **options)(function)
    if dispatcher is not function:
        if (cache := _cache_of(function)) is not None:
            dispatcher._cache = cache
        _DISPATCHERS.append(dispatcher)
    return cast(F, dispatcher)


def dispatchers() -> tuple[Any, ...]:
    """Every function this process has had compiled; none with ``NUMBA_DISABLE_JIT=1``."""
    return tuple(_DISPATCHERS)


def cache_folders() -> tuple[str, ...]:
    """Where compiled code is kept; none where it is not."""
    caches = (dispatcher._cache for dispatcher in _DISPATCHERS)
    return tuple(dict.fromkeys(it.cache_path for it in caches if isinstance(it, _Cache)))


def is_cached(dispatcher: Any) -> bool:
    """Whether the on-disk cache has machine code of a function, of today's sources."""
    cache = dispatcher._cache
    return isinstance(cache, _Cache) and bool(cache._cache_file._load_index())


def _cache_of(function: Any) -> _Cache | None:
    """The on-disk cache of ``function``, in a temporary folder where Numba finds no other.

    None where there is no such folder either: the function is compiled anew by every process.
    """
    with suppress(RuntimeError):
        return _Cache(function)
    with suppress(RuntimeError):
        return _Cache(function) if _has_temporary_cache() else None
    return None


@functools.cache
def _has_temporary_cache() -> bool:
    """Find or make a folder of this user's for compiled code, for this process and all it starts.

    Says so where it is made: not again by every process, nor by every command. Nobody else
    may have made it, or write to it: what is in it is run.
    """
    why = "neither beside the sources nor in the home folder can it be written"
    hint = "NUMBA_CACHE_DIR names another place"
    try:
        folder = Path(tempfile.gettempdir(), f"lcnn-verify-compiled-{os.getuid()}")
        is_new = not folder.exists()
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        private = status.st_uid == os.getuid() and status.st_mode == stat.S_IFDIR | 0o700
    except OSError:
        private = False
    if private:
        config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"] = str(folder)
        if is_new:
            print(f"compiled code is kept in {folder}: {why}; {hint}", file=sys.stderr)
    else:
        print(f"every process compiles anew, for minutes: {why}; {hint}", file=sys.stderr)
    return private


class _Cache(caching.FunctionCache):  # type: ignore[misc]  # Numba is untyped
    """Numba's on-disk cache, made to notice edits of the functions a function calls.

    Numba stamps an entry with the function's own file only: after an edit of another file it
    would go on running machine code with the old callees and constants inlined. What is damaged
    counts as missing, and is written anew; a disk that is full keeps nothing, and stops nothing.
    """

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        digest = inlined_digest(function.__module__, function.__code__.co_filename)
        stamp = (self._impl.locator.get_source_stamp(), digest)
        self._cache_file = _Entries(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The machine code for a signature; None if there is none that can be read."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # whatever comes of bytes that are not what was written
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep machine code, if there is room."""
        with suppress(OSError):
            super().save_overload(sig, data)


class _Entries(caching.IndexDataCacheFile):  # type: ignore[misc]
    """The files of a function's cache."""

    def _load_index(self) -> Any:
        """The entries; none where the index is damaged, which the next entry replaces."""
        try:
            return super()._load_index()
        except Exception:
            return {}


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
