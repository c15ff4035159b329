"""``lcnn-verify certify`` of critical points, trajectories and facts: prove, show, check again."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.progress import Advance, bar
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import documents
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics import subdivision as theorem
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.proofs.critical import (
    catalogue as critical_catalogue,
)
from lcnn_verify.packs.zgj.proofs.critical import (
    points as critical_points,
)
from lcnn_verify.packs.zgj.proofs.descent import (
    catalogue as trajectory_starts,
)
from lcnn_verify.packs.zgj.proofs.descent import (
    check as trajectory_check,
)
from lcnn_verify.packs.zgj.proofs.facts import (
    check as theorem_check,
)
from lcnn_verify.packs.zgj.proofs.facts import (
    gradient_upper_bound,
    merged_level,
    moments,
)

FOLDER = "reports/certificates"
"""Where certificates go without ``--out``."""
POINTS, TRAJECTORY = "critical-points", "trajectory"
_FACTS: Mapping[str, Callable[[], theorem.Theorem]] = {
    merged_level.CLAIM: merged_level.prove,
    moments.CLAIM: moments.prove,
    gradient_upper_bound.CLAIM: gradient_upper_bound.prove,
}
SUBJECTS = (POINTS, TRAJECTORY, *_FACTS)
"""What can be proved here."""

_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    critical_points.KIND: critical_points.check,
    trajectory_starts.KIND: trajectory_check.check,
    theorem.KIND: lambda data: iter([theorem_check.check(data)]),
}
_LEGEND = {
    POINTS: """\
loss: the proved level of a critical point; no admissible threshold is above it.
− 0 +: signs of the Hessian's eigenvalues in all m·d coordinates; minimum: a local one.""",
    TRAJECTORY: """\
width: of the enclosure of W_T by Euclidean balls; in boxes: by plain boxes, which wrap.
L → 0: whether descent is proved to converge to a global minimum.""",
}
KINDS = tuple(_CHECKS)
"""What ``certificate`` says in the files that :func:`recheck` reads."""


def prove(
    subject: str, only: Sequence[str], out: str | None, *, json: bool = False, quiet: bool = False
) -> int:
    """Prove ``subject``, or of points and trajectories ``only`` those named, and write ``out``.

    The certificate goes to reports/certificates if ``out`` is None. Exit code 1 if something was
    not proved. Raises ``InputError`` for unknown names, before any work, and ``OSError`` when the
    file cannot be written.
    """
    shown, path = not (json or quiet), Path(out or f"{FOLDER}/{subject}.json")
    documents.demand_writable(path)
    if subject in _FACTS:
        if only:
            raise InputError("--only", repr(",".join(only)), f"nothing: {subject} is one proof")
        certificate, failures = _prove_fact(subject, shown=shown)
    else:
        certificate, failures = _prove_named(subject, list(only), shown=shown)
    if json:
        print(json_format.dumps(certificate, indent=1, ensure_ascii=False))
    if certificate:
        documents.write(path, certificate)
        if shown:
            print(f"written: {path}; check it: lcnn-verify certify --check {path}")
    return ExitCode.NOT_AS_WANTED if failures else ExitCode.AS_WANTED


def recheck(data: dict[str, Any], *, json: bool = False, quiet: bool = False) -> int:
    """Prove a certificate of one of :data:`KINDS` once more, by other arithmetic.

    Exit code 1, and the reason in a line, if it is rejected: also one whose statements hold, but
    that was changed after it was written.
    """
    proved, reason = [], ""
    with bar(not (json or quiet) and sys.stderr.isatty()) as advance:
        try:
            for name in _CHECKS[data["certificate"]](data):
                proved.append(name)
                _tell(advance, name, len(proved), 0)
            if data.get("digest") != documents.digest(data):
                reason = "all of it holds, but the file was changed after it was written"
        except Rejected as error:
            reason = str(error)
    if json:
        print(json_format.dumps({"valid": not reason, "proved": proved, "reason": reason}))
    elif not quiet:
        print(f"REJECTED: {reason}" if reason else f"VALID: {', '.join(proved)}, proved once more")
    return ExitCode.NOT_AS_WANTED if reason else ExitCode.AS_WANTED


