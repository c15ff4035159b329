"""Finds and imports the code under test, and says where in it something happened.

A target is ``package.module:object`` or ``path/file.py:object``; two names for the object,
``loss,gradient``, are two functions.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import linecache
import pkgutil
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.packs.zgj.conformance.declaration import DECLARED, OPERATIONS

_WANTED = "package.module:object or path/to/file.py:object"
_PAIR = 2
_CLOSE = 0.75
"""How near a module's name must come to be suggested: an installation has hundreds of others."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the code stands: a file or a dotted module, and an attribute path inside (or none).

    A pair of functions has two, with a comma between.
    """

    text: str
    module: str
    file: Path | None
    attribute: str

    @property
    def folder(self) -> Path:
        """What goes on ``sys.path``: the file's own folder, or the current directory."""
        return Path.cwd() if self.file is None else self.file.parent


@dataclass(frozen=True, slots=True)
class Loaded:
    """An imported target: the object, and the module it was found in or comes from."""

    subject: Any
    module: ModuleType | None


def parse(text: str) -> Target:
    """Read a target. Raises ``InputError`` if it cannot be one, or names a file that is not."""
    place, colon, attribute = text.rpartition(":") if ":" in text else (text, "", "")
    paths = attribute.split(",")
    named = all(part.isidentifier() for path in paths for part in path.split("."))
    if not place or (colon and not named) or len(paths) > _PAIR:
        raise InputError("target", repr(text), _WANTED)
    if place.endswith(".py") or "/" in place:
        file = Path(place).expanduser().absolute()
        if not file.is_file():
            names = [path.name for path in file.parent.glob("*.py")]
            hint = did_you_mean(file.name, names)
            got = "a folder" if file.is_dir() else "which is not a file"
            raise InputError("target", f"{place!r}, {got}", f"a Python file{hint}")
        return Target(text, "_lcnn_target_" + re.sub(r"\W", "_", file.stem), file, attribute)
    if not all(part.isidentifier() for part in place.split(".")):
        raise InputError("target", repr(text), _WANTED)
    return Target(text, place, None, attribute)


