"""``lcnn-verify doctor``: the self-check, ending in one plain verdict."""

from __future__ import annotations

from lcnn_verify.campaign.properties import find_directory
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.doctor import findings
from lcnn_verify.errors import InputError


def doctor(properties: str | None) -> int:
    """Print each finding as it comes, then the verdict.

    Raises ``InputError`` if ``properties`` is no folder: a slip of the caller, not a finding.
    """
    if properties is not None:
        try:
            find_directory(properties)
        except InputError as error:
            raise InputError("--properties", error.got, error.wanted) from None
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
