"""``lcnn-verify run``: the main job."""

from __future__ import annotations

from collections.abc import Sequence

from lcnn_verify.campaign.verification import verify
from lcnn_verify.cli.campaign import run_campaign
from lcnn_verify.cli.options import integer, split

_NAMES = {
    "claim": "--claims",
    **{name: f"--{name}" for name in ("claims", "jobs", "out", "profile", "properties")},
    **{name: f"--{name}" for name in ("resume", "seed")},
}


def run(
    *,
    claims: Sequence[str] | None,
    profile: str,
    seed: str,
    jobs: str | None,
    out: str,
    resume: bool,
    properties: str | None,
    json: bool,
    quiet: bool,
) -> int:
    """Run, print what was asked for, and return the exit code."""
    return run_campaign(
        lambda progress: verify(
            split(claims),
            profile=profile,
            seed=integer("seed", seed, 0),
            jobs=None if jobs is None else integer("jobs", jobs, 1),
            out=out,
            resume=resume,
            progress=progress,
            properties=properties,
        ),
        "run",
        names=_NAMES,
        options={
            "--profile": profile,
            "--seed": seed,
            "--jobs": jobs,
            "--out": out,
            "--claims": ",".join(claims) if claims else None,
            "--properties": properties or None,
        },
        json=json,
        quiet=quiet,
    )
