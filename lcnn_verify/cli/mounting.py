"""The commands of packs, put beside the engine's own. Imports no numerics."""

from __future__ import annotations

from typing import Any

import typer

from lcnn_verify import packs
from lcnn_verify.cli.group import Commands, built
from lcnn_verify.packs import Broken


def mount(front: Commands) -> tuple[Broken, ...]:
    """Add every pack's commands to ``front``.

    A pack whose commands cannot be imported, or bear a name that is taken, goes on without those:
    what is left out is returned, a line each.
    """
    left_out: list[Broken] = []
    for pack in packs.find():
        if not pack.commands:
            continue
        try:
            offered = _commands(packs.resolve(pack.commands))
        except Exception as error:
            reason = f"cannot be imported: {type(error).__name__}: {error}"
            left_out.append(Broken(f"commands of {pack.key}", " ".join(reason.split())))
            continue
        for name, command in offered.items():
            if name in front.commands:
                reason = "a command of that name is there already"
                left_out.append(Broken(f"command {name!r} of {pack.key}", reason))
            else:
                front.commands[name] = command
    return tuple(left_out)


def _commands(app: Any) -> dict[str, Any]:
    """The commands of a typer app by name."""
    if not isinstance(app, typer.Typer):
        raise TypeError(f"a {type(app).__name__}, wanted a typer.Typer")
    return dict(built(app).commands)
