"""Where the property files stand, and how one of them is loaded."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from pathlib import Path

import lcnn_verify
from lcnn_verify.evidence import Property
from lcnn_verify.model import InputError


def find_directory(directory: Path | str | None = None) -> Path:
    """The folder of property files: ``directory`` if given, else the one that ships.

    An installed wheel holds it as ``lcnn_verify/_properties``, a checkout as ``properties/`` beside
    the package. Raises ``InputError`` when there is no such folder.
    """
    wanted = "a folder of property files such as zgj/test_rate.py"
    if directory is not None:
        if not isinstance(directory, str | Path):
            raise InputError("properties", repr(directory), wanted)
        if not str(directory) or not (chosen := Path(directory)).is_dir():
            raise InputError("properties", f"{str(directory)!r}, which is not a folder", wanted)
        return chosen.resolve()
    package = Path(str(lcnn_verify.__file__)).resolve().parent
    for candidate in (package / "_properties", package.parent / "properties"):
        if candidate.is_dir():
            return candidate
    raise InputError("properties", f"none beside {package}", wanted)


def load(directory: Path, file: str) -> tuple[Property, ...]:
    """Import one property file by path, under a private name; its properties in source order.

    Whatever the file raises on import passes through; a missing file raises ``InputError``.
    """
    path = directory / file
    if not path.is_file():
        raise InputError("property file", f"nothing at {path}", "a Python file")
    name = "_lcnn_properties_" + re.sub(r"\W", "_", file.removesuffix(".py"))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    found = [getattr(value, "lcnn_property", None) for value in vars(module).values()]
    return tuple(dict.fromkeys(item for item in found if isinstance(item, Property)))


def fingerprint(directory: Path) -> str:
    """A digest of the tool's and the properties' sources: what a journal's entries rest on."""
    package = Path(str(lcnn_verify.__file__)).resolve().parent
    digest = hashlib.sha256()
    for root in (package, directory):
        for path in sorted(root.rglob("*.py")):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
