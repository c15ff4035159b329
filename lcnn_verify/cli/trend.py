"""``lcnn-verify trend``: margins and durations of every claim over many reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.errors import ExitCode, failure
from lcnn_verify.cli.options import WHERE, Json, folder, option
from lcnn_verify.cli.streams import print_json


def trend(
    reports: Annotated[
        list[Path],
        typer.Argument(metavar="REPORT…", help="Two or more report.json, or their folders."),
    ],
    out: Annotated[
        Path | None,
        option(
            WHERE,
            "DIR",
            "Also write trend.json, trend.md and trend.html there, with curves.",
            parser=folder,
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Set reports in a row: each claim's tightest margin and duration over them.

    Examples:
    lcnn-verify trend reports/monday reports/tuesday reports/latest --out reports/trend
    """
    from rich.console import Console

    from lcnn_verify import outputs
    from lcnn_verify.comparison import trend as trends
    from lcnn_verify.comparison.compare import read_report
    from lcnn_verify.reporting.plain import to_text
    from lcnn_verify.reporting.record import files_of
    from lcnn_verify.reporting.terminal import render

    found = trends.trend([read_report("REPORT", it) for it in reports], [*map(str, reports)])
    if out is not None:
        outputs.demand_folder(out, files_of("trend"))
    failed = out and failure(lambda: found.write(out))
    if json:
        print_json(to_text(found.data))
    else:
        render(found.document(None if failed else out, drawn=False), Console())
    if failed:
        raise failed
    return ExitCode.AS_WANTED
