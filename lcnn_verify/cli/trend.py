"""``lcnn-verify trend``: margins and durations of every claim over many reports."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import WHERE, Json, folder, option
from lcnn_verify.cli.streams import publish


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
    lcnn-verify trend reports/monday reports/latest --out reports/trend
    """
    from lcnn_verify import outputs
    from lcnn_verify.comparison import trend as trends
    from lcnn_verify.comparison.compare import read_report
    from lcnn_verify.reporting.record import files_of

    found = trends.trend([read_report("REPORT", it) for it in reports], [*map(str, reports)])
    if out is not None:
        outputs.demand_folder(out, files_of("trend"))
    told = partial(found.document, drawn=False)
    publish(found.data, told, out, found.write, record="trend.json", json=json)
    return ExitCode.AS_WANTED
