"""Packs: one a paper. What a pack is, and which ones this installation has. Imports no NumPy.

A pack tells the engine where its claims, properties and numerics are; the engine knows no paper.
Ours are a literal list. Those of other distributions are found through the entry point group
``lcnn_verify.packs``, whose value is the pack, such as ``mypaper.pack:PACK``. A pack that cannot be
used is left out and named in :func:`broken`; the others are not affected.
"""

from __future__ import annotations

import functools
import importlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lcnn_verify.errors import InputError, did_you_mean, said

if TYPE_CHECKING:
    from lcnn_verify.ledger.claim import Claim, Source

ENTRY_POINTS = "lcnn_verify.packs"
"""The entry point group under which other distributions offer packs."""
_OURS = [
    "lcnn_verify.packs.zgj:PACK",
    "lcnn_verify.packs.oymak_soltanolkotabi:PACK",
    "lcnn_verify.packs.zhang_zhang_luo:PACK",
    "lcnn_verify.packs.narrow_networks:PACK",
    "lcnn_verify.packs.inner_maximization:PACK",
    "lcnn_verify.packs.skip_connections:PACK",
    "lcnn_verify.packs.quantum_networks:PACK",
    "lcnn_verify.packs.grouped_gradients:PACK",
]
_PACKAGE = Path(__file__).parent.parent
_SHIPPED = _PACKAGE / "_properties"  # in a wheel; in a checkout they stand beside the package
OUR_PROPERTIES = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent / "properties"
"""The folder of the properties of the packs that come with lcnn-verify."""
KEY = re.compile(r"[a-z][a-z0-9_]*")
"""What a key is made of."""
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_-]*)+")
_KINDS: Mapping[str, type] = {
    **dict.fromkeys(("key", "title", "distribution", "hooks", "commands", "certifiers"), str),
    **dict.fromkeys(("introduction", "notes"), str),
    **dict.fromkeys(("properties", "sources"), Path),
    **dict.fromkeys(("groups", "glossary"), Mapping),
    "claims": Sequence,
}
"""What the fields of a pack are."""


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the report for the claims below one prefix, and a sentence to introduce them."""

    heading: str
    introduction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pack:
    """One paper: its claims, and where their properties and numerics are.

    ``key`` is the first word of all its ids. ``properties`` is the folder that holds
    ``<key>/test_….py``; every file below ``sources``, code or data, is in the fingerprint of a
    journal, as is the version of ``distribution``. ``groups`` maps prefixes of ids, such as
    ``"toy.control"``, to headings; the prefix that is the key itself is headed by ``title``.
    ``introduction`` says at the head of a report how the statements relate to what the source says,
    and whose the constants are; ``glossary`` explains the pack's own terms, and ``notes`` names the
    file of its derivations, from the root of the repository.
    ``hooks`` names a :class:`~lcnn_verify.evidence.hooks.Hooks`, imported where numerics are
    wanted; ``commands`` and ``certifiers`` name typer apps, whose commands become
    ``lcnn-verify COMMAND`` and ``lcnn-verify certify COMMAND``: all three as ``"module:object"``.
    """

    key: str
    title: str
    source: Source
    claims: tuple[Claim, ...]
    properties: Path
    sources: Path
    distribution: str
    groups: Mapping[str, Group] = field(default_factory=dict)
    introduction: str = ""
    glossary: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""
    hooks: str = ""
    commands: str = ""
    certifiers: str = ""

    def __repr__(self) -> str:
        return f"<Pack {self.key} ({len(self.claims)} entries): {self.title}>"

    def group(self, prefix: str) -> Group:
        """The heading for claims whose id is ``prefix`` and one more word."""
        if prefix == self.key:
            return self.groups.get(prefix, Group(self.title))
        return self.groups.get(prefix, Group(prefix))


@dataclass(frozen=True, slots=True)
class Broken:
    """A pack that is left out, by the name it is known under, and why, in one line.

    ``key`` is its key where that much of it could be read.
    """

    name: str
    reason: str
    key: str = ""


def find() -> tuple[Pack, ...]:
    """The packs that can be used: ours, then those of other distributions by name."""
    return _found()[0]


def broken() -> tuple[Broken, ...]:
    """The packs that are left out."""
    return _found()[1]


def why_left_out(name: str) -> str:
    """What to add where nothing is called ``name``: why the pack of its first word is left out.

    The word is the key of the pack, or the name of its entry point. Empty if none is left out.
    """
    word = name.partition(".")[0]
    return "".join(
        f"; {entry.name} is left out: {entry.reason}"
        for entry in broken()
        if word in (entry.key, entry.name.partition(" ")[0])
    )


def look_again() -> None:
    """Find packs anew: distributions have come or gone since this process started."""
    _found.cache_clear()


def pack_of(claim_id: str) -> Pack:
    """The pack a claim belongs to. Raises ``InputError`` if there is none of that key."""
    key = claim_id.partition(".")[0]
    known = {pack.key: pack for pack in find()}
    if key not in known:
        hint = did_you_mean(key, list(known))
        wanted = f"one of {', '.join(known)}{hint}{why_left_out(key)}"
        raise InputError("pack", repr(key), wanted)
    return known[key]


def resolve(path: str) -> Any:
    """The object ``"module:name"`` names. Raises what the import raises, or ``AttributeError``.

    What the import prints goes to stderr: stdout may be JSON.
    """
    module, _, name = path.partition(":")
    with redirect_stdout(sys.stderr):
        return getattr(importlib.import_module(module), name)


@functools.cache
def _found() -> tuple[tuple[Pack, ...], tuple[Broken, ...]]:
    packs: dict[str, Pack] = {}
    names: dict[str, str] = {}
    left_out: list[Broken] = []
    for name, path in _offered():
        pack: Any = None
        try:
            pack = resolve(path)
            reason = _flaw(pack)
        except BaseException as error:  # a pack may raise anything while it is imported
            if isinstance(error, KeyboardInterrupt):
                raise
            reason = f"cannot be imported: {said(error)}"
        if not reason and pack.key in packs:
            reason = f"its key {pack.key!r} is that of {names[pack.key]} already"
        if reason:
            left_out.append(Broken(name, reason, _key(pack)))
        else:
            packs[pack.key], names[pack.key] = pack, name
    return tuple(packs.values()), tuple(left_out)


def _key(pack: Any) -> str:
    """The key of what may be a pack; empty if it has none."""
    return pack.key if isinstance(pack, Pack) and isinstance(pack.key, str) else ""


def _offered() -> Iterator[tuple[str, str]]:
    """Names and paths of all packs on offer, ours first."""
    for path in _OURS:
        yield path.rpartition(".")[2].partition(":")[0], path
    points = metadata.entry_points(group=ENTRY_POINTS)
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        distribution = point.dist.name if point.dist else "?"
        yield f"{point.name} of {distribution}", point.value


def _flaw(pack: Any) -> str:
    """Why the object an entry point names is no usable pack; empty if it is one."""
    if not isinstance(pack, Pack):
        return f"is a {type(pack).__name__}, no lcnn_verify.packs.Pack"
    for name, kind in _KINDS.items():
        if not isinstance(value := getattr(pack, name), kind):
            return f"its field {name!r} is a {type(value).__name__}, no {kind.__name__}"
    if not KEY.fullmatch(pack.key):
        return f"its key {pack.key!r} is not made of a-z, 0-9 and _, a letter first"
    if not pack.distribution:
        return "it names no distribution"
    if not pack.sources.is_dir():  # a journal would rest on nothing
        return f"its sources {str(pack.sources)!r} are no folder"
    for prefix, group in pack.groups.items():
        if not isinstance(group, Group):
            return f"its group {prefix!r} is a {type(group).__name__}, no Group"
    return _flaw_of_ids(pack) or _flaw_of_constants(pack)


def _flaw_of_ids(pack: Pack) -> str:
    """Why the claims of a pack will not do; empty if they will."""
    if not pack.claims:
        return "it has no claims"
    ids = [claim.id for claim in pack.claims]
    for claim_id in ids:
        if not claim_id.startswith(f"{pack.key}.") or not _ID.fullmatch(claim_id):
            return f"its claim {claim_id!r} is not called {pack.key}.NAME in small letters"
        if ids.count(claim_id) > 1:
            return f"its claim {claim_id!r} stands in it twice"
        if any(other.startswith(f"{claim_id}.") for other in ids):
            return f"its claim {claim_id!r} is also a group of claims"
    return ""


def _flaw_of_constants(pack: Pack) -> str:
    """Which claim has constants that are none; empty if all are."""
    from lcnn_verify.ledger.claim import Constant  # the ledger imports this module

    for claim in pack.claims:
        fine = isinstance(claim.constants, tuple)
        if not fine or not all(isinstance(constant, Constant) for constant in claim.constants):
            return f"its claim {claim.id!r} has constants that are no tuple of Constants"
    return ""
