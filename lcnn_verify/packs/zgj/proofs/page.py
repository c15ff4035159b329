"""Certificates of critical points and of descents as HTML pages, drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

import lcnn_verify
from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.evidence.figures import Figure, Kind, Line, Tone, linear, log
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import NOTHING, number
from lcnn_verify.packs.zgj import threshold, words
from lcnn_verify.packs.zgj.drawing import Network, draw_network
from lcnn_verify.packs.zgj.dynamics import gradient_descent
from lcnn_verify.packs.zgj.geometry import separation
from lcnn_verify.packs.zgj.model import TIED_ABS
from lcnn_verify.packs.zgj.proofs.bands.catalogue import BANDS, BOUND, Bands
from lcnn_verify.packs.zgj.proofs.bracket.catalogue import BRACKETS, Bracket
from lcnn_verify.packs.zgj.proofs.catalogue import PRECISION, Attempt, Catalogue
from lcnn_verify.packs.zgj.proofs.critical.catalogue import POINTS
from lcnn_verify.packs.zgj.proofs.descent.catalogue import DESCENTS
from lcnn_verify.packs.zgj.proofs.region.prove import ARITHMETIC
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import html
from lcnn_verify.reporting.figures import figures
from lcnn_verify.reporting.phrases import plural

_Json = Mapping[str, Any]
_Told: TypeAlias = tuple[str, str, tuple[doc.Section, ...]]
"""Headline, what stands below it, sections."""
_SIGNS = ("negative", "zero", "positive")
LEVELS = Figure(
    Kind.SCATTER,
    "Every proved level is above ε₀",
    x=log("separation Δ of the teachers", "degrees"),
    y=log("ε₀/L at the point", "ratio"),
    marks={"saddle": Tone.GOOD, "spurious minimum": Tone.WARN},
    lines=(Line("1: a critical point at ε₀; above it no gradient bound holds up to ε₀", y=1.0),),
    caption="The gradient vanishes at each of these points, so its level caps every threshold.",
)
BEST = Figure(
    Kind.CURVES,
    "The best threshold of two unit teachers",
    x=log("separation Δ of the teachers", "degrees"),
    y=linear("loss L", "ε₀"),
    lines=(Line("the merged pair, at 16·ε₀", y=16.0), Line("ε₀, which falls like Δ³", y=1.0)),
    caption="No student network is critical at a loss above 0 and below the best threshold.",
)
_LEVELS = {
    "ε₀": "ε₀",
    "none up to": "certified: none critical up to here",
    "one at": "certified: a critical point",
    "merged": "merged pair",
    "F(V)": "F(V), searched",
}
_DRAWN = {
    "one at": "the best threshold: certified from both sides, nearer than a line is wide",
    "F(V)": "F(V), searched: on the line of the merged pair but near 90°",
}
LOSSES = Figure(
    Kind.CURVES,
    "Loss along each proved descent",
    x=linear("steps taken", "count"),
    y=log("loss L", "length⁴"),
    bound="the bound 1/(1/L₀ + ½κ²t) of zgj.rate, which starts at most at ε₀",
)


def render(catalogue: Catalogue[Any], made: Sequence[Attempt[Any]]) -> str:
    """The page of :func:`document`."""
    return html.render(document(catalogue, made))


def document(catalogue: Catalogue[Any], made: Sequence[Attempt[Any]]) -> doc.Document:
    """What was proved of a catalogue, and what was not, by name."""
    proofs = [proof for it in made if (proof := it.proof)]
    failures = {attempt.name: attempt.failure for attempt in made if attempt.failure}
    if catalogue.kind in _WHOLE:
        headline, said, sections = _WHOLE[catalogue.kind](proofs)
    else:
        entries = [proof.to_json() | {"title": proof.title} for proof in proofs]
        headline, said, sections = _PAGES[catalogue.kind](entries)
    flaws = tuple((doc.Code(name), f": {reason}") for name, reason in failures.items())
    missing = (doc.Section("Not proved", (doc.Bullets(flaws),), "missing"),) if flaws else ()
    if flaws:
        told = f"{headline}, {len(flaws)} not proved"
        headline = told if proofs else f"NOT PROVED: {', '.join(failures)}"
    return doc.Document(
        kind="certify",
        headline=headline,
        tone="bad" if flaws else "good",
        lede=f"{said} For the networks named and no others, by {_HOW[catalogue.kind]}.",
        head=(),
        sections=(*missing, *sections),
        version=lcnn_verify.__version__,
        start="drawings",
    )


def _points(entries: Sequence[_Json]) -> _Told:
    kinds = [_kind(entry) for entry in entries]
    told = [plural(kinds.count("saddle"), "saddle")]
    if least := kinds.count("spurious minimum"):
        told.append(f"{least} spurious minim{'um' if least == 1 else 'a'}")
    beside = [entry for entry in entries if entry["threshold"]]
    series = {
        "x": [float(np.degrees(separation(_teachers(entry)))) for entry in beside],
        "y": [entry["threshold"][1] / entry["loss"][0] for entry in beside],
        "mark": [_kind(entry) for entry in beside],
        "point": [entry["name"] for entry in beside],
    }
    levels = _figures(LEVELS, {"points": series} if beside else {})
    names = (doc.Column("point"), doc.Column("what it is", style="long"), doc.Column("kind"))
    heads = (*names, *(doc.Column(it, number=True) for it in ("L", "ε₀", "ε₀/L")))
    rows = tuple(
        (doc.Code(entry["name"]), entry["title"], _kind(entry), *_beside(entry))
        for entry in entries
    )
    note = "L is the proved level, rounded down; ε₀, of the same teachers, is rounded up."
    table = doc.Table(heads, rows, label="The proved points")
    drawn = doc.Group(tuple(doc.Picture(_drawn(entry)) for entry in entries), "figures")
    nearest = number(max(series["y"], default=None), 3)
    said = f"Every point of a network that has an ε₀ lies above it: ε₀/L is at most {nearest}."
    return (
        f"CERTIFIED: {' and '.join(told)}",
        said if beside else "",
        (
            doc.Section("Levels", (*levels, table, doc.Paragraph(note, "note")), "levels"),
            doc.Section("The points", (drawn,), "drawings"),
        ),
    )


def _kind(entry: _Json) -> str:
    return "saddle" if entry["full"][0] else "spurious minimum"


def _teachers(entry: _Json) -> FloatArray:
    lower, upper = (np.array(entry["teachers"][side]) for side in ("lower", "upper"))
    return np.asarray((lower + upper) / 2.0)


def _beside(entry: _Json) -> tuple[str, str, str]:
    """The level, ε₀ and their ratio, which fails at 1."""
    level, cap = entry["loss"][0], entry["threshold"]
    if cap is None:
        return number(level), NOTHING, NOTHING
    return number(level), number(cap[1]), number(cap[1] / level, 3)


def _drawn(entry: _Json) -> Drawing:
    """The network at a point, each line as its equal copies."""
    lines = zip(entry["students"], entry["copies"], strict=True)
    W = np.vstack([np.tile(np.array(row) / np.sqrt(n), (n, 1)) for row, n in lines])
    made = draw_network(
        Network(W, _teachers(entry)), prefix=f"point-{entry['name']}", title=entry["name"]
    )
    level, cap, ratio = _beside(entry)
    signs = ", ".join(f"{n} {sign}" for n, sign in zip(entry["full"], _SIGNS, strict=True))
    told = f"A {_kind(entry)}: {entry['title']}. L = {level}" + (
        f", ε₀ = {cap}, ε₀/L = {ratio}" if entry["threshold"] else ""
    )
    return replace(made, caption=f"{told}; eigenvalues of the Hessian: {signs}. {made.caption}")


def _descents(entries: Sequence[_Json]) -> _Told:
    curves = _figures(LOSSES, {entry["name"]: _losses(entry) for entry in entries})
    names = (doc.Column("start"), doc.Column("what it is", style="long"))
    numbers = ("step (length⁻²)", "steps", "L at the end ≤", "converges")
    heads = (*names, *(doc.Column(it, number=True) for it in numbers))
    rows = tuple(
        (
            doc.Code(entry["name"]),
            doc.Lines((entry["title"], words.of_network(*_start(entry), TIED_ABS))),
            number(entry["step"]),
            number(entry["steps"]),
            number(entry["level"]),
            "no claim" if entry["limit"] is None else "L → 0",
        )
        for entry in entries
    )
    table = doc.Table(heads, rows, label="The proved descents")
    whole = sum(entry["limit"] is not None for entry in entries)
    headline = f"CERTIFIED: {plural(len(entries), 'descent')}, {whole} of them to L = 0"
    said = "Gradient descent with these steps from these starts comes below these levels."
    return (
        headline,
        said,
        (
            doc.Section("Loss against step", tuple(curves), "drawings"),
            doc.Section("The starts", (table,), "starts"),
        ),
    )


def _start(entry: _Json) -> tuple[FloatArray, FloatArray]:
    return np.array(entry["students"]), np.array(entry["teachers"])


def _losses(entry: _Json) -> dict[str, Any]:
    """The losses in float64, the bound where it is claimed, and what was proved at the end."""
    (W, V), step = _start(entry), entry["step"]
    run = gradient_descent(W, V, step=step, max_steps=entry["steps"], record_every=1)
    taken = np.arange(len(run.losses))
    series: dict[str, Any] = {"x": taken.tolist(), "y": run.losses.tolist()}
    if run.losses[0] <= threshold.loss_threshold(V):
        rate = threshold.kappa(V) ** 2 / 2
        series["bound"] = (1 / (1 / run.losses[0] + rate * step * taken)).tolist()
    proved = f"L ≤ {number(entry['level'])} proved after {entry['steps']} steps"
    near = f", from every start within {number(entry['radius'])}" if entry["radius"] else ""
    return {**series, "note": proved + near}


def _figures(figure: Figure, series: Mapping[str, _Json]) -> Iterator[doc.Block]:
    made = [
        {"figure": figure.to_json(), "label": name, "data": data} for name, data in series.items()
    ]
    return (doc.Picture(drawing) for drawing in figures(made, "f"))


def _brackets(proofs: Sequence[Bracket]) -> _Told:
    """The curve over Δ, a row for each pair, and the critical points."""
    rows = [(it, it.beside) for it in proofs]
    equal = [(it, levels) for it, levels in rows if levels["merged"]]
    series = {
        said: {
            "x": [float(it.region.claim.separation) for it, _ in equal],
            "y": [levels[key] for _, levels in equal],
        }
        for key, said in _DRAWN.items()
    }
    worst = number(max((it.ratio for it in proofs), default=None), 5)
    heads = (
        doc.Column("teachers", style="long"),
        *(
            doc.Column(said, number=True)
            for said in ("ε₀", *(f"{it}, ε₀" for it in _LEVELS if it != "ε₀"))
        ),
        doc.Column("ratio", number=True),
    )
    told = tuple(
        (
            it.title,
            number(levels["ε₀"]),
            *(number(levels[key], 6) for key in _LEVELS if key != "ε₀"),
            number(it.ratio, 5),
        )
        for it, levels in rows
    )
    table = doc.Table(heads, told, label="The bracketed thresholds")
    drawn = tuple(doc.Picture(_drawn(it.point.to_json() | {"title": it.title})) for it in proofs)
    return (
        f"CERTIFIED: {plural(len(proofs), 'threshold')} bracketed",
        f"No student network is critical at a loss up to a level, and one is above it: {worst} "
        "times as high at most. The best threshold of a gradient bound lies between the two.",
        (
            doc.Section("Levels", (*_figures(BEST, series), table), "levels"),
            doc.Section("The critical points", (doc.Group(drawn, "figures"),), "drawings"),
        ),
    )


def _bands(proofs: Sequence[Bands]) -> _Told:
    """A row for each network."""
    heads = (
        doc.Column("name"),
        doc.Column("networks", style="long"),
        doc.Column("multiples of κ, and how far down in ε₀", style="long"),
        doc.Column("boxes", number=True),
    )
    rows = tuple((doc.Code(it.name), it.title, it.told, f"{it.boxes:,}") for it in proofs)
    table = doc.Table(heads, rows, label="The bands")
    return (
        f"CERTIFIED: {BOUND} for {plural(len(proofs), 'choice')} of networks",
        "On each band of the loss a multiple of κ is proved that is enough for the exponent 3/4; "
        "bands join. Below the last band the curvature near V is enough, or zgj.fact.one-teacher.",
        (doc.Section("Bands", (table,), "drawings"),),
    )


_HOW = {
    BANDS.kind: f"{ARITHMETIC}, Arb balls of {PRECISION} bits near L = 0",
    POINTS.kind: f"Arb balls of {PRECISION} bits",
    DESCENTS.kind: f"Arb balls of {PRECISION} bits",
    BRACKETS.kind: f"{ARITHMETIC} below, Arb balls of {PRECISION} bits at the point",
}
_WHOLE: Mapping[str, Callable[[Sequence[Any]], _Told]] = {
    BRACKETS.kind: _brackets,
    BANDS.kind: _bands,
}
"""Pages that take the proofs themselves, not their JSON."""
_PAGES: Mapping[str, Callable[[Sequence[_Json]], _Told]] = {
    POINTS.kind: _points,
    DESCENTS.kind: _descents,
}
