"""The commands and certifiers of packs, put beside the engine's own. Imports no numerics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from lcnn_verify import packs
from lcnn_verify.cli.group import Commands, built
from lcnn_verify.errors import said
from lcnn_verify.packs import Broken, Pack

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


def mount(front: Commands) -> tuple[Broken, ...]:
    """Add every pack's commands to ``front``, and its certifiers to the group ``certify`` in it.

    A pack whose commands cannot be imported, or bear a name that is taken, another pack's or none,
    goes on without those: what is left out is returned, a line each.
    """
    certify: Any = front.commands["certify"]
    return tuple(
        broken
        for pack in packs.find()
        for kind, path, group in (
            ("command", pack.commands, front),
            ("certifier", pack.certifiers, certify),
        )
        if path
        for broken in _add(pack, kind, path, group)
    )


def _add(pack: Pack, kind: str, path: str, group: Commands) -> Iterator[Broken]:
    """Add the commands of the app at ``path`` to ``group``; yields what is left out."""
    try:
        offered = _commands(packs.resolve(path))
    except (Exception, SystemExit) as error:
        yield Broken(f"{kind}s of {pack.key}", f"cannot be imported: {said(error)}")
        return
    for name, command in offered.items():
        if reason := _unfit(name, pack, group):
            yield Broken(f"{kind} {name!r} of {pack.key}", f"a {kind} {reason}")
        else:
            group.commands[name] = command


def _unfit(name: str, pack: Pack, group: Commands) -> str:
    """Why a pack may not call a command so; empty if it may."""
    if not _NAME.fullmatch(name):  # "--check" would hide the option
        return "of that name cannot be called"
    if "." in name and not name.startswith(f"{pack.key}."):
        return f"with a dot in its name is called {pack.key}.NAME"
    return "of that name is there already" if name in group.commands else ""


def _commands(app: Any) -> dict[str, Any]:
    """The commands of a typer app by name."""
    if not isinstance(app, typer.Typer):
        raise TypeError(f"a {type(app).__name__}, wanted a typer.Typer")
    return dict(built(app).commands)
