"""A group of commands: what the front and the groups below it have in common. No numerics."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lcnn_verify.errors import InputError, did_you_mean

Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout, and nothing else.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print nothing but errors; see the exit code.")
]


class Commands(TyperGroup):
    """Names the nearest command when one is unknown, in the words of our other errors."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command named first. Raises ``InputError`` if there is none of that name."""
        known = self.list_commands(ctx)
        if args[0] not in known:
            wanted = f"one of {', '.join(known)}{did_you_mean(args[0], known)}"
            raise InputError("command", repr(args[0]), wanted)
        return super().resolve_command(ctx, args)
