"""The commands this pack adds, and the options of ``conform`` and ``gallery``."""

from __future__ import annotations

from typing import Annotated

import typer

from lcnn_verify.cli.errors import reported
from lcnn_verify.cli.group import Json, Quiet
from lcnn_verify.cli.parameters import Expected, Jobs, Out, Profile, Properties, Resume, Seed
from lcnn_verify.packs.zgj.commands.certify_options import certify
from lcnn_verify.packs.zgj.commands.vectors_group import vectors

commands = typer.Typer()
commands.command()(certify)
commands.add_typer(vectors)


@commands.command()
@reported
def conform(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="package.module:object or path/to/file.py:object, your code."
        ),
    ],
    checks: Annotated[
        list[str] | None,
        typer.Option(metavar="ID,…", help="Checks to run (loss-values, shapes, …). Default: all."),
    ] = None,
    profile: Profile = "quick",
    seed: Seed = "0",
    jobs: Jobs = None,
    out: Out = "reports/conformance",
    resume: Resume = False,
    call_seconds: Annotated[
        str | None, typer.Option(metavar="S", help="Time limit for one call. Default: 10.")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(metavar="GB", help="Memory limit above that after loading. Default: 2."),
    ] = None,
    properties: Properties = None,
    expected: Expected = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Hold your implementation of the loss and its gradient to every check that applies.

    It offers any of loss(W, V), gradient(W, V) and loss_and_gradient(W, V), W (m, d) students, V
    (r, d) teachers. Exit code 1 if a check fails that is not expected to.
    """
    from lcnn_verify.packs.zgj.commands import conform as command

    return command.conform(
        target,
        checks=checks,
        profile=profile,
        seed=seed,
        jobs=jobs,
        out=out,
        resume=resume,
        call_seconds=call_seconds,
        memory=memory,
        properties=properties,
        expected=expected,
        json=json,
        quiet=quiet,
    )


@commands.command()
@reported
def gallery(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]…", help="Mutants, topics, or references. Default: all."),
    ] = None,
    seed: Annotated[str, typer.Option(metavar="N", help="The first seed, an integer ≥ 0.")] = "0",
    seeds: Annotated[str, typer.Option(metavar="N", help="How many seeds to run under.")] = "1",
    jobs: Annotated[
        str | None,
        typer.Option(metavar="N", help="Implementations at a time. Default: one per processor."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Also write gallery.json, gallery.md and gallery.html."),
    ] = None,
    properties: Properties = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run all checks on implementations that are wrong on purpose, and on correct ones.

    Exit code 1 if a mutant survives, a check kills nothing, or a correct one is accused.
    """
    from lcnn_verify.packs.zgj.commands import gallery as command

    return command.gallery(
        names or [],
        seed=seed,
        seeds=seeds,
        jobs=jobs,
        out=out,
        properties=properties,
        json=json,
        quiet=quiet,
    )
