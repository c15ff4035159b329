"""Property files: where they stand, how one is loaded, which units a run makes of them.

A unit is one property file and one shard, or what all its shards made. Here is also what a run's
results rest on.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lcnn_verify
from lcnn_verify import ledger, packs
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Property
from lcnn_verify.ledger import Claim
from lcnn_verify.profiles import Profile, RunContext
from lcnn_verify.reporting.environment import installed_version

_PACKAGE = Path(str(lcnn_verify.__file__)).resolve().parent


def find_directory(directory: Path | str | None) -> Path | None:
    """The folder of property files to use instead of the packs' own; None for those.

    Raises ``InputError`` unless ``directory`` is a folder.
    """
    if directory is None:
        return None
    wanted = "a folder of property files such as KEY/test_NAME.py"
    if not isinstance(directory, str | Path):
        raise InputError("properties", repr(directory), wanted)
    if not str(directory) or not (chosen := Path(directory)).is_dir():
        raise InputError("properties", f"{str(directory)!r}, which is not a folder", wanted)
    return chosen.resolve()


def directory_of(claim: Claim, directory: Path | None = None) -> Path:
    """The folder in which the property file of ``claim`` is: ``directory``, or its pack's own."""
    return packs.pack_of(claim.id).properties.resolve() if directory is None else directory


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


@dataclass(frozen=True, slots=True)
class Unit:
    """One child process's work: the properties of ``claim`` in ``file``, under ``context``.

    ``directory`` is the folder ``file`` stands in, and a ``long`` unit is started first. One that
    ``gathers`` runs what the claim's shards have shared, on the parts they ``made``, by property. A
    unit is plain data, so any ``concurrent.futures`` executor can take it.
    """

    claim: str
    directory: Path
    file: str
    context: RunContext
    long: bool = False
    gathers: bool = False
    made: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """``"toy.growth 1/4"``: the claim, without which assumption, which shard of how many."""
        without = f"without {self.context.without} " if self.context.without else ""
        shard = "all" if self.gathers else str(self.context.shard + 1)
        return f"{self.claim} {without}{shard}/{self.context.shards}"

    @property
    def shares(self) -> bool:
        """Whether plain properties of the claim are shared among its units."""
        return self.context.shards > 1 and ledger.claim(self.claim).shared


def plan(
    claims: Iterable[Claim],
    directory: Path | None,
    profile: Profile,
    seed: int,
    subject: Mapping[str, Any] | None = None,
    without: str = "",
) -> tuple[Unit, ...]:
    """The units of a campaign, in ledger order, shard by shard, all about ``subject`` if any.

    All do ``without`` the assumption of that name, if one is given.

    Nothing is imported: the ledger says where each property stands, below ``directory`` or, for
    None, in the folder of its pack. A claim whose file is missing gets no unit; the last of one
    that is ``shared`` gathers.
    """
    shards = profile.shards
    return tuple(
        Unit(
            claim=claim.id,
            directory=folder,
            file=claim.property_file,
            context=RunContext(profile, seed, shard % shards, shards, subject, without),
            long=claim.long,
            gathers=shard == shards,
        )
        for claim in claims
        if ((folder := directory_of(claim, directory)) / claim.property_file).is_file()
        for shard in range(shards + (claim.shared and shards > 1))
    )


def schedule(units: Iterable[Unit]) -> list[Unit]:
    """The order to start units in: the long ones first, then as they come."""
    return sorted(units, key=lambda unit: not unit.long)


def fingerprint(claims: Iterable[Claim], directory: Path | None = None) -> dict[str, str]:
    """Digests of what the results of ``claims`` rest on, by name.

    The engine's sources; and for each pack its sources, code and data alike, with the version of
    its distribution, and its property files, or those of ``directory``.
    """
    found = {"engine": _digest(_engine_files(), _PACKAGE)}
    for key in dict.fromkeys(claim.pack for claim in claims):
        pack = packs.pack_of(key)
        folder = pack.properties if directory is None else directory
        parts = (
            _digest(_files(pack.sources), pack.sources),
            _digest(_files(folder / key), folder),
            installed_version(pack.distribution) or "",
        )
        found[f"pack {key}"] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return found


def _files(root: Path) -> Iterator[Path]:
    """Every file below ``root`` that is no by-product of running it; linked folders, each once."""
    seen: set[str] = set()
    for folder, inner, names in os.walk(root, followlinks=True):
        if (real := os.path.realpath(folder)) in seen:
            inner.clear()
            continue
        seen.add(real)
        inner[:] = sorted(name for name in inner if name != "__pycache__")
        for path in (Path(folder, name) for name in names):
            if path.is_file() and path.suffix != ".pyc":
                yield path


def _engine_files() -> Iterator[Path]:
    """The files of our own package, the packs in it and their properties left out.

    A pack whose sources hold our package, as the folder of all installed modules does, hides none.
    """
    sources = (pack.sources.resolve() for pack in packs.find())
    inside = (folder for folder in sources if _PACKAGE in folder.parents)
    left_out = (*inside, _PACKAGE / "_properties")
    for path in _files(_PACKAGE):
        if not any(folder in path.parents for folder in left_out):
            yield path


def _digest(files: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