def _prove_fact(subject: str, *, shown: bool) -> tuple[dict[str, Any], list[str]]:
    try:
        proof = _FACTS[subject]()
    except NotProved as error:
        if shown:
            print(f"NOT PROVED: {subject}: {error}")
        return {}, [str(error)]
    if shown:
        how = "exact algebra"
        if proof.cells:
            plural = "" if proof.cells == 1 else "s"
            how = f"{proof.cells} cell{plural} enclosed at {proof.precision} bits"
        print(f"CERTIFIED: {subject}: {proof.statement}\nfor: {proof.box}\nby: {how}")
    return proof.to_json(), []


def _prove_named(subject: str, only: list[str], *, shown: bool) -> tuple[dict[str, Any], list[str]]:
    """The certificate of points or descents, and what failed; shows the table as well."""
    points = subject == POINTS
    names = only or list(critical_catalogue.catalogue() if points else trajectory_starts.STARTS)
    source: Any = critical_points if points else trajectory_starts
    for name in only:
        try:
            (critical_catalogue if points else trajectory_starts).demand(name)
        except InputError as error:
            raise InputError("--only", error.got, error.wanted) from None
    made: list[Any] = []
    with bar(shown and sys.stderr.isatty()) as advance:
        attempts = source.attempts(names)
        _tell(advance, names[0], 0, len(names))
        for attempt in attempts:
            made.append(attempt)
            following = names[len(made)] if len(made) < len(names) else ""
            _tell(advance, following, len(made), len(names))
    if shown:
        _show(_point_table(made) if points else _descent_table(made))
        print(_LEGEND[subject])
        for attempt in made:
            if attempt.failure:
                print(f"NOT PROVED: {attempt.name}: {attempt.failure}")
    return source.certificate(made), [attempt.name for attempt in made if attempt.failure]


def _point_table(made: Sequence[critical_points.Attempt]) -> Table:
    table = _table("point", "m r d", "loss", "ε₀", "loss/ε₀", "kind", "− 0 +")
    for attempt in made:
        if (point := attempt.point) is not None:
            cap, full = point.threshold, point.full
            r, d = point.candidate.teachers.lower.shape
            table.add_row(
                attempt.name,
                f"{sum(point.candidate.copies)} {r} {d}",
                f"{point.loss[0]:.3e}",
                f"{cap[1]:.3e}" if cap else "–",
                f"{point.loss[0] / cap[1]:.3g}" if cap else "–",
                "saddle" if full.negative else "minimum",
                f"{full.negative} {full.zero} {full.positive}",
            )
    return table


def _descent_table(made: Sequence[trajectory_starts.Attempt]) -> Table:
    table = _table("start", "m r d", "step", "T", "L(T) ≤", "width", "in boxes", "L → 0")
    for attempt in made:
        if (descent := attempt.descent) is not None:
            start = descent.start
            table.add_row(
                attempt.name,
                " ".join(str(size) for size in (len(start.W), *start.V.shape)),
                f"{start.step:.4g}",
                str(start.steps),
                f"{float(descent.tube.loss.upper()):.2e}",
                f"{descent.tube.width:.0e}",
                trajectory_starts.in_boxes(start),
                "yes" if descent.contraction else "–",
            )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, heading in enumerate(headings):
        table.add_column(Text(heading), no_wrap=True, justify="left" if not index else "right")
    return table


def _show(table: Table) -> None:
    if table.row_count:
        Console().print(table)


def _tell(advance: Advance | None, description: str, done: int, total: int) -> None:
    if advance is not None:
        advance(description, done, total)
