"""``lcnn-verify conform``: someone else's implementation held to the checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.options import (
    HOW_MUCH,
    WHAT,
    WHERE,
    Expected,
    Jobs,
    Json,
    Out,
    Profile,
    Properties,
    Quiet,
    Resume,
    Seed,
    names,
    number,
)


def conform(
    ctx: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="package.module:object or path/to/file.py:object, your code."
        ),
    ],
    checks: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID,…",
            callback=names,
            help="Checks to run (loss-values, shapes, …). Default: all.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME,…",
            callback=names,
            help="What must be offered: loss, gradient, loss_and_gradient, batch.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    profile: Profile = "quick",
    seed: Seed = 0,
    jobs: Jobs = None,
    out: Out = Path("reports/conformance"),
    resume: Resume = False,
    call_seconds: Annotated[
        float,
        typer.Option(
            metavar="S", parser=number, help="Time limit for one call.", rich_help_panel=HOW_MUCH
        ),
    ] = 10.0,
    memory_gigabytes: Annotated[
        float,
        typer.Option(
            "--memory",
            metavar="GB",
            parser=number,
            help="Memory limit above that after loading.",
            rich_help_panel=HOW_MUCH,
        ),
    ] = 2.0,
    properties: Properties = None,
    expected: Expected = None,
    write_expected: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write what fails now as expected deviations; the reasons are yours.",
            rich_help_panel=WHERE,
        ),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Hold your implementation of the loss and its gradient to every check that applies.

    It offers any of loss(W, V), gradient(W, V) and loss_and_gradient(W, V), W (m, d) students, V
    (r, d) teachers. Exit code 1 if a check fails that is not expected to.

    Examples:
    lcnn-verify conform mypackage.losses:Loss --require loss,gradient
    lcnn-verify conform path/to/file.py:Loss --checks loss-values,shapes --call-seconds 60
    """
    from lcnn_verify.cli.campaign import run_campaign
    from lcnn_verify.packs.zgj.conformance.faults import Limits
    from lcnn_verify.packs.zgj.conformance.run import conform as run_checks

    return run_campaign(
        ctx,
        lambda progress: run_checks(
            target,
            checks=checks or None,
            require=require or None,
            profile=profile,
            seed=seed,
            jobs=jobs,
            out=out,
            resume=resume,
            progress=progress,
            limits=Limits(call_seconds=call_seconds, memory_gigabytes=memory_gigabytes),
            properties=properties,
        ),
        claims=("zgj",),
        out=out,
        expected=expected,
        write_expected=write_expected,
        json=json,
        quiet=quiet,
    )
