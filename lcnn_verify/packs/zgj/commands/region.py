"""``lcnn-verify certify zgj.gradient-bound``: the claim proved on a whole region of students."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from lcnn_verify import outputs
from lcnn_verify.campaign.cluster import jobs_here
from lcnn_verify.cli.certify import FOLDER, keep, page_of, show
from lcnn_verify.cli.errors import ExitCode, failure, interruption, say
from lcnn_verify.cli.streams import Advance, bar, print_json
from lcnn_verify.numerics.digits import number
from lcnn_verify.packs.zgj.proofs.region import near_zero_loss, prove, split_tree
from lcnn_verify.packs.zgj.proofs.region.claim import (
    CLAIM,
    RegionClaim,
    against_bound,
    ball,
    factor,
    headline,
    highest,
    lowest,
    near_zero,
    tightness,
)
from lcnn_verify.packs.zgj.proofs.region.page import render
from lcnn_verify.packs.zgj.proofs.region.search import Workers
from lcnn_verify.reporting.phrases import percent

_BUDGETS = {1: 200_000, 2: 200_000, 3: 40_000_000}
_SILENT = ("tree", "seals")


def certify(
    stated: RegionClaim,
    *,
    largest: bool,
    raised: bool,
    budget: int | None,
    jobs: int | None,
    cluster: str | None,
    out: Path | None,
    json: bool,
    quiet: bool,
) -> int:
    """Certify or refute the claim, write and print what came of it, return the exit code.

    With ``largest`` the multiple is sought first, but for three students, which would take days.
    With ``raised`` boxes end where ``near_zero_loss.raised`` says for the multiple.
    ``cluster`` is a Dask cluster, as of ``run``, in place of ``jobs`` processes.
    Ctrl-C in the search has the largest multiple settled so far proved, in the proof it leaves the
    tree as far as it came; beside ``out`` if a file is there.
    """
    shown = sys.stderr.isatty() and not (json or quiet)
    processes = jobs_here(jobs, cluster)
    boxes = budget or _BUDGETS[stated.students]
    certificate = out or Path(f"{FOLDER}/{stated.slug}.json.gz")
    outputs.demand_file(certificate)
    outputs.demand_folder(certificate.parent, [page_of(certificate).name])
    with bar(shown) as progress, prove.workers(processes, cluster) as team:
        stated, interrupted = _stated(stated, largest, raised, boxes, team, progress)
        watch = _watch(progress, f"proving {_multiple(stated)}", boxes)
        try:
            found = prove.certify(stated, budget=boxes, team=team, watch=watch)
        except prove.Interrupted as early:
            found, interrupted = early.found, interruption(early)
    suffix = "" if found.verdict == "CERTIFIED" else f"-{found.verdict.lower()}"
    path = out or Path(f"{FOLDER}/{stated.slug}{suffix}.json.gz")
    if interrupted:
        path = outputs.beside(path)
    places: dict[str, str] = {}
    failed = failure(lambda: places.update(keep(path, found.document, lambda: _drawn(found))))
    if interrupted and not failed:
        share = percent(found.search["settled_share"], 2)
        of = f"{_multiple(stated)}, {share} of the box's volume is settled"
        say(f"{interrupted}: {found.verdict} {of}; written to {path}")
    elif json:
        kept = {key: value for key, value in found.told.items() if key not in _SILENT}
        print_json(kept | {"file": str(path)})
    elif not quiet:
        if found.verdict == "INCONCLUSIVE":
            places.pop("check it", "")
        show(headline(found.told), _facts(found.told), places)
    if failed:
        raise failed
    if interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.AS_WANTED if found.verdict == "CERTIFIED" else ExitCode.NOT_AS_WANTED


def _stated(
    claim: RegionClaim,
    largest: bool,
    raised: bool,
    boxes: int,
    team: Workers,
    progress: Advance | None,
) -> tuple[RegionClaim, str]:
    """The claim that is to be proved, and how its search was interrupted, if it was."""
    if not largest or claim.students == 3:
        return (near_zero_loss.raised(claim) if raised else claim), ""
    watch = _watch(progress, "how large a multiple?", boxes)
    try:
        return prove.largest(claim, budget=boxes, raised=raised, team=team, watch=watch), ""
    except prove.SearchEnded as early:
        interrupted = interruption(early)
        say(f"{interrupted}: proving {_multiple(early.claim)}, the most found so far")
        return early.claim, interrupted


def _drawn(found: prove.RegionResult) -> str:
    refuted = prove.counterexample(found) if found.verdict == "REFUTED" else None
    return render(found.told, refuted)


def _multiple(claim: RegionClaim) -> str:
    return f"{factor(claim.multiple)} κ"


def _watch(progress: Advance | None, text: str, budget: int) -> prove.Watch:
    def watch(judged: int, share: float) -> None:
        if progress is not None:
            settled = f"{percent(share, 1)} of the region settled"
            done = "all boxes settled, what is below and the file are left"
            progress(f"boxes; {text}: {done if share >= 1.0 else settled}", judged, budget)

    return watch


def _facts(document: dict[str, Any]) -> dict[str, str]:
    """What is proved, or refuted, in numbers."""
    rows = {"claim": CLAIM, "statement": document["statement"]} | _levels(document)
    if "point" in document:
        point = document["point"]
        rows["at students"] = "; ".join(
            f"({', '.join(number(x, 6) for x in row)})" for row in point["weights"]
        )
        rows["loss"], rows["‖∇L‖"] = ball(point["loss"]), ball(point["gradient_norm"])
        rows["‖∇L‖/(κL)"] = against_bound(document)
    else:
        bounds = zip(document["coordinates"], document["root"], strict=True)
        rows["box"] = " × ".join(f"{name} [{number(a)}, {number(b)}]" for name, (a, b) in bounds)
        reasons = ", ".join(
            f"{count:,} {split_tree.LETTERS[letter].partition(':')[0]}"
            for letter, count in document["reasons"].items()
        )
        rows["sub-boxes"] = f"{document['boxes']:,}: {reasons}; {document['judged']:,} judged"
        if "zero" in document:
            rows["L < ε₁"] = near_zero(document)
        if document["verdict"] == "INCONCLUSIVE":
            share = f"{percent(document['settled_share'], 2)} of the box's volume is settled"
            rows["reached"] = f"the budget is spent: {share}; raise --budget"
        rows["arithmetic"] = document["arithmetic"]
        rows["tightest"] = tightness(document)
    rows["time"] = f"{document['seconds']} s"
    return rows


def _levels(document: dict[str, Any]) -> dict[str, str]:
    left_out = ": students with L < ε₁ are left out" if document["excluded_below"] else ""
    levels = f"{number(document['level'], 6)}, {lowest(document)}{left_out}"
    return {f"{highest(document)}, ε₁": levels}
