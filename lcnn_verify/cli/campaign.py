"""What `run` and `conform` have in common: progress, interruption, a full disk, the outcome."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from rich.console import Console

from lcnn_verify.campaign.journal import FILE_NAME as JOURNAL
from lcnn_verify.campaign.run import Progress, ProgressCallback
from lcnn_verify.cli.errors import ExitCode, say
from lcnn_verify.cli.progress import bar
from lcnn_verify.comparison.deviation import Deviation
from lcnn_verify.comparison.deviations import excuses, matching, unexpected
from lcnn_verify.comparison.terminal import render_deviations
from lcnn_verify.errors import InputError
from lcnn_verify.reporting.plain import plain
from lcnn_verify.reporting.report import Report
from lcnn_verify.reporting.terminal import render
from lcnn_verify.warmup import is_cold

Campaign: TypeAlias = Callable[[ProgressCallback | None], Report]


def run_campaign(
    campaign: Campaign,
    command: str,
    *,
    names: Mapping[str, str],
    options: Mapping[str, str | None],
    expected: Sequence[Deviation] = (),
    json: bool,
    quiet: bool,
) -> int:
    """Run ``campaign``, print what was asked for, and return the exit code.

    ``names`` are the command line's words for arguments; ``options`` those given to ``command``,
    None where it was not, ``--out`` among them. What is ``expected`` to deviate is shown as it is,
    and does not count.
    """
    out = str(options["--out"])
    flags = [flag for flag, given in (("--json", json), ("--quiet", quiet)) if given]
    again = _resuming(command, options, flags)
    try:
        with _bar(sys.stderr.isatty() and not (json or quiet)) as progress:
            report = campaign(progress)
        matches = matching(expected, report.data)
        if excused := excuses(matches):
            report.write(out, expected=excused)
    except InputError as error:
        name = names.get(error.argument, error.argument)
        raise InputError(name, error.got, error.wanted) from None
    except OSError as error:
        path, reason = error.filename or out, error.strerror or str(error)
        kept = (Path(out) / JOURNAL).is_file()
        hint = f"; what is finished is kept, resume with: {again}" if kept else ""
        say(f"error: --out: got {path} ({reason}), wanted a folder with room to write{hint}")
        return ExitCode.USAGE
    except KeyboardInterrupt:
        say(f"interrupted; resume with: {again}")
        return ExitCode.INTERRUPTED
    if json:
        sys.stdout.write((Path(out) / "report.json").read_text(encoding="utf-8"))
    elif not quiet:
        render(report, Console(), Path(out))
    if not expected:
        return report.exit_code
    uncalled_for = unexpected(report.data, matches)
    if not (json or quiet):
        render_deviations(plain([match.to_json() for match in matches]), Console())
        if uncalled_for:
            print(f"Not expected: {', '.join(uncalled_for)}.")
        elif report.exit_code:
            print("Every failure is expected.")
    return ExitCode.NOT_AS_WANTED if uncalled_for else ExitCode.AS_WANTED


def _resuming(command: str, options: Mapping[str, str | None], flags: Sequence[str]) -> str:
    """What to type to go on."""
    given = [(option, value) for option, value in options.items() if value is not None]
    words = [*(word for pair in given for word in pair), *flags, "--resume"]
    return f"lcnn-verify {command} {shlex.join(words)}"


@contextmanager
def _bar(shown: bool) -> Iterator[ProgressCallback | None]:
    """A progress bar on stderr, or nothing."""
    with bar(shown) as advance:
        if advance is None:
            yield None
            return
        first = "compiling (once)" if is_cold() else "running"

        def show(progress: Progress) -> None:
            advance(progress.unit.partition(" ")[0] or first, progress.done, progress.total)

        yield show
