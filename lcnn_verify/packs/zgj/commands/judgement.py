"""What a program's results are worth, in the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify.errors import clean
from lcnn_verify.packs.zgj.vectors.judge import Group, Verdict

_SHOWN = 10


def show(verdict: Verdict) -> None:
    """Print the failures by flag, what was not judged, and the verdict."""
    console = Console()

    def line(text: str, style: str = "") -> None:
        console.print(Text(clean(text), style=style), soft_wrap=True)

    if verdict.failures:
        line("")
        for pattern in verdict.patterns:
            line(f"all {pattern.judged} {_named(pattern)} cases fail", "bold red")
        _table(console, verdict.groups)
        for failure in verdict.failures[:_SHOWN]:
            line(f"{failure.id}: {failure.quantity}: {failure.message}")
        if len(verdict.failures) > _SHOWN:
            line(f"… and {len(verdict.failures) - _SHOWN} more; --json lists all")
        line("")
    if verdict.not_covered:
        names = ", ".join(verdict.not_covered[:_SHOWN])
        more = ", …" if len(verdict.not_covered) > _SHOWN else ""
        count = f"{len(verdict.not_covered)} of {verdict.vectors} vectors"
        line(f"not covered: {count} ({names}{more})")
    if verdict.not_judged:
        line(f"not judged: {len(verdict.not_judged)}, which have no {verdict.dtype} tolerance")
    of = f" of {verdict.vectors}" if verdict.not_covered else ""
    summary = f"{verdict.implementation}, {verdict.dtype}: {verdict.judged}{of} vectors judged"
    if verdict.failures:
        line(f"{summary}, {len(verdict.failures)} failed", "bold red")
    elif verdict.judged:
        worst = f"within tolerance (the worst at {verdict.worst:.2g} of it)"
        if verdict.complete:
            line(f"{summary}, all {worst}", "green")
        else:
            line(f"{summary}, these {worst}: partial", "yellow")
    else:
        line(f"{summary}: that proves nothing", "bold red")


def _named(group: Group) -> str:
    return " and ".join(group.flags)


def _table(console: Console, groups: tuple[Group, ...]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("flag", no_wrap=True)
    table.add_column("failed", justify="right")
    table.add_column("judged", justify="right")
    for group in groups:
        table.add_row(Text(_named(group)), str(group.failed), str(group.judged))
    console.print(table)
