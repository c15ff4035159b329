"""``lcnn-verify doctor``: the self-check, ending in one plain verdict."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.doctor import findings


def doctor(properties: Path | None) -> int:
    """Print each finding as it comes, then the verdict."""
    failed = []
    for finding in findings(properties):
        print(
            f"{'ok  ' if finding.passed else 'FAIL'} {finding.check}: {finding.detail}", flush=True
        )
        if not finding.passed:
            failed.append(finding.check)
    if failed:
        print(f"lcnn-verify is NOT ready: {', '.join(failed)}")
        return ExitCode.NOT_AS_WANTED
    print("lcnn-verify is ready")
    return ExitCode.AS_WANTED
