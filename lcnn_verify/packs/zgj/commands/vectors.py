"""``lcnn-verify vectors …``: export the kit, judge results, derive every value once more."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.errors import ExitCode, interruption, say
from lcnn_verify.cli.options import HOW_MUCH, WHERE, Json, folder, option, whole
from lcnn_verify.cli.streams import print_json, tell

vectors = typer.Typer(name="vectors")


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
    from lcnn_verify.packs.zgj.vectors import vector
    from lcnn_verify.packs.zgj.vectors.judge import judge, show
    from lcnn_verify.packs.zgj.vectors.results import read

    verdict = judge(read(results), vector.load(), vector.version())
    if json:
        print_json(verdict.to_json())
    else:
        show(verdict)
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
