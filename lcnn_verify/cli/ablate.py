"""``lcnn-verify ablate``: claims without their assumptions, one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli import options
from lcnn_verify.outputs import is_finished


def ablate(
    ctx: typer.Context,
    claim: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CLAIM]…",
            help="Claims, or packs and groups by the first words of ids. Default: all.",
            show_default=False,
            callback=options.names,
        ),
    ] = None,
    more: Annotated[
        list[str] | None,
        options.option(
            options.WHAT, "ID,…", "The same, with commas.", "--claims", callback=options.names
        ),
    ] = None,
    profile: options.Profile = "quick",
    seed: options.Seed = 0,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    out: options.Out = Path("reports/ablation"),
    resume: options.Resume = False,
    time_budget: options.TimeBudget = None,
    properties: options.Properties = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Take the assumptions of claims away, one at a time, and report which of them are needed.

    NEEDED is proved by a counterexample; NOT SHOWN NEEDED says how hard was searched; SUPERSEDED
    names a claim that does without.

    Exit code 1 if an assumption could not be judged: a control stood, or a property broke.

    Examples:
    lcnn-verify ablate {claim}
    lcnn-verify ablate --claims {pack} --profile standard --out reports/ablation
    """
    from lcnn_verify.campaign.ablate import ablate as take_away
    from lcnn_verify.cli.campaign import keeping, progressing, show

    asked = [*(claim or ()), *(more or ())]
    shown, again = not (json or quiet), is_finished(out / "ablation.json")
    with keeping(ctx, out, json=json, quiet=quiet), progressing(asked, shown=shown) as progress:
        found = take_away(
            asked or None,
            profile=profile,
            seed=seed,
            jobs=jobs,
            out=out,
            resume=resume,
            progress=progress,
            properties=properties,
            time_budget=time_budget,
            cluster=cluster,
        )
    show(found, out, again=again, json=json, quiet=quiet)
    return found.exit_code
