"""``lcnn-verify claims``: the ledger, as a table or one claim in full."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console

from lcnn_verify import ledger, packs
from lcnn_verify.cli.errors import ExitCode, say_left_out
from lcnn_verify.cli.options import Json
from lcnn_verify.cli.streams import print_json
from lcnn_verify.ledger import Claim


def claims(
    claim: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A claim to show in full, or a group.")
    ] = None,
    json: Json = False,
) -> int:
    """Show the ledger: every claim, where it comes from, and what it should earn.

    Examples:
    lcnn-verify claims
    lcnn-verify claims {pack}
    lcnn-verify claims {claim}
    """
    stated = (*ledger.claims(), *ledger.studies(), *ledger.not_testable())
    chosen = stated if claim is None else ledger.select([claim], (*stated, *ledger.checks()))
    single = claim is not None and chosen[0].id == claim
    if json:
        entries = [_to_json(entry) for entry in chosen]
        print_json(entries[0] if single else entries)
    elif single:
        _show_one(chosen[0])
    else:
        _show_table(chosen)
    say_left_out((entry.name, entry.reason) for entry in packs.broken())
    return ExitCode.AS_WANTED


def _to_json(claim: Claim) -> dict[str, Any]:
    derived = {"pack": claim.pack, "group": claim.group, "wanted": _wanted(claim)}
    return {**asdict(claim), **derived, "property_file": claim.property_file}


def _wanted(claim: Claim) -> str:
    if claim.not_testable:
        return "not testable"
    return "REFUTED" if claim.is_control else "SUPPORTED"


def _show_table(chosen: tuple[Claim, ...]) -> None:
    """A line a claim; where one is wider than the terminal, titles stand above the rest."""
    from lcnn_verify.reporting import document as doc
    from lcnn_verify.reporting.terminal import print_blocks

    console = Console()
    heads: tuple[str, ...] = ("claim", "title", "kind", "wanted")
    told = [(claim.id, claim.title, str(claim.kind), _wanted(claim)) for claim in chosen]
    rows: list[tuple[doc.Line, ...]] = list(told)
    widths = [max(map(cell_len, column)) for column in zip(heads, *told, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > console.width:
        heads = ("claim", "kind", "wanted")
        rows = [row for name, title, *rest in told for row in ((title,), (f"  {name}", *rest))]
    notes = doc.Paragraph("one claim in full: lcnn-verify claims ID")
    print_blocks(console, (doc.Table(doc.columns(*heads), tuple(rows)), notes))


def _show_one(claim: Claim) -> None:
    from lcnn_verify.reporting.phrases import constants
    from lcnn_verify.reporting.terminal import literal, print_rows

    source = claim.source
    rows = {
        "the source says": f"“{claim.wording}”" if claim.wording else "",
        "our reading": claim.statement,
        **(asdict(claim.study) if claim.study else {}),
        "kind": str(claim.kind),
        "provenance": "; ".join(f"{item}: {item.meaning}" for item in claim.provenance),
        "source": "; ".join(filter(None, (source.paper, source.place, source.url))),
        "assumptions": "; ".join(claim.assumptions),
        "ablated": "; ".join(f"{it.name}: {it.statement}" for it in claim.assumes)
        or (claim.assumes_nothing and f"nothing: {claim.assumes_nothing}"),
        "constants": constants(asdict(constant) for constant in claim.constants),
        "not testable": claim.not_testable,
        "follows from": ", ".join(claim.follows_from),
        "refutation": claim.refutation,
        "wanted": _wanted(claim),
    }
    place = {} if claim.not_testable else {"property": f"properties/{claim.property_file}"}
    console = Console(highlight=False)
    console.print(literal(console, f"{claim.id}: {claim.title}", "bold"), soft_wrap=True)
    print_rows(console, {name: text for name, text in rows.items() if text}, place)