def digest(text: str) -> str:
    """A digest of the Python files beside the target ``text`` names; none of it is imported.

    Raises ``InputError`` as :func:`parse` does.
    """
    target = parse(text)
    origin = target.file or origin_of(target)
    if origin is None:
        return ""
    found = hashlib.sha256()
    for path in sorted(origin.parent.glob("*.py")):
        found.update(f"{path.name}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def origin_of(target: Target) -> Path | None:
    """The file of a dotted module, found without running its packages; None if it has none."""
    places: list[str] | None = None
    spec = None
    for part in target.module.split("."):
        for where in ([str(target.folder)], None) if places is None else (places,):
            if (spec := PathFinder.find_spec(part, where)) is not None:
                break
        if spec is None:
            return None
        places = list(spec.submodule_search_locations or ())
    origin = None if spec is None else spec.origin
    return Path(origin) if origin is not None and origin.endswith(".py") else None


def load(target: Target) -> Loaded:
    """Import the module and return the object; a class is instantiated without arguments.

    Puts the target's folder first on ``sys.path``. Raises ``InputError`` naming the module, the
    attribute or the exception its code raised.
    """
    folder = str(target.folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    module = _import_file(target) if target.file else _import_module(target)
    home = home_of(module)
    found = [_inside(target, module, path) for path in target.attribute.split(",")]
    subject = pair(*found) if len(found) == _PAIR else instantiate(found[0], home)
    return Loaded(subject, module)


def pair(loss: Any, gradient: Any) -> SimpleNamespace:
    """Two functions as one object; ``model``, ``dtype`` and so on may be attributes of either."""
    for name, function in (("loss", loss), ("gradient", gradient)):
        if not callable(function):
            raise InputError("target", f"{function!r} for the {name}", "two functions of W and V")
    said = {**getattr(gradient, "__dict__", {}), **getattr(loss, "__dict__", {})}
    kept = {name: said[name] for name in DECLARED if name in said}
    return SimpleNamespace(loss=loss, gradient=gradient, **kept)


def _inside(target: Target, module: ModuleType, path: str) -> Any:
    """What an attribute path leads to."""
    subject: Any = module
    names = [name for name in path.split(".") if name]
    for depth, name in enumerate(names):
        try:
            subject = getattr(subject, name)
        except AttributeError:
            inside = ".".join([target.text.rpartition(":")[0], *names[:depth]])
            got = f"{name!r}, which {inside} does not have"
            raise InputError("target", got, f"a name defined there{_hint(name, subject)}") from None
        except BaseException as error:
            raise _refused(target, "looking it up", error, home_of(module)) from None
    return subject


def named(subject: Any) -> str:
    """The target that finds a class, a module or a pair of functions again; "" if none does.

    What a notebook or a script defines is in no file that can be imported once more.
    """
    parts = subject if type(subject) is tuple else (subject,)
    names, homes = [], set()
    for part in parts:
        module = part.__name__ if isinstance(part, ModuleType) else getattr(part, "__module__", "")
        path = "" if isinstance(part, ModuleType) else getattr(part, "__qualname__", "<none>")
        found: Any = sys.modules.get(module or "")
        if module == "__main__" or getattr(found, "__spec__", None) is None:
            return ""
        for name in filter(None, path.split(".")):
            found = getattr(found, name, None)
        if found is not part:
            return ""
        names.append(path)
        homes.add(module)
    return f"{homes.pop()}:{','.join(names)}".removesuffix(":") if len(homes) == 1 else ""


def _hint(name: str, subject: Any) -> str:
    """The public name of ``subject`` that comes near ``name``, else some that offer something."""
    public = [known for known in dir(subject) if not known.startswith("_")]
    if near := did_you_mean(name, public):
        return near
    offering = []
    for known in public:
        with suppress(Exception):  # what looks itself up in odd ways is no suggestion
            value = getattr(subject, known)
            if any(hasattr(value, operation) for operation in OPERATIONS):
                offering.append(known)
    return f", such as {', '.join(offering[:3])}" if offering else ""


def instantiate(subject: Any, home: Path | None) -> Any:
    """An instance of ``subject`` if it is a class, else ``subject`` itself."""
    if not isinstance(subject, type):
        return subject
    try:
        return subject()
    except BaseException as error:
        got = f"a class, and {subject.__name__}() raised {describe(error, home)}"
        raise InputError("target", got, "a class that needs no arguments, or an instance") from None


def _import_file(target: Target) -> ModuleType:
    """Import a file under a private name, which hides no module of the same name."""
    assert target.file is not None
    spec = importlib.util.spec_from_file_location(target.module, target.file)
    if spec is None or spec.loader is None:
        raise InputError("target", repr(str(target.file)), "a Python file, name.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[target.module] = module  # dataclasses and pickle look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[target.module]
        raise _refused(target, "importing it", error, target.file) from None
    return module


def _import_module(target: Target) -> ModuleType:
    importlib.invalidate_caches()
    try:
        return importlib.import_module(target.module)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing != target.module and not target.module.startswith(missing + "."):
            raise _refused(target, "importing it", error, target.folder) from None
        hint = did_you_mean(missing.rpartition(".")[2], _neighbours(missing), _CLOSE)
        got = f"{target.text!r}, but there is no module {missing!r}"
        raise InputError("target", got, f"a module that can be imported here{hint}") from None
    except BaseException as error:
        raise _refused(target, "importing it", error, target.folder) from None


def _neighbours(module: str) -> Sequence[str]:
    """The modules that stand where ``module`` was looked for."""
    parent = sys.modules.get(module.rpartition(".")[0])
    paths = list(getattr(parent, "__path__", ())) if parent else None
    return [info.name for info in pkgutil.iter_modules(paths)]


def _refused(target: Target, act: str, error: BaseException, home: Path | None) -> InputError:
    got = f"{target.text!r}, but {act} raised {describe(error, home)}"
    return InputError("target", got, "code that can be imported and instantiated")


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
    except BaseException:  # even a message can misbehave
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
