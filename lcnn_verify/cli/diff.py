"""``lcnn-verify diff``: what got better and what got worse between two reports."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import HOW_MUCH, WHERE, Expected, Json, folder, number, option
from lcnn_verify.cli.streams import publish


def diff(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="An earlier report.json, or its folder.")
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="A later one, or its folder.")],
    margin: Annotated[
        float,
        option(HOW_MUCH, "PART", "Warn when a margin lost this part of itself.", parser=number),
    ] = 0.5,
    strict: Annotated[
        bool, option(HOW_MUCH, "", "Count warnings as regressions.", "--strict")
    ] = False,
    expected: Expected = None,
    out: Annotated[
        Path | None,
        option(WHERE, "DIR", "Also write diff.json, diff.md and diff.html there.", parser=folder),
    ] = None,
    json: Json = False,
) -> int:
    """Hold two reports side by side: verdicts, margins, counterexamples, environments.

    Exit code 1 if a verdict is no longer as wanted, or a claim vanished or is no longer exercised.

    Examples:
    lcnn-verify diff reports/old reports/latest
    lcnn-verify diff old/report.json new/report.json --strict --out reports/diff
    """
    from lcnn_verify import outputs
    from lcnn_verify.cli.campaign import expected_in
    from lcnn_verify.comparison.compare import compare, read_report
    from lcnn_verify.comparison.outline import document
    from lcnn_verify.reporting.record import files_of

    before, after = read_report("OLD", old), read_report("NEW", new)
    if out is not None:
        outputs.demand_folder(out, files_of("diff"))
    comparison = compare(
        before,
        after,
        margin=margin,
        strict=strict,
        deviations=expected_in(expected, (*before.verdicts, *after.verdicts)),
        sources=(str(old), str(new)),
    )
    told = partial(document, comparison.data)
    publish(comparison.data, told, out, comparison.write, record="diff.json", json=json)
    return ExitCode.NOT_AS_WANTED if comparison.exit_code else ExitCode.AS_WANTED
