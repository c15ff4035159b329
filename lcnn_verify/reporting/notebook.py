"""What a notebook shows of a report: the verdicts as a table, with links to its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.html import tag

FILES = {"index.html": "the report", "summary.md": "summary", "report.json": "data"}
"""The files a cell of a notebook leads to, and what they are called there."""
_COLOURS = {True: "#1a7f37", False: "#b42318"}
_LEFT = "text-align: left"


def cell(data: Mapping[str, Any], folder: Path | None) -> str:
    """A report for one cell of a notebook's output, what is not as wanted first; all is escaped.

    Links lead to what is in ``folder``.
    """
    join = Markup("").join
    rows = []
    for entry in sorted(data["claims"], key=lambda entry: bool(entry["as_wanted"])):
        verdict = tag("strong", entry["verdict"], style=f"color: {_COLOURS[entry['as_wanted']]}")
        words = (tag("code", entry["id"]), entry["title"], verdict, phrases.wanted(entry))
        told = [tag("td", word, style=_LEFT) for word in words]
        told += [tag("td", it) for it in (number(entry["examples"]), phrases.tightness(entry))]
        rows.append(tag("tr", join(told)))
    heads = ("claim", "says", "verdict", "", "examples", "tightest")
    head = tag("thead", tag("tr", join(tag("th", name, style=_LEFT) for name in heads)))
    table = tag("table", head + tag("tbody", join(rows)))
    lines = [
        tag("p", tag("strong", phrases.headline(data))),
        tag("p", phrases.counts(data)),
        tag("div", table, style="max-height: 24em; overflow: auto"),
    ]
    links = []
    for name, said in FILES.items():
        if folder is not None and (path := folder / name).is_file():
            address = path.as_uri() if path.is_absolute() else path.as_posix()
            links.append(tag("a", said, href=address))
    if links:
        lines.append(tag("p", Markup(" · ").join(links)))
    return str(join(lines))
