"""``lcnn-verify certify``: a claim proved on a whole region of students, or a proof checked.

What is proved at points, along descents, or by charts of two angles is in ``proofs``.
"""

from __future__ import annotations

import json as json_format
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify.campaign.run import default_jobs
from lcnn_verify.cli.errors import ExitCode, say
from lcnn_verify.cli.options import integer, split
from lcnn_verify.cli.progress import Advance, bar
from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.evidence import documents
from lcnn_verify.packs.zgj.commands import proofs
from lcnn_verify.packs.zgj.proofs.region import check, prove, split_tree
from lcnn_verify.packs.zgj.proofs.region.claim import CLAIM, INNER, RegionClaim
from lcnn_verify.packs.zgj.proofs.region.page import render

_BUDGETS = {1: 200_000, 2: 200_000, 3: 40_000_000}
_SILENT = ("tree", "seals")


def certify(
    claim: str | None,
    *,
    teachers: str,
    norms: str | None,
    separation: str,
    students: str,
    dimension: str,
    multiple: str | None,
    inner: str | None,
    budget: str | None,
    jobs: str | None,
    out: str | None,
    check: str | None,
    only: list[str] | None,
    json: bool,
    quiet: bool,
) -> int:
    """Certify a claim or check a certificate, print what was asked for, return the exit code."""
    shown = sys.stderr.isatty() and not (json or quiet)
    if check is not None:
        if claim is not None:
            raise InputError("CLAIM", repr(claim), "no claim beside --check: the file names it")
        document = documents.read(Path(check), (split_tree.KIND, *proofs.KINDS))
        if document["certificate"] != split_tree.KIND:
            return proofs.recheck(document, json=json, quiet=quiet)
        return _check(Path(check), document, shown=shown, json=json, quiet=quiet)
    if claim in proofs.SUBJECTS:
        return proofs.prove(claim, split(only) or [], out, json=json, quiet=quiet)
    if claim != CLAIM:
        known = [CLAIM, *proofs.SUBJECTS]
        hint = did_you_mean(claim, known) if claim else ""
        choices = f"one of {', '.join(known)}{hint}"
        raise InputError("CLAIM", repr(claim) if claim else "nothing", choices)
    if only:
        raise InputError("--only", repr(",".join(only)), f"nothing: {CLAIM} is one proof")
    stated = _claim(teachers, norms, separation, students, dimension, multiple, inner)
    boxes = _BUDGETS[stated.students] if budget is None else integer("--budget", budget, 1)
    count = default_jobs() if jobs is None else integer("--jobs", jobs, 1)
    documents.demand_writable(Path(out or f"{proofs.FOLDER}/{stated.slug}.json.gz"))
    with bar(shown) as progress, prove.workers(count) as team:
        if multiple is None and stated.students < 3:
            watch = _watch(progress, "how large a multiple?", boxes)
            stated = prove.largest(stated, budget=boxes, team=team, watch=watch)
        watch = _watch(progress, f"proving {float(stated.multiple):g} κ", boxes)
        interrupted = False
        try:
            found = prove.certify(stated, budget=boxes, team=team, watch=watch)
        except prove.Interrupted as early:
            found, interrupted = early.found, True
    suffix = "" if found.verdict == "CERTIFIED" else f"-{found.verdict.lower()}"
    path = Path(out or f"{proofs.FOLDER}/{stated.slug}{suffix}.json.gz")
    documents.write(path, found.document)
    page = None
    if found.verdict != "REFUTED":
        page = path.with_name(f"{path.name.removesuffix('.gz').removesuffix('.json')}.html")
        page.write_text(render(found.document), encoding="utf-8")
    if interrupted:
        share = f"{found.document['settled_share']:.2%} of the box's volume is settled"
        say(f"interrupted: {found.verdict}, {share}; written to {path}")
        return ExitCode.INTERRUPTED
    if json:
        kept = {key: value for key, value in found.document.items() if key not in _SILENT}
        print(json_format.dumps(kept | {"file": str(path)}, indent=1, ensure_ascii=False))
    elif not quiet:
        _show(found.document, path, page)
    return ExitCode.AS_WANTED if found.verdict == "CERTIFIED" else ExitCode.NOT_AS_WANTED


def _claim(
    teachers: str,
    norms: str | None,
    separation: str,
    students: str,
    dimension: str,
    multiple: str | None,
    inner: str | None,
) -> RegionClaim:
    if integer("--dimension", dimension, 1) != 2:
        raise InputError("--dimension", dimension, "2: regions are certified in the plane")
    count = integer("--teachers", teachers, 1)
    sizes = ["1"] * min(count, 3) if norms is None else norms.split(",")
    if norms is not None and len(sizes) != count:
        raise InputError("--norms", repr(norms), f"{count} norms, one for each teacher")
    try:
        return RegionClaim(
            norms=tuple(_fraction("--norms", size) for size in sizes),
            separation=_fraction("--separation", separation),
            students=integer("--students", students, 1),
            multiple=Fraction(1) if multiple is None else _fraction("--kappa-multiple", multiple),
            inner=INNER if inner is None else _fraction("--inner", inner),
        )
    except InputError as error:
        name = f"--{error.argument.removeprefix('--')}"
        raise InputError(name, error.got, error.wanted) from None


