"""``lcnn-verify certify`` of critical points, trajectories and facts: prove, write, show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from lcnn_verify import outputs
from lcnn_verify.cli.certify import FOLDER, keep, page_of, show
from lcnn_verify.cli.errors import ExitCode, failure, say
from lcnn_verify.cli.streams import bar, print_json
from lcnn_verify.evidence.theorem import Theorem
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.proofs.bands import catalogue as bands
from lcnn_verify.packs.zgj.proofs.bands.catalogue import BANDS, Bands
from lcnn_verify.packs.zgj.proofs.bracket import catalogue as bracket
from lcnn_verify.packs.zgj.proofs.bracket.catalogue import BRACKETS, Bracket
from lcnn_verify.packs.zgj.proofs.catalogue import Attempt
from lcnn_verify.packs.zgj.proofs.critical.catalogue import POINTS
from lcnn_verify.packs.zgj.proofs.critical.prove import CriticalPoint
from lcnn_verify.packs.zgj.proofs.descent.catalogue import DESCENTS, Descent, in_boxes
from lcnn_verify.packs.zgj.proofs.facts import (
    cone_dimensions,
    cone_levels,
    exponent,
    gradient_upper_bound,
    merged_level,
    moments,
    narrow_floor,
    one_teacher,
    simplex_cones,
)
from lcnn_verify.packs.zgj.proofs.page import document
from lcnn_verify.reporting import html
from lcnn_verify.reporting.phrases import plural

_FACTS: Mapping[str, Callable[[], Theorem]] = {
    merged_level.CLAIM: merged_level.prove,
    moments.CLAIM: moments.prove,
    cone_levels.CLAIM: cone_levels.prove,
    cone_dimensions.CLAIM: cone_dimensions.prove,
    simplex_cones.CLAIM: simplex_cones.prove,
    exponent.CLAIM: exponent.prove,
    narrow_floor.CLAIM: narrow_floor.prove,
    one_teacher.CLAIM: one_teacher.prove,
    gradient_upper_bound.CLAIM: gradient_upper_bound.prove,
}
_CATALOGUES = {
    "critical-points": POINTS,
    bands.CLAIM: BANDS,
    bracket.CLAIM: BRACKETS,
    "trajectory": DESCENTS,
}
_LEGENDS: Mapping[str, Mapping[str, str]] = {
    "critical-points": {
        "loss": "the proved level of a critical point; no admissible threshold is above it, so "
        "that ε₀/loss fails at 1",
        "− 0 +": "signs of the Hessian's eigenvalues in all m·d coordinates",
        "minimum": "a local one",
    },
    bands.CLAIM: {
        "bands": "multiples c of κ, and how far down, in units of ε₀; the power needs c⁻⁴ or more",
        "below them": "the curvature near V is enough (m = r), or zgj.fact.one-teacher (r = 1 < m)",
    },
    bracket.CLAIM: {
        "none up to": "no student network with a loss above 0 and up to here is critical",
        "one at": "the proved level of a critical point; the best threshold of a gradient bound "
        "lies between the two",
        "in units of ε₀": "both, and F(V), which is searched",
    },
    "trajectory": {
        "width": "of the enclosure of W_T by Euclidean balls",
        "in boxes": "the same by plain boxes, which wrap",
        "L → 0": "whether descent is proved to converge to a global minimum",
    },
}


def fact(claim: str, out: Path | None, *, json: bool = False, quiet: bool = False) -> int:
    """Prove the fact ``claim`` and write its certificate. Exit code 1 if it is not proved."""
    path = out or Path(f"{FOLDER}/{claim}.json")
    outputs.demand_file(path)
    shown = not (json or quiet)
    try:
        proof = _FACTS[claim]()
    except NotProved as error:
        if json:
            print_json({})
        elif shown:
            show(f"NOT PROVED: {error}", {"claim": claim}, {})
        return ExitCode.NOT_AS_WANTED
    certificate, places = proof.to_json(), dict[str, str]()
    failed = failure(lambda: places.update(keep(path, certificate)))
    if json:
        print_json(certificate)
    elif shown:
        how = "exact algebra"
        if proof.cells:
            how = f"{plural(proof.cells, 'cell')} enclosed at {proof.precision} bits"
        facts = {"claim": claim, "for": proof.box, "by": how}
        show(f"CERTIFIED: {proof.statement}", facts, places)
    if failed:
        raise failed
    return ExitCode.AS_WANTED


def named(
    subject: str,
    only: Sequence[str],
    out: Path | None,
    *,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Prove the points or descents called ``only``, or all, and write their certificate.

    Exit code 1 if one is not proved. Ctrl-C leaves those proved so far, beside ``out`` if a file is
    there. Raises ``InputError`` for unknown names, before any work.
    """
    path, shown = out or Path(f"{FOLDER}/{subject}.json"), not (json or quiet)
    outputs.demand_file(path)
    outputs.demand_folder(path.parent, [page_of(path).name])
    catalogue: Any = _CATALOGUES[subject]
    for name in only:
        catalogue.demand(name)
    names = only or list(catalogue.provers)
    made: list[Attempt[Any]] = []
    with bar(shown and sys.stderr.isatty()) as advance:
        try:
            for name in names:
                if advance is not None:
                    failures = sum(bool(attempt.failure) for attempt in made)
                    advance(name, len(made), len(names), failures)
                made += catalogue.attempts([name])
        except KeyboardInterrupt:
            if not any(attempt.proof for attempt in made):
                raise
            path = outputs.beside(path)
            say(f"interrupted: not tried: {', '.join(names[len(made) :])}")
    certificate, places = catalogue.certificate(made), dict[str, str]()
    drawn = cache(partial(document, catalogue, made))
    written = partial(keep, path, certificate, lambda: html.render(drawn()))
    failed = failure(lambda: places.update(written()))
    lost = [f"{attempt.name}: {attempt.failure}" for attempt in made if attempt.failure]
    if json:
        print_json(certificate)
    elif shown:
        facts = {**_LEGENDS[subject], **({"not proved": "\n".join(lost)} if lost else {})}
        show(drawn().headline, facts, places, _TABLES[subject](made))
    if failed:
        raise failed
    if len(made) < len(names):
        return ExitCode.INTERRUPTED
    return ExitCode.NOT_AS_WANTED if lost else ExitCode.AS_WANTED


