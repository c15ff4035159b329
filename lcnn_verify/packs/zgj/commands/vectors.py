"""``lcnn-verify vectors``: export the kit, judge results, derive every value once more."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import integer
from lcnn_verify.cli.progress import bar
from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.packs.zgj.vectors import confirmation, kit
from lcnn_verify.packs.zgj.vectors.judge import Group, Verdict, judge
from lcnn_verify.packs.zgj.vectors.results import read
from lcnn_verify.packs.zgj.vectors.vector import document, load

_SHOWN = 10


def export(out: str) -> int:
    """Write the kit into folder ``out`` and say what is in it."""
    if not out:
        raise InputError("--out", "''", "a folder with room to write")
    files = kit.export(Path(out))
    for file in files:
        print(file)
    print(f"{len(load())} vectors, version {kit.version()}; start with README.md")
    return ExitCode.AS_WANTED


def check(results: Path, *, json: bool) -> int:
    """Judge a results file; exit code 1 if a case fails or none could be judged."""
    verdict = judge(read(results), load(), kit.version())
    if json:
        print(json_format.dumps(verdict.to_json(), indent=1, ensure_ascii=False))
    else:
        _show(verdict)
    return ExitCode.AS_WANTED if verdict.passed else ExitCode.NOT_AS_WANTED


def confirm(chosen: list[str], *, jobs: str | None, json: bool) -> int:
    """Derive the values of the ``chosen`` cases (ids or flags; all if empty) by both routes."""
    cases = _select(chosen)
    workers = 2 if jobs is None else integer("--jobs", jobs, 1)
    found: list[confirmation.Difference] = []
    with bar(not json) as advance:
        fresh = confirmation.in_processes(confirmation.confirm, cases, workers)
        for done, (case, differences) in enumerate(zip(cases, fresh, strict=True)):
            found += differences
            if advance:
                advance(case["id"], done + 1, len(cases))
    agreed = len(cases) - len({difference.id for difference in found})
    if json:
        listed = [
            {"id": one.id, "place": one.place, "published": one.published, "derived": one.derived}
            for one in found
        ]
        print(json_format.dumps({"cases": len(cases), "agreed": agreed, "differences": listed}))
    else:
        for difference in found:
            print(difference)
        print(f"{agreed} of {len(cases)} vectors derived again by both routes, as published")
    return ExitCode.NOT_AS_WANTED if found else ExitCode.AS_WANTED


def _select(chosen: list[str]) -> list[dict[str, Any]]:
    """The cases of the file that have one of these ids or flags."""
    data = document()
    known = {*data["flags"], *(case["id"] for case in data["cases"])}
    for name in chosen:
        if name not in known:
            hint = did_you_mean(name, sorted(known))
            raise InputError("ID", repr(name), f"the id or a flag of a vector{hint}")
    wanted = set(chosen)
    return [
        case
        for case in data["cases"]
        if not wanted or case["id"] in wanted or wanted & set(case["flags"])
    ]


def _show(verdict: Verdict) -> None:
    console = Console()

    def line(text: str, style: str = "") -> None:
        console.print(Text(text, style=style), soft_wrap=True)

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
    summary = f"{verdict.implementation}, {verdict.dtype}: {verdict.judged} vectors judged"
    if verdict.failures:
        line(f"{summary}, {len(verdict.failures)} failed", "bold red")
    elif verdict.judged:
        line(f"{summary}, all within tolerance (the worst at {verdict.worst:.2g} of it)", "green")
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
