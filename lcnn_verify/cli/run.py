"""``lcnn-verify run``: the main job."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from lcnn_verify.campaign.journal import FILE_NAME as JOURNAL
from lcnn_verify.campaign.run import Progress, ProgressCallback
from lcnn_verify.cli.errors import ExitCode, say
from lcnn_verify.cli.options import integer
from lcnn_verify.cli.progress import bar
from lcnn_verify.errors import InputError
from lcnn_verify.reporting.report import Report
from lcnn_verify.reporting.terminal import render
from lcnn_verify.verification import verify
from lcnn_verify.warmup import is_cold

_OPTIONS = frozenset({"claims", "jobs", "out", "profile", "properties", "resume", "seed"})


def run(
    *,
    claims: Sequence[str] | None,
    profile: str,
    seed: str,
    jobs: str | None,
    out: str,
    resume: bool,
    properties: str | None,
    json: bool,
    quiet: bool,
) -> int:
    """Run, print what was asked for, and return the exit code."""
    shown = sys.stderr.isatty() and not (json or quiet)
    try:
        with _bar(shown) as progress:
            report = verify(
                _split(claims),
                profile=profile,
                seed=integer("seed", seed, 0),
                jobs=None if jobs is None else integer("jobs", jobs, 1),
                out=out,
                resume=resume,
                progress=progress,
                properties=properties,
            )
    except InputError as error:
        name = "claims" if error.argument == "claim" else error.argument
        name = f"--{name}" if name in _OPTIONS else name
        raise InputError(name, error.got, error.wanted) from None
    except OSError as error:
        path, reason = error.filename or out, error.strerror or str(error)
        kept = (Path(out) / JOURNAL).is_file()
        hint = "; what is finished is kept, go on with --resume" if kept else ""
        say(f"error: --out: got {path} ({reason}), wanted a folder with room to write{hint}")
        return ExitCode.USAGE
    except KeyboardInterrupt:
        options = {"--profile": profile, "--seed": seed, "--out": out}
        options |= {"--claims": ",".join(claims)} if claims else {}
        options |= {"--properties": properties} if properties else {}
        words = [word for pair in options.items() for word in pair]
        say(f"interrupted; resume with: lcnn-verify run {shlex.join(words)} --resume")
        return ExitCode.INTERRUPTED
    _show(report, Path(out), json=json, quiet=quiet)
    return report.exit_code


def _show(report: Report, out: Path, *, json: bool, quiet: bool) -> None:
    if json:
        sys.stdout.write((out / "report.json").read_text(encoding="utf-8"))
    elif not quiet:
        render(report, Console(), out)


def _split(claims: Sequence[str] | None) -> list[str] | None:
    """Claim ids from repeated and comma-separated options; None if there were none."""
    if not claims:
        return None
    return [name.strip() for given in claims for name in given.split(",") if name.strip()]


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