def _point_table(made: Sequence[Attempt[CriticalPoint]]) -> Table:
    table = _table("point", "m r d", "loss", "ε₀", "ε₀/loss", "kind", "− 0 +")
    for attempt in made:
        if (point := attempt.proof) is not None:
            cap, full = point.threshold, point.full
            r, d = point.candidate.teachers.lower.shape
            table.add_row(
                attempt.name,
                f"{sum(point.candidate.copies)} {r} {d}",
                number(point.loss[0]),
                number(cap and cap[1]),
                number(cap and cap[1] / point.loss[0], 3),
                "saddle" if full.negative else "minimum",
                f"{full.negative} {full.zero} {full.positive}",
            )
    return table


def _bracket_table(made: Sequence[Attempt[Bracket]]) -> Table:
    table = _table("teachers", "ε₀", "none up to", "one at", "ratio", "merged", "F(V)", "boxes")
    for attempt in made:
        if (it := attempt.proof) is not None:
            beside = it.beside
            table.add_row(
                attempt.name,
                number(beside["ε₀"], 2),
                *(number(beside[key], 6) for key in ("none up to", "one at")),
                number(it.ratio, 5),
                *(number(beside[key], 4) for key in ("merged", "F(V)")),
                f"{it.region.document['boxes']:,}",
            )
    return table


def _bands_table(made: Sequence[Attempt[Bands]]) -> Table:
    table = _table("network", "bands", "boxes")
    for attempt in made:
        if (it := attempt.proof) is not None:
            table.add_row(attempt.name, it.told, f"{it.boxes:,}")
    return table


def _descent_table(made: Sequence[Attempt[Descent]]) -> Table:
    table = _table("start", "m r d", "step", "T", "L(T) ≤", "width", "in boxes", "L → 0")
    for attempt in made:
        if (descent := attempt.proof) is not None:
            start = descent.start
            table.add_row(
                attempt.name,
                " ".join(str(size) for size in (len(start.W), *start.V.shape)),
                number(start.step),
                str(start.steps),
                number(float(descent.tube.loss.upper()), 3),
                number(descent.tube.width, 1),
                in_boxes(start),
                "–" if descent.reach is None else "yes",
            )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, heading in enumerate(headings):
        table.add_column(Text(heading), no_wrap=True, justify="left" if not index else "right")
    return table


_TABLES: Mapping[str, Callable[[Sequence[Any]], Table]] = {
    "critical-points": _point_table,
    bands.CLAIM: _bands_table,
    bracket.CLAIM: _bracket_table,
    "trajectory": _descent_table,
}
