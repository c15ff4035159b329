"""``lcnn-verify conform``: someone else's implementation held to the checks."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from lcnn_verify.cli.campaign import run_campaign
from lcnn_verify.cli.options import deviations, integer, number, split
from lcnn_verify.packs.zgj.conformance.limits import DEFAULT_LIMITS, Limits
from lcnn_verify.packs.zgj.conformance.run import conform as run_checks

_NAMES = {
    "target": "TARGET",
    "call_seconds": "--call-seconds",
    "memory_gigabytes": "--memory",
    **{name: f"--{name}" for name in ("checks", "jobs", "out", "profile", "properties")},
    **{name: f"--{name}" for name in ("resume", "seed")},
}


def conform(
    target: str,
    *,
    checks: Sequence[str] | None,
    profile: str,
    seed: str,
    jobs: str | None,
    out: str,
    resume: bool,
    call_seconds: str | None,
    memory: str | None,
    properties: str | None,
    expected: str | None,
    json: bool,
    quiet: bool,
) -> int:
    """Run the checks, print what was asked for, and return the exit code.

    Failures that the file ``expected`` excuses are shown, and do not count.
    """
    usual = DEFAULT_LIMITS
    return run_campaign(
        lambda progress: run_checks(
            target,
            checks=split(checks),
            profile=profile,
            seed=integer("seed", seed, 0),
            jobs=None if jobs is None else integer("jobs", jobs, 1),
            out=out,
            resume=resume,
            progress=progress,
            limits=Limits(
                call_seconds=number("call_seconds", call_seconds, usual.call_seconds),
                memory_gigabytes=number("memory_gigabytes", memory, usual.memory_gigabytes),
            ),
            properties=properties,
        ),
        f"conform {shlex.quote(target)}",
        names=_NAMES,
        options={
            "--profile": profile,
            "--seed": seed,
            "--jobs": jobs,
            "--out": out,
            "--checks": ",".join(checks) if checks else None,
            "--call-seconds": call_seconds,
            "--memory": memory,
            "--properties": properties or None,
            "--expected": expected,
        },
        expected=deviations(expected),
        json=json,
        quiet=quiet,
    )
