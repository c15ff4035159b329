"""Where in the user's source something happened, in words that lead there."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from lcnn_verify.packs.zgj.conformance.declaration import OPERATIONS

_MESSAGE = 300


def module_of(subject: Any) -> ModuleType | None:
    """The module an object comes from: itself, or where one of its operations is defined."""
    if isinstance(subject, ModuleType):
        return subject
    for name in OPERATIONS:
        owner = getattr(subject, name, None)
        if module := sys.modules.get(getattr(owner, "__module__", None) or ""):
            return module
    return None


def home_of(module: ModuleType | None) -> Path | None:
    """The folder of the module's outermost package, or its file if it is in none."""
    if module is None:
        return None
    file = getattr(module, "__file__", None)
    if file is None:
        return None
    file = Path(file).absolute()
    outermost = sys.modules.get(module.__name__.partition(".")[0], module)
    folders = map(Path, getattr(outermost, "__path__", ()))  # several, of a namespace package
    return next((folder for folder in folders if file.is_relative_to(folder)), file)


def describe(error: BaseException, home: Path | None) -> str:
    """An exception in one line: its type, its message, and the last line reached below ``home``."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # even a message can misbehave
        text = ""
    line = f"{type(error).__name__}: {text[:_MESSAGE]}".removesuffix(": ")
    place = _place(error, home)
    return f"{line} ({place})" if place else line


def _place(error: BaseException, home: Path | None) -> str:
    """``model.py, line 12: `return W @ V` `` for the deepest frame that is the user's own."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{Path(error.filename).name}, line {error.lineno}"
    trace, found = error.__traceback__, None
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if home is not None and is_below(path, home):
            found = (path, trace.tb_lineno)
        trace = trace.tb_next
    if found is None:
        return ""
    return line_at(*found)


def line_at(path: str, number: int) -> str:
    """``model.py, line 12: `return W @ V` ``."""
    source = linecache.getline(path, number).strip()
    return f"{Path(path).name}, line {number}" + (f": `{source}`" if source else "")


def is_below(path: str, home: Path) -> bool:
    """Whether a source file is the user's own, ``home`` or below it."""
    try:
        inner = Path(path).relative_to(home)
    except ValueError:
        return False
    return "site-packages" not in inner.parts
