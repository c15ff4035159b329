"""``lcnn-verify conform``: someone else's implementation held to the checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.options import (
    HOW_MUCH,
    WHAT,
    WHERE,
    Cluster,
    Expected,
    Jobs,
    Json,
    Out,
    Profile,
    Properties,
    Quiet,
    Resume,
    Seed,
    TimeBudget,
    names,
    number,
    option,
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
        option(
            WHAT, "ID,…", "Checks to run (loss-values, shapes, …). Default: all.", callback=names
        ),
    ] = None,
    require: Annotated[
        list[str] | None,
        option(
            WHAT,
            "NAME,…",
            "What must be offered: loss, gradient, loss_and_gradient, batch.",
            callback=names,
        ),
    ] = None,
    profile: Profile = "quick",
    seed: Seed = 0,
    jobs: Jobs = None,
    cluster: Cluster = None,
    out: Out = Path("reports/conformance"),
    resume: Resume = False,
    time_budget: TimeBudget = None,
    call_seconds: Annotated[
        float,
        option(HOW_MUCH, "S", "Time limit for one call.", parser=number),
    ] = 10.0,
    memory_gigabytes: Annotated[
        float,
        option(HOW_MUCH, "GB", "Memory limit above that after loading.", "--memory", parser=number),
    ] = 2.0,
    properties: Properties = None,
    expected: Expected = None,
    write_expected: Annotated[
        Path | None,
        option(
            WHERE, "FILE", "Write what fails now as expected deviations; the reasons are yours."
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
    lcnn-verify conform path/to/file.py:Loss --checks shapes --call-seconds 60
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
            time_budget=time_budget,
            cluster=cluster,
        ),
        claims=("zgj",),
        out=out,
        expected=expected,
        write_expected=write_expected,
        json=json,
        quiet=quiet,
    )
