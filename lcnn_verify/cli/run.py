"""``lcnn-verify run``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.options import (
    WHAT,
    Jobs,
    Json,
    Out,
    Profile,
    Properties,
    Quiet,
    Resume,
    Seed,
    names,
)


def run(
    ctx: typer.Context,
    claim: Annotated[
        list[str] | None,
        typer.Option(
            "--claims",
            metavar="ID,…",
            callback=names,
            help="Claims, or packs and groups by the first words of ids. Default: all.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    profile: Profile = "quick",
    seed: Seed = 0,
    jobs: Jobs = None,
    out: Out = Path("reports/latest"),
    resume: Resume = False,
    properties: Properties = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run the properties of the claims and report what held, what fell, and how strong it is.

    Examples:
    lcnn-verify run
    lcnn-verify run --claims {pack} --seed 3 --out reports/seed-3
    lcnn-verify run --claims {claim} --profile deep --resume
    """
    from lcnn_verify.campaign.campaign import verify
    from lcnn_verify.cli.campaign import run_campaign

    return run_campaign(
        ctx,
        lambda progress: verify(
            claim or None,
            profile=profile,
            seed=seed,
            jobs=jobs,
            out=out,
            resume=resume,
            progress=progress,
            properties=properties,
        ),
        out=out,
        json=json,
        quiet=quiet,
    )
