"""A report in a notebook: the verdicts as a table, and links to the files that were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import phrases
from lcnn_verify.reporting.html import tag

_FILES = {"index.html": "the report", "summary.md": "summary", "report.json": "data"}
_COLOURS = {True: "#1a7f37", False: "#b42318"}
_LEFT = "text-align: left"


def summary(data: Mapping[str, Any], folder: Path | None) -> str:
    """HTML for one cell of output, what is not as wanted first; all text is escaped.

    Links lead to what is in ``folder``.
    """
    heads = ("claim", "says", "verdict", "", "examples", "tightest")
    head = tag("tr", _joined(tag("th", name, style=_LEFT) for name in heads))
    body = _joined(map(_row, sorted(data["claims"], key=lambda entry: entry["as_wanted"])))
    table = tag("table", tag("thead", head) + tag("tbody", body))
    lines = [
        tag("p", tag("strong", phrases.headline(data))),
        tag("p", phrases.counts(data)),
        tag("div", table, style="max-height: 24em; overflow: auto"),
    ]
    if links := list(_links(folder)):
        lines.append(tag("p", Markup(" · ").join(links)))
    return str(_joined(lines))


def columns(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The claims of a report as columns, in ledger order; None where there is no number."""
    rates = [[it["violation_rate_bound"] for it in entry["sampling"]] for entry in data["claims"]]
    nearest = [entry["counterexample"] or entry["tightest"] for entry in data["claims"]]
    kept = ("id", "title", "kind", "verdict", "as_wanted", "examples")
    return {name: [entry[name] for entry in data["claims"]] for name in kept} | {
        "tightest": [near["tightness"] if near else None for near in nearest],
        "violation_rate": [max(bounds, default=None) for bounds in rates],
    }


def _row(entry: Mapping[str, Any]) -> Markup:
    verdict = tag("strong", entry["verdict"], style=f"color: {_COLOURS[entry['as_wanted']]}")
    words = (tag("code", entry["id"]), entry["title"], verdict, phrases.wanted(entry))
    numbers = (number(entry["examples"]), phrases.tightness(entry))
    cells = (*(tag("td", it, style=_LEFT) for it in words), *(tag("td", it) for it in numbers))
    return tag("tr", _joined(cells))


def _links(folder: Path | None) -> Iterator[Markup]:
    for name, said in _FILES.items():
        if folder is not None and (path := folder / name).is_file():
            yield tag("a", said, href=path.as_uri() if path.is_absolute() else path.as_posix())


def _joined(parts: Any) -> Markup:
    return Markup("").join(parts)
