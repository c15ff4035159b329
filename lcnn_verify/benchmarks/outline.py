"""A measurement as a document: tables of times and ratios, how cost grows, what became slower."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lcnn_verify.evidence.figures import Figure, Kind, Line, log
from lcnn_verify.numerics.digits import NOTHING, number
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting.phrases import plural

_Json = Mapping[str, Any]
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
LEGEND = (
    "Times are the least of all rounds. ×N is how many times as long as ours the way beside it "
    "takes: by the least of rounds{}, in which all ways are timed by turns. A * marks what is no "
    "way to do the work, but a part of it, timed alone. "
    f"{NOTHING} is what is not installed, or not timed at that size."
)
_ALSO = {doc.Medium.WRITTEN: ", then by the median of rounds", doc.Medium.TERMINAL: ""}
"""What a cell holds beside that, where there is room."""


def document(data: _Json, folder: Path | None = None) -> doc.Document:
    """The measurement ``data`` as a document; ``folder`` is where its files are."""
    rows = sum(len(entry["rows"]) for entry in data["benchmarks"])
    slower = [it for it in data.get("compared", {}).get("changes", ()) if it["slower"]]
    lead = f"PARTIAL, {data['partial']['reason']}. " if "partial" in data else ""
    told = [f"{plural(len(data['failures']), 'way')} failed"] * bool(data["failures"])
    told += [f"{plural(len(slower), 'row')} slower than before"] * bool(slower)
    told += ["nothing slower than before"] * ("compared" in data and not slower)
    kind = "quick measurement, " if data["quick"] else ""
    threads = plural(data["threads"], "processor")
    lede = f"{kind}{data['started']}, {threads}, {number(data['seconds'], 3)} s"
    return doc.Document(
        kind="bench",
        headline=f"{lead}{'; '.join([plural(rows, 'row') + ' timed', *told])}.",
        tone="bad" if data["failures"] or slower else "good",
        lede=f"{lede[0].upper()}{lede[1:]}.",
        head=tuple(doc.Paragraph(LEGEND.format(it), "note", on) for on, it in _ALSO.items()),
        sections=tuple(_sections(data)),
        version=data["lcnn_verify"],
        start="times",
        place="" if folder is None else f"benchmarks: {folder / 'bench.html'}",
    )


def _sections(data: _Json) -> Iterator[doc.Section]:
    if data["failures"]:
        lines = (
            f"{it['benchmark']} {size_told(it['size'])} {it['way']}: {it['reason']}"
            for it in data["failures"]
        )
        yield doc.Section("Failed", (doc.Bullets(tuple(map(doc.Plain, lines))),), "failed")
    if compared := data.get("compared"):
        yield doc.Section(f"Beside {compared['old']}", tuple(_changes(compared)), "compared")
    for index, entry in enumerate(data["benchmarks"]):
        tables = (table(entry), table(entry, brief=True)) if entry["rows"] else ()
        pictures = tuple(doc.Picture(made) for made in _figures(entry, f"b{index}"))
        said = " ".join(filter(None, (growth(entry), entry["note"])))
        more = (doc.Paragraph(said, "note"),) if said else ()
        key = "times" if index == 0 else f"times-{index}"
        told = (entry["title"], " ", doc.Span(doc.Code(entry["id"]), "less"))
        yield doc.Section(told, (*tables, *more, *pictures), key)


def table(entry: _Json, *, brief: bool = False) -> doc.Table:
    """The rows of a benchmark: what a unit takes, and how many times that the others take.

    A ``brief`` one, for terminals, has the ratios of least times alone.
    """
    names = list(dict.fromkeys(it["way"] for row in entry["rows"] for it in row["timings"]))
    limits = {it["way"] for row in entry["rows"] for it in row["timings"] if it["limit"]}
    heads = [f"{name}*" if name in limits else name for name in names]
    media = doc.Medium.TERMINAL if brief else doc.Medium.WRITTEN
    keys = ", ".join(entry["rows"][0]["size"])
    rows: list[tuple[doc.Line, ...]] = []
    for row in entry["rows"]:
        by_way = {it["way"]: it for it in row["timings"]}
        first = by_way[names[0]]["seconds"]
        cells = (_ratio(by_way.get(name), brief) for name in names[1:])
        rows.append((doc.Plain(size_told(row["size"])), time_told(first["minimum"]), *cells))
    columns = doc.columns(f"({keys})", numbers=(f"a {entry['unit']}", *heads[1:]))
    return doc.Table(columns, tuple(rows), media=media)


def growth(entry: _Json) -> str:
    """How our cost grows, in a sentence; empty where that was not measured."""
    if (grown := entry["growth"]) is None:
        return ""
    ends = f"{number(grown['first'])} to {number(grown['last'])}"
    return f"Cost grows like {grown['axis']}^{number(grown['exponent'], 3)} from {ends}."


def size_told(size: _Json) -> str:
    """``"(4, 2, 3)"``; a dash for the only size."""
    return f"({', '.join(number(value) for value in size.values())})" if size else NOTHING


def time_told(seconds: float) -> str:
    """``"26.1 µs"``."""
    scale, unit = next(((s, u) for s, u in _UNITS if seconds >= s), _UNITS[-1])
    return f"{number(seconds / scale, 3)} {unit}"


def _ratio(timing: _Json | None, brief: bool) -> str:
    if timing is None or timing["ratio"] is None:
        return NOTHING
    least, median = (number(timing["ratio"][key], 3) for key in ("minimum", "median"))
    return f"×{least}" if brief else f"×{least}, ×{median}"


def _changes(compared: _Json) -> Iterator[doc.Block]:
    """What became slower, or faster, beyond the tolerance."""
    most = 1.0 + compared["tolerance"]
    far = [it for it in compared["changes"] if it["slower"] or it["slowdown"] < 1.0 / most]
    yield doc.Paragraph(
        f"Ratios to the ways beside ours are compared, of the run of {compared['started']} and of "
        "this one, so that the speed of the machine cancels. A row is slower if it lost more than "
        f"{number(100 * compared['tolerance'], 3)} % against every peer, or every part where no "
        "peer is in both, by the least and by the median of rounds. "
        f"{plural(len(compared['changes']), 'row')} compared, "
        f"{compared['alone']} without a way that both timed.",
        "note",
    )
    rows: list[tuple[doc.Line, ...]] = []
    for it in sorted(far, key=lambda it: -it["slowdown"]):
        outcome = doc.Span("slower", "bad") if it["slower"] else doc.Span("faster", "good")
        beside = ", ".join(f"{way} ×{number(f, 3)}" for way, f in it["beside"].items())
        name = (doc.Code(it["benchmark"]), f" {size_told(it['size'])}")
        rows.append((name, outcome, beside, f"×{number(it['slowdown'], 3)}"))
    if rows:
        heads = doc.columns("row", "became", "beside", numbers=("time now",))
        yield doc.Table(heads, tuple(rows))


def _figures(entry: _Json, prefix: str) -> Iterator[Any]:
    """Seconds over the axis of growth, or ratios over the time of ours."""
    # Imported here: what draws costs start-up time that a look in the terminal does not need.
    from lcnn_verify.reporting.figures import figures

    axis, rows = entry["growth"] and entry["growth"]["axis"], entry["rows"]
    if len(rows) < 2:
        return
    if axis:
        last = rows[-1]["timings"][0]["seconds"]["minimum"]
        x, y = log(axis, "count"), log(f"time of a {entry['unit']}", "seconds")
        slope = entry["growth"]["exponent"]
        told = f"{axis}^{number(slope, 3)}"
        lines = (Line(told, slope=slope, x=float(rows[-1]["size"][axis]), y=last),)
    else:
        x = log(f"time of ours, a {entry['unit']}", "seconds")
        y = log("time beside ours", "ratio")
        lines = (Line("1: as fast as ours", y=1.0),)
    figure = Figure(Kind.BANDS if axis else Kind.CURVES, entry["title"], x=x, y=y, lines=lines)
    series = [
        {"figure": figure.to_json(), "label": way, "data": columns}
        for way, columns in _curves(rows, axis).items()
    ]
    yield from figures(series, prefix)


def _curves(rows: Sequence[_Json], axis: str | None) -> dict[str, dict[str, list[float]]]:
    """The points of each way, by its name, in the order of our time."""
    found: dict[str, dict[str, list[float]]] = {}
    for row in sorted(rows, key=lambda row: row["timings"][0]["seconds"]["minimum"]):
        ours = row["timings"][0]["seconds"]["minimum"]
        for it in row["timings"]:
            if it["seconds"] is None or (not axis and it is row["timings"][0]):
                continue
            columns = found.setdefault(it["way"], {"x": [], "y": []})
            columns["x"].append(row["size"][axis] if axis else ours)
            columns["y"].append(it["seconds"]["minimum"] if axis else it["ratio"]["minimum"])
    return found
