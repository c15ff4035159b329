"""``lcnn-verify doctor``: the self-check, ending in one plain verdict."""

from __future__ import annotations

from itertools import chain

import typer

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import Properties
from lcnn_verify.cli.streams import tell


def doctor(ctx: typer.Context, properties: Properties = None) -> int:
    """Check the installation: versions, properties, compiled code, numerics against the oracle.

    Examples:
    lcnn-verify doctor
    lcnn-verify doctor --properties my/properties
    """
    from lcnn_verify.campaign.properties import find_directory
    from lcnn_verify.doctor import Finding, findings

    find_directory(properties)  # a slip of the caller is no finding
    left_out = getattr(ctx.find_root().command, "left_out", ())
    unmounted = (Finding(entry.name, False, entry.reason) for entry in left_out)
    failed = []
    for finding in chain(findings(properties), unmounted):
        mark = "note" if finding.note else "ok  " if finding.passed else "FAIL"
        tell(f"{mark} {finding.check}: {finding.detail}")
        if not finding.passed:
            failed.append(finding.check)
    if failed:
        print(f"lcnn-verify is NOT ready: {', '.join(failed)}")
        return ExitCode.NOT_AS_WANTED
    print("lcnn-verify is ready")
    return ExitCode.AS_WANTED
