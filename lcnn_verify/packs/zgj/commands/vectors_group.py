"""``lcnn-verify vectors …``: the sub-commands and their options; the work is in ``vectors``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.errors import ExitCode, reported
from lcnn_verify.cli.group import Commands, Json

vectors = typer.Typer(name="vectors", cls=Commands)


@vectors.callback(invoke_without_command=True)
def front(ctx: typer.Context) -> int:
    """Theory vectors: hold a program in any language to inputs and 40-digit values."""
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
    return ExitCode.AS_WANTED


@vectors.command()
@reported
def export(
    out: Annotated[
        str, typer.Option(metavar="DIR", help="Where the kit goes; its files are replaced there.")
    ] = "vectors",
) -> int:
    """Write the kit: vectors as JSON and as text, schemas, an example in C, how to use it all."""
    from lcnn_verify.packs.zgj.commands import vectors as command

    return command.export(out)


@vectors.command()
@reported
def check(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="What a program wrote.")],
    json: Json = False,
) -> int:
    """Judge the results of a program, each value within the tolerance of its dtype.

    Exit code 1 if a case fails, or none could be judged.
    """
    from lcnn_verify.packs.zgj.commands import vectors as command

    return command.check(results, json=json)


@vectors.command()
@reported
def confirm(
    chosen: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]…", help="Vectors or flags. Default: all.")
    ] = None,
    jobs: Annotated[
        str | None, typer.Option(metavar="N", help="Processes at a time. Default: 2.")
    ] = None,
    json: Json = False,
) -> int:
    """Derive every published value once more by both routes and compare (two minutes).

    Exit code 1 if a value differs.
    """
    from lcnn_verify.packs.zgj.commands import vectors as command

    return command.confirm(chosen or [], jobs=jobs, json=json)
