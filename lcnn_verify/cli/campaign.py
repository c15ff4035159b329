"""What commands that run units have in common: progress, interruption, a full disk, the outcome."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import typer
from rich.console import Console

from lcnn_verify import ledger, packs
from lcnn_verify.campaign.campaign import Interrupted, Unwritten
from lcnn_verify.campaign.journal import FILE_NAME as JOURNAL
from lcnn_verify.campaign.run import Progress, ProgressCallback
from lcnn_verify.cli.errors import ExitCode, deafen, say, say_left_out
from lcnn_verify.cli.group import WORDS
from lcnn_verify.cli.streams import bar, placed, print_json
from lcnn_verify.comparison import deviation_file
from lcnn_verify.comparison import deviations as expectations
from lcnn_verify.comparison.outline import deviations as deviation_table
from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import is_cold
from lcnn_verify.outputs import is_finished, write_atomically
from lcnn_verify.reporting.ablation import Ablation
from lcnn_verify.reporting.phrases import plural
from lcnn_verify.reporting.plain import plain, to_text
from lcnn_verify.reporting.report import FILES, Report
from lcnn_verify.reporting.terminal import print_blocks, render

Campaign: TypeAlias = Callable[[ProgressCallback | None], Report]
_LONG = 60.0
"""Seconds of work under way that are said in a line of their own."""
_NAMED = 3  # claims that are left, in the line that an early end leaves


def run_campaign(
    ctx: typer.Context,
    campaign: Campaign,
    *,
    claims: Sequence[str] = (),
    out: Path,
    expected: Path | None = None,
    write_expected: Path | None = None,
    json: bool,
    quiet: bool,
) -> int:
    """Run ``campaign`` on ``claims``, print what was asked for, and return the exit code.

    What the file ``expected`` says will deviate is shown as it is, and does not count. What does is
    written to the file ``write_expected``, for a person to give the reasons.
    """
    deviations = expected_in(expected)
    _demand_place(write_expected, expected)
    again = is_finished(out / FILES[0])
    with keeping(ctx, out, json=json, quiet=quiet):
        with progressing(claims, shown=not (json or quiet)) as progress:
            report = campaign(progress)
        matches = expectations.matching(deviations, report.data)
        if excused := expectations.excuses(matches):
            report.write(out, expected=excused)
    show(report, out, again=again, json=json, quiet=quiet)
    if write_expected is not None:
        write_atomically(write_expected, deviation_file.written(report.data, deviations))
    if not quiet:
        left_out = report.data["environment"]["left_out"]
        say_left_out((entry["name"], entry["reason"]) for entry in left_out)
    return _judged(report, matches, shown=not (json or quiet)) if deviations else report.exit_code


def _what_is_there(partial: Mapping[str, Any], page: Path) -> str:
    """Why a run ended early, how much of it the report on ``page`` has, and what is left."""
    more = len(left := partial["missing"]) - _NAMED
    left = ", ".join(left[:_NAMED]) + (f" and {plural(more, 'more claim')}" if more > 0 else "")
    done = f"{partial['finished']} of {partial['units']} units finished"
    return f"{partial['reason']}, {done}, which {page} reports; left: {left}"


@contextmanager
def keeping(ctx: typer.Context, out: Path, *, json: bool, quiet: bool) -> Iterator[None]:
    """Say, where the block is interrupted or cannot write, what is kept and how to go on.

    Raises ``typer.Exit`` then.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, Unwritten):
            show(error.report, None, json=json, quiet=quiet)
        path, reason = error.filename or out, error.strerror or str(error)
        kept = (out / JOURNAL).is_file()
        hint = f"; what is finished is kept, resume with: {_resuming(ctx)}" if kept else ""
        say(f"error: --out: got {path} ({reason}), wanted a folder with room to write{hint}")
        raise typer.Exit(ExitCode.USAGE) from None
    except KeyboardInterrupt as stopped:
        deafen()
        told = str(stopped) or "interrupted"
        if isinstance(stopped, Interrupted) and (place := stopped.report.folder):
            told = _what_is_there(stopped.report.data["partial"], place / stopped.report.page)
        say(f"{told}; resume with: {_resuming(ctx)}")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _judged(report: Report, matches: Sequence[expectations.Match], *, shown: bool) -> int:
    """The exit code where failures may be expected, told if ``shown``."""
    uncalled_for = expectations.unexpected(report.data, matches)
    if shown:
        print_blocks(Console(), deviation_table(plain([match.to_json() for match in matches])))
        if uncalled_for:
            print(f"Not expected: {', '.join(uncalled_for)}.")
        elif report.exit_code:
            print("Every failure is expected.")
    return ExitCode.NOT_AS_WANTED if uncalled_for else ExitCode.AS_WANTED


def _demand_place(file: Path | None, expected: Path | None) -> None:
    """Raise ``InputError`` unless a file of deviations may be written to ``file``."""
    if file is None:
        return
    wanted = "a new file in a folder that is there, or the file of --expected"
    if file != expected and file.exists():
        raise InputError("write_expected", f"{str(file)!r}, which exists", wanted)
    if not file.parent.is_dir():
        raise InputError("write_expected", f"{str(file)!r}, in no folder", wanted)


def show(
    report: Report | Ablation, out: Path | None, *, again: bool = False, json: bool, quiet: bool
) -> None:
    """Print the report, which is in the folder ``out``, ``again`` if an earlier was, or in none."""
    if json:
        print_json(to_text(report.data))
    elif not quiet:
        render(placed(report.document(out), again), Console())


def expected_in(path: Path | None, also: Iterable[str] = ()) -> tuple[expectations.Deviation, ...]:
    """The expected deviations in the file ``path``, () for None.

    ``also`` are ids they may name beside those of the ledger. Raises ``InputError`` as ``load``
    does.
    """
    ours = (claim.id for claim in (*ledger.claims(), *ledger.checks()))
    return () if path is None else deviation_file.load(path, (*also, *ours))


def _resuming(ctx: typer.Context) -> str:
    """What to type to go on: what was typed, and ``--resume``."""
    typed = ctx.meta[WORDS]
    return shlex.join(typed if "--resume" in typed else [*typed, "--resume"])


@contextmanager
def progressing(claims: Sequence[str], *, shown: bool) -> Iterator[ProgressCallback | None]:
    """What long work will cost in lines on stderr, and there, in a terminal, a progress bar."""
    if not shown:
        yield None
        return
    with bar(sys.stderr.isatty()) as advance:
        keys = {claim.partition(".")[0] for claim in claims}
        chosen = [pack.key for pack in packs.find() if not claims or pack.key in keys]
        cold = advance is not None and is_cold(chosen)
        first = "compiling (once), then " if cold else ""
        known: set[tuple[str, str]] = set()

        def show(progress: Progress) -> None:
            for unit, stage in progress.stages.items():
                claim = unit.partition(" ")[0]
                if stage.left is not None and (claim, stage.parts) not in known:
                    known.add((claim, stage.parts))
                    if max(stage.left, stage.of_all or 0.0) >= _LONG:
                        say(f"{claim}: {stage}, as measured on the first")
            if advance is not None:
                what = f"{'' if progress.unit else first}{progress.under_way}"
                advance(what, progress.done, progress.total, progress.failed)

        yield show
