"""``lcnn-verify atlas``: studies, whose results are claims of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli import options


def atlas(
    ctx: typer.Context,
    study: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[STUDY]…",
            help="Studies, or first words of their ids. Default: all.",
            show_default=False,
            callback=options.names,
        ),
    ] = None,
    profile: options.Profile = "quick",
    seed: options.Seed = 0,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    out: options.Out = Path("reports/atlas"),
    resume: options.Resume = False,
    time_budget: options.TimeBudget = None,
    properties: options.Properties = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Run studies: experiments that ask where a claim stops being true, and by how much.

    Each has a question, a method, a result and limits. The result is a claim, in words, which the
    study tests; its figures and tables are in the report. The quick profile is a small size, deep
    the full one. `lcnn-verify claims ID` shows one without running it.

    Examples:
    lcnn-verify atlas
    lcnn-verify atlas {pack} --profile deep --time-budget 30m
    """
    from lcnn_verify.campaign.campaign import verify
    from lcnn_verify.cli.campaign import run_campaign

    return run_campaign(
        ctx,
        lambda progress: verify(
            study or None,
            profile=profile,
            seed=seed,
            jobs=jobs,
            out=out,
            resume=resume,
            progress=progress,
            properties=properties,
            time_budget=time_budget,
            cluster=cluster,
            studies=True,
        ),
        claims=study or (),
        out=out,
        json=json,
        quiet=quiet,
    )
