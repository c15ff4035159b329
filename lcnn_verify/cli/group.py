"""What every command and group of commands has in common, and how those of packs are mounted.

Imports no numerics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from lcnn_verify import packs
from lcnn_verify.cli.errors import told
from lcnn_verify.errors import InputError, did_you_mean, said
from lcnn_verify.packs import Broken, Pack

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
WORDS = "lcnn_verify.words"
"""Where a context keeps the command line as it was typed."""


class _Helpful:
    """Help that ends in its docstring's last section, ``Examples:``, a line each.

    ``{claim}`` and ``{pack}`` in them become names that this installation knows.
    """

    def __init__(self, *arguments: Any, help: str | None = None, **settings: Any) -> None:
        text, _, examples = (help or "").partition("\n\nExamples:\n")
        paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
        settings["help"] = "\n\n".join(paragraphs)
        super().__init__(*arguments, **settings)
        self.examples = tuple(line.strip() for line in examples.splitlines() if line.strip())

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options; what is wrong with them knows its context, which click leaves out."""
        try:
            rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        except Exception as error:
            if getattr(error, "ctx", ctx) is None:
                error.ctx = ctx  # type: ignore[attr-defined]
            raise
        return rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, and below it the examples."""
        super().format_help(ctx, formatter)  # type: ignore[misc]
        if self.examples:
            lines = "\n".join(filled(example) for example in self.examples)
            panel = Panel(Text(lines), title="Examples", title_align="left", border_style="dim")
            Console().print(panel)


class Command(_Helpful, TyperCommand):
    """A command whose errors are in our words."""

    allow_extra_args = True  # they are refused below, where they are known

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options, and refuse what is left. Raises ``InputError`` for that."""
        ctx.meta[WORDS] = [*ctx.command_path.split(), *args]
        rest = super().parse_args(ctx, args)
        if rest and not self.context_settings.get("allow_extra_args"):
            got = f"{' '.join(rest)!r} more"
            wanted = f"no more than the usage says; see `{ctx.command_path} --help`"
            raise InputError("arguments", got, wanted)
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Call the command; an ``InputError`` about a parameter is told by the name it goes by."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            known = {param.name: told(param) for param in self.params}
            name = known.get(error.argument, error.argument)
            raise InputError(name, error.got, error.wanted) from None


class Commands(_Helpful, TyperGroup):
    """A group that names the nearest command when one is unknown.

    ``left_out`` says which commands of packs are not in it.
    """

    left_out: tuple[Broken, ...] = ()

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command named first. Raises ``InputError`` if there is none of that name."""
        known = self.list_commands(ctx)
        if args[0] not in known:
            wanted = f"one of {', '.join(known)}{did_you_mean(args[0], known)}"
            raise InputError("command", repr(args[0]), wanted)
        return super().resolve_command(ctx, args)


def built(app: typer.Typer) -> Any:
    """The group of the commands of ``app``, of our classes wherever it names none of its own."""
    _prepare(app)
    return typer.main.get_group(app)


def _prepare(app: typer.Typer) -> None:
    if not isinstance(app.info.cls, type):
        app.info.cls = Commands
    for command in app.registered_commands:
        if command.cls in (None, TyperCommand):
            command.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _prepare(group.typer_instance)


def filled(line: str) -> str:
    """An example with names that this installation knows."""
    pack = next(iter(packs.find()), None)
    if pack is None:
        return line
    return line.replace("{claim}", pack.claims[0].id).replace("{pack}", pack.key)


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
