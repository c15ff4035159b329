"""``lcnn-verify certify`` of critical points, trajectories and facts: prove, write, show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify import outputs
from lcnn_verify.cli.errors import ExitCode, say
from lcnn_verify.cli.streams import bar, print_json, tell
from lcnn_verify.evidence import documents
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
from lcnn_verify.packs.zgj.proofs.page import render

FOLDER = "reports/certificates"
"""Where certificates go without ``--out``."""
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
IN_PLACE = " (an earlier file of this name is gone)"
_LEGEND = {
    "critical-points": """\
loss: the proved level of a critical point; no admissible threshold is above it,
so ε₀/loss fails at 1.
− 0 +: signs of the Hessian's eigenvalues in all m·d coordinates; minimum: a local one.""",
    bands.CLAIM: """\
bands: multiples c of κ, and how far down, in units of ε₀; the power needs c⁻⁴ or more.
Below the last band the curvature near V is enough (m = r), or zgj.fact.one-teacher (r = 1 < m).""",
    bracket.CLAIM: """\
none up to: no student network with a loss above 0 and up to here is critical;
one at: the proved level of a critical point; both in units of ε₀, as is F(V), which is searched.
The best threshold of a gradient bound lies between the two.""",
    "trajectory": """\
width: of the enclosure of W_T by Euclidean balls; in boxes: by plain boxes, which wrap.
L → 0: whether descent is proved to converge to a global minimum.""",
}


def fact(claim: str, out: Path | None, *, json: bool = False, quiet: bool = False) -> int:
    """Prove the fact ``claim`` and write its certificate. Exit code 1 if it is not proved."""
    path = out or Path(f"{FOLDER}/{claim}.json")
    outputs.demand_file(path)
    shown = not (json or quiet)
    try:
        proof = _FACTS[claim]()
    except NotProved as error:
        if shown:
            tell(f"NOT PROVED: {claim}: {error}")
        return _written({}, path, json=json, shown=shown, failed=True)
    if shown:
        how = "exact algebra"
        if proof.cells:
            plural = "" if proof.cells == 1 else "s"
            how = f"{proof.cells} cell{plural} enclosed at {proof.precision} bits"
        tell(f"CERTIFIED: {claim}: {proof.statement}\nfor: {proof.box}\nby: {how}")
    return _written(proof.to_json(), path, json=json, shown=shown, failed=False)


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
                    lost = sum(bool(attempt.failure) for attempt in made)
                    advance(name, len(made), len(names), lost)
                made += catalogue.attempts([name])
        except KeyboardInterrupt:
            if not any(attempt.proof for attempt in made):
                raise
            path = outputs.beside(path)
            say(f"interrupted: not tried: {', '.join(names[len(made) :])}")
    if shown:
        if (table := _TABLES[subject](made)).row_count:
            Console().print(table)
        print(_LEGEND[subject])
        for attempt in made:
            if attempt.failure:
                tell(f"NOT PROVED: {attempt.name}: {attempt.failure}")
    certificate, failed = catalogue.certificate(made), any(attempt.failure for attempt in made)
    page = partial(render, catalogue, made)
    code = _written(certificate, path, json=json, shown=shown, failed=failed, page=page)
    return code if len(made) == len(names) else ExitCode.INTERRUPTED


def page_of(certificate: Path) -> Path:
    """Where a certificate is drawn."""
    return certificate.with_name(
        f"{certificate.name.removesuffix('.gz').removesuffix('.json')}.html"
    )


def _written(
    certificate: dict[str, Any],
    path: Path,
    *,
    json: bool,
    shown: bool,
    failed: bool,
    page: Callable[[], str] | None = None,
) -> int:
    """Write and print a certificate, an empty one only to stdout, and its page; the exit code."""
    if json:
        print_json(certificate)
    if certificate:
        drawn = IN_PLACE if path.exists() else ""
        documents.write(path, certificate)
        if page is not None:
            outputs.write_atomically(page_of(path), page())
            drawn += f", drawn in {page_of(path)}"
        if shown:
            tell(f"written: {path}{drawn}; check it: lcnn-verify certify --check {path}")
    return ExitCode.NOT_AS_WANTED if failed else ExitCode.AS_WANTED


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
