"""``lcnn-verify run``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli import options
from lcnn_verify.cli.options import WHAT, names, option


def run(
    ctx: typer.Context,
    claim: Annotated[
        list[str] | None,
        option(
            WHAT,
            "ID,…",
            "Claims, or packs and groups by the first words of ids. Default: all.",
            "--claims",
            callback=names,
        ),
    ] = None,
    profile: options.Profile = "quick",
    seed: options.Seed = 0,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    out: options.Out = Path("reports/latest"),
    resume: options.Resume = False,
    time_budget: options.TimeBudget = None,
    properties: options.Properties = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Run the properties of the claims and report what held, what fell, and how strong it is.

    Examples:
    lcnn-verify run
    lcnn-verify run --claims {pack} --seed 3 --out reports/seed-3
    lcnn-verify run --claims {pack} --cluster tcp://127.0.0.1:8786
    lcnn-verify run --claims {pack} --profile deep --time-budget 2h --resume
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
            time_budget=time_budget,
            cluster=cluster,
        ),
        claims=claim or (),
        out=out,
        json=json,
        quiet=quiet,
    )
