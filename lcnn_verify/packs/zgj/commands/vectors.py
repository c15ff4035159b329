"""``lcnn-verify vectors …``: export the kit, judge results, derive every value once more."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify.cli.errors import ExitCode, interruption, say
from lcnn_verify.cli.options import HOW_MUCH, WHERE, Json, folder, option, whole
from lcnn_verify.cli.streams import print_json, tell
from lcnn_verify.errors import clean

if TYPE_CHECKING:
    from lcnn_verify.packs.zgj.vectors import judge

vectors = typer.Typer(name="vectors")
_SHOWN = 10  # failures, and names of vectors


@vectors.callback(invoke_without_command=True)
def front(ctx: typer.Context) -> int:
    """Theory vectors: hold a program in any language to inputs and 40-digit values.

    Examples:
    lcnn-verify vectors export --out vectors
    lcnn-verify vectors check results.json
    """
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
    return ExitCode.AS_WANTED


@vectors.command()
def export(
    out: Annotated[
        Path,
        option(WHERE, "DIR", "Where the kit goes; its files are replaced there.", parser=folder),
    ] = Path("vectors"),
) -> int:
    """Write the kit: vectors as JSON and as text, schemas, an example in C, how to use it all.

    Examples:
    lcnn-verify vectors export --out vectors
    """
    from lcnn_verify.packs.zgj.vectors import vector

    for file in vector.export(out):
        tell(str(file))
    print(f"{len(vector.load())} vectors, version {vector.version()}; start with README.md")
    return ExitCode.AS_WANTED


@vectors.command()
def check(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="What a program wrote.")],
    complete: Annotated[
        bool,
        option(HOW_MUCH, "", "Fail unless the results cover every vector.", "--complete"),
    ] = False,
    json: Json = False,
) -> int:
    """Judge the results of a program, each value within the tolerance of its dtype.

    Exit code 1 if a case fails, none could be judged, or, with --complete, one is left out.

    Examples:
    lcnn-verify vectors check results.json
    lcnn-verify vectors check results.json --complete
    """
    from lcnn_verify.packs.zgj.vectors import judge, vector
    from lcnn_verify.packs.zgj.vectors.results import read

    verdict = judge.judge(read(results), vector.load(), vector.version())
    if json:
        print_json(verdict.to_json())
    else:
        _show(verdict)
    passed = verdict.passed and (verdict.complete or not complete)
    return ExitCode.AS_WANTED if passed else ExitCode.NOT_AS_WANTED


@vectors.command()
def confirm(
    chosen: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]…", help="Vectors or flags. Default: all.")
    ] = None,
    jobs: Annotated[
        int,
        option(HOW_MUCH, "N", "Processes at a time.", parser=whole(1)),
    ] = 2,
    json: Json = False,
) -> int:
    """Derive every published value once more by both routes and compare (two minutes).

    Exit code 1 if a value differs.

    Examples:
    lcnn-verify vectors confirm
    """
    from lcnn_verify.cli.streams import bar
    from lcnn_verify.packs.zgj.vectors import document

    cases = document.select(chosen or [])
    found: list[document.Difference] = []
    done, stopped = 0, False
    with bar(sys.stderr.isatty() and not json) as advance:
        fresh = document.in_processes(document.confirm, cases, jobs)
        try:
            for done, differences in enumerate(fresh, 1):
                found += differences
                if advance:
                    following = cases[done]["id"] if done < len(cases) else ""
                    wrong = len({difference.id for difference in found})
                    advance(following, done, len(cases), wrong)
        except KeyboardInterrupt as stop:
            left = f"{len(cases) - done} of {len(cases)} vectors are not derived again"
            say(f"{interruption(stop)}: {left}")
            stopped = True
    agreed = done - len({difference.id for difference in found})
    if json:
        listed = [
            {"id": one.id, "place": one.place, "published": one.published, "derived": one.derived}
            for one in found
        ]
        print_json({"cases": done, "agreed": agreed, "differences": listed})
    else:
        for difference in found:
            print(difference)
        print(f"{agreed} of {done} vectors derived again by both routes, as published")
    if stopped:
        return ExitCode.INTERRUPTED
    return ExitCode.NOT_AS_WANTED if found else ExitCode.AS_WANTED


def _show(verdict: judge.Verdict) -> None:
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


def _named(group: judge.Group) -> str:
    return " and ".join(group.flags)


def _table(console: Console, groups: tuple[judge.Group, ...]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("flag", no_wrap=True)
    table.add_column("failed", justify="right")
    table.add_column("judged", justify="right")
    for group in groups:
        table.add_row(Text(_named(group)), str(group.failed), str(group.judged))
    console.print(table)