def _fraction(argument: str, text: str) -> Fraction:
    """``text`` as an exact number: an integer, a decimal or a fraction."""
    wanted = "a number such as 2, 0.5, 1e-6 or 2/3"
    try:
        if "e" in text.lower() and not 1e-12 <= abs(float(text)) <= 1e12:
            raise InputError(argument, repr(text), wanted)
        return Fraction(text.strip())
    except InputError:
        raise
    except (ValueError, ZeroDivisionError):
        raise InputError(argument, repr(text), wanted) from None


def _watch(progress: Advance | None, text: str, budget: int) -> prove.Watch:
    def watch(judged: int, share: float) -> None:
        if progress is not None:
            progress(f"{text}: {share:.1%} of the region settled, boxes", judged, budget)

    return watch


def _check(path: Path, document: dict[str, Any], *, shown: bool, json: bool, quiet: bool) -> int:
    started, done = time.monotonic(), 0
    with bar(shown) as progress:

        def watch(boxes: int) -> None:
            nonlocal done
            done += boxes
            if progress is not None:
                stated = document.get("boxes")
                progress("proving boxes anew", done, stated if isinstance(stated, int) else done)

        try:
            settled, reason = check.check(document, watch), ""
        except check.Rejected as error:
            settled, reason = 0, str(error)
    seconds = round(time.monotonic() - started, 1)
    refuted = "point" in document
    outcome = "REJECTED" if reason else "REFUTED" if refuted else "CERTIFIED"
    if json:
        result = {"file": str(path), "verdict": outcome, "settled": settled, "reason": reason}
        print(json_format.dumps(result | {"seconds": seconds}, indent=1, ensure_ascii=False))
    elif not quiet:
        what = reason or (
            f"{check.statement(document)}; "
            + ("a point proved anew" if refuted else f"{settled:,} boxes proved anew")
            + f", {seconds} s"
        )
        Console(highlight=False, soft_wrap=True).print(
            Text.assemble((outcome, _COLOURS[outcome]), f" {what}")
        )
    return ExitCode.AS_WANTED if outcome == "CERTIFIED" else ExitCode.NOT_AS_WANTED


_COLOURS = {
    "CERTIFIED": "bold green",
    "REFUTED": "bold red",
    "REJECTED": "bold red",
    "INCONCLUSIVE": "bold yellow",
}


def _show(document: dict[str, Any], path: Path, page: Path | None) -> None:
    console = Console(highlight=False)
    verdict = document["verdict"]
    console.print(Text.assemble((verdict, _COLOURS[verdict]), f" {CLAIM}"))
    rows = {"claim": document["statement"]} | _levels(document)
    if "point" in document:
        point = document["point"]
        rows["at students"] = "; ".join(
            f"({', '.join(f'{x:.6g}' for x in row)})" for row in point["weights"]
        )
        rows["loss"], rows["‖∇L‖"] = point["loss"], point["gradient_norm"]
        rows["‖∇L‖/(κL)"] = point["ratio"]
    else:
        bounds = zip(document["coordinates"], document["root"], strict=True)
        rows["box"] = " × ".join(f"{name} [{a:.4g}, {b:.4g}]" for name, (a, b) in bounds)
        reasons = ", ".join(
            f"{count:,} {split_tree.LETTERS[letter].partition(':')[0]}"
            for letter, count in document["reasons"].items()
        )
        rows["sub-boxes"] = f"{document['boxes']:,}: {reasons}; {document['judged']:,} judged"
        if "zero" in document:
            beside = document["zero"]
            rows["L < ε₁"] = (
                f"within {beside['radius']:.3g} of the teachers, where L is convex: "
                f"curvature {beside['least']:.4g} to {beside['most']:.4g}"
            )
        if verdict == "INCONCLUSIVE":
            share = f"{document['settled_share']:.2%} of the box's volume is settled"
            rows["reached"] = f"the budget is spent: {share}; raise --budget"
        rows["arithmetic"] = document["arithmetic"]
        rows["tightest"] = (
            f"smallest ‖∇L‖/(κL) a local search met: {document['smallest_ratio_found']:.4g}"
        )
    rows["time"] = f"{document['seconds']} s"
    rows["written"] = f"{path}" + (f", drawn in {page}" if page else "")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, text in rows.items():
        table.add_row(Text(name), Text(text))
    console.print(table)
    if verdict != "INCONCLUSIVE":
        console.print(Text(f"check it: lcnn-verify certify --check {path}"))


def _levels(document: dict[str, Any]) -> dict[str, str]:
    low, high = document["excluded_below"], f"{document['level']:.6g}"
    if not low:
        return {"ε₀": high}
    return {"ε₀, ε₁": f"{high}, {low:.3g}: students with L < ε₁ are left out"}
