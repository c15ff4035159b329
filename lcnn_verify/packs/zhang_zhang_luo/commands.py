"""``lcnn-verify branches``: the branches of a user's own case. Imports no numerics."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import OUTPUT, WHAT, Json, whole
from lcnn_verify.errors import InputError

commands = typer.Typer()
MOST_BRANCHES, MOST_PARAMETERS = 500, 48
"""What is decided while one waits."""


def _size(metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, parser=whole(1), help=text, rich_help_panel=WHAT)


@commands.command()
def branches(
    students: Annotated[int, _size("M", "Neurons m of the network.")],
    teachers: Annotated[int, _size("M0", "Neurons m₀ of the target, at most m.")] = 1,
    dimension: Annotated[int, _size("D", "Dimension d of the input.")] = 1,
    json: Json = False,
    csv: Annotated[
        bool,
        typer.Option(
            "--csv", help="Print comma-separated values, and nothing else.", rich_help_panel=OUTPUT
        ),
    ] = False,
) -> int:
    """List the branches of zero loss of a two-layer network, and the samples that separate each.

    Rank and dimension are decided over ℚ for 2^z; N_t is that of exp. Exit code 1 if one is wrong.

    Examples:
    lcnn-verify branches --students 2
    lcnn-verify branches --students 3 --teachers 2 --dimension 2 --csv
    """
    from lcnn_verify.cli.streams import print_json
    from lcnn_verify.evidence.drawing import csv_of

    if json and csv:
        raise InputError("csv", "--csv with --json", "one of the two")
    rows = _rows(students, teachers, dimension)
    if json:
        sizes = {"students": students, "teachers": teachers, "dimension": dimension}
        print_json({**sizes, "parameters": students * (dimension + 1), "branches": rows})
    elif csv:
        sys.stdout.write(csv_of([*rows[0]], [[*map(_cell, row.values())] for row in rows]))
    else:
        _show(rows, students * (dimension + 1))
    right = all(row["decided"] for row in rows)
    return ExitCode.AS_WANTED if right else ExitCode.NOT_AS_WANTED


def _rows(m: int, m0: int, d: int) -> list[dict[str, Any]]:
    """What there is to say of each branch; raises ``InputError`` for a case that is too large."""
    from lcnn_verify.packs.zhang_zhang_luo.branch import count_branches, decided, every_branch
    from lcnn_verify.packs.zhang_zhang_luo.separation import threshold

    if m0 > m:
        raise InputError("teachers", str(m0), f"at most students = {m}")
    if m * (d + 1) > MOST_PARAMETERS:
        got = f"m(d + 1) = {m * (d + 1)} parameters"
        raise InputError("students", got, f"at most {MOST_PARAMETERS}")
    if (count := count_branches(m, m0)) > MOST_BRANCHES:
        raise InputError("students", f"{count} branches", f"at most {MOST_BRANCHES}")
    return [
        {
            "teacher_groups": [*each.teachers],
            "extra_groups": [*each.extras],
            "rank": each.rank,
            "dimension": each.dimension,
            "morse_bott": each.morse_bott,
            "separation_at_least": found.low,
            "separation_at_most": found.high,
            "separation_is": found.reason,
            "decided": decided(each),
        }
        for each in every_branch(m, m0, d)
        for found in (threshold(each),)
    ]


def _cell(value: Any) -> Any:
    """A value as one cell: the sizes of groups as a sum, truth as a word."""
    if isinstance(value, list):
        return " + ".join(map(str, value)) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _show(rows: list[dict[str, Any]], parameters: int) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from lcnn_verify.reporting.letters import fitted

    console = Console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("teacher groups", "extra groups", "rank", "dimension", "Morse–Bott", "N_t", "is"):
        table.add_column(fitted(name, console.encoding))
    for row in rows:
        low, high = row["separation_at_least"], row["separation_at_most"]
        first = [row[name] for name in ("teacher_groups", "extra_groups", "rank", "dimension")]
        bounds = str(low) if low == high else f"{low} to {high}"
        cells = [*first, row["morse_bott"], bounds, row["separation_is"]]
        table.add_row(*(Text(fitted(str(_cell(cell)), console.encoding)) for cell in cells))
    console.print(table)
    wrong = sum(not row["decided"] for row in rows)
    verdict = f"{wrong} of them wrong" if wrong else "all decided over ℚ"
    last = f"{len(rows)} branches, {verdict}; m(d + 1) = {parameters}"
    console.print(Text(fitted(last, console.encoding)))
