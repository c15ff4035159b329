"""``lcnn-verify diff``: what got better and what got worse between two reports."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import deviations
from lcnn_verify.comparison.compare import compare, read_report
from lcnn_verify.comparison.margins import DEFAULT_THRESHOLD
from lcnn_verify.comparison.terminal import render
from lcnn_verify.errors import InputError
from lcnn_verify.reporting.plain import to_text


def diff(
    old: str,
    new: str,
    *,
    margin: str | None,
    strict: bool,
    expected: str | None,
    out: str | None,
    json: bool,
) -> int:
    """Compare, write what was asked for, print it, and return the exit code."""
    if out == "":
        raise InputError("--out", "''", "a folder")
    threshold = DEFAULT_THRESHOLD if margin is None else _part(margin)
    before, after = read_report("OLD", old), read_report("NEW", new)
    try:
        comparison = compare(
            before,
            after,
            margin=threshold,
            strict=strict,
            deviations=deviations(expected, (*before.verdicts, *after.verdicts)),
            sources=(old, new),
        )
    except InputError as error:
        name = "--margin" if error.argument == "margin" else error.argument
        raise InputError(name, error.got, error.wanted) from None
    if out is not None:
        comparison.write(out)
    if json:
        sys.stdout.write(to_text(comparison.data))
    else:
        render(comparison.data, Console(), None if out is None else Path(out))
    return ExitCode.NOT_AS_WANTED if comparison.exit_code else ExitCode.AS_WANTED


def _part(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError("--margin", repr(text), "a number, such as 0.5 for half of it") from None
