"""The commands and their options. Each command's work is in a module of its own, loaded on use."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from typer.core import TyperGroup

import lcnn_verify
from lcnn_verify.cli.errors import ExitCode, reported, say, usage_line
from lcnn_verify.cli.group import Commands, Json, Quiet
from lcnn_verify.cli.mounting import mount
from lcnn_verify.cli.parameters import Expected, Jobs, Out, Profile, Properties, Resume, Seed

app = typer.Typer(
    name="lcnn-verify",
    cls=Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit codes: 0 as wanted; 1 a claim fell, a control stood, an implementation failed or a "
        "report got worse; 2 bad usage or input; 3 interrupted, go on with --resume; 70 a defect "
        "of lcnn-verify itself."
    ),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"lcnn-verify {lcnn_verify.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def front(
    ctx: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> int:
    """Find out, by machine, whether the theorems of a paper are so."""
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
    return ExitCode.AS_WANTED


@app.command()
@reported
def run(
    claims: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID,…",
            help="Claims or families (zgj, fact, form, control); repeatable. Default: all.",
        ),
    ] = None,
    profile: Profile = "quick",
    seed: Seed = "0",
    jobs: Jobs = None,
    out: Out = "reports/latest",
    resume: Resume = False,
    properties: Properties = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run the properties of the claims and report what held, what fell, and how strong it is."""
    from lcnn_verify.cli import run as command

    return command.run(
        claims=claims,
        profile=profile,
        seed=seed,
        jobs=jobs,
        out=out,
        resume=resume,
        properties=properties,
        json=json,
        quiet=quiet,
    )


@app.command()
@reported
def claims(
    claim: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A claim to show in full, or a family.")
    ] = None,
    json: Json = False,
) -> int:
    """Show the ledger: every claim, where it comes from, and what it should earn."""
    from lcnn_verify.cli import claims as command

    return command.claims(claim, json=json)


@app.command()
@reported
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A replay file of a report.")],
    properties: Properties = None,
    json: Json = False,
) -> int:
    """Run a property once more on a recorded counterexample.

    Exit code 1 if a claim's violation is reproduced or a control's no longer is, else 0.
    """
    from lcnn_verify.cli import replay as command

    return command.replay(file, properties=properties, json=json)


@app.command()
@reported
def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="An earlier report.json, or its folder.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A later one, or its folder.")],
    margin: Annotated[
        str | None,
        typer.Option(
            metavar="PART", help="Warn when a margin lost this part of itself. Default: 0.5."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Count warnings as regressions.")
    ] = False,
    expected: Expected = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Also write diff.json, diff.md and diff.html there."),
    ] = None,
    json: Json = False,
) -> int:
    """Hold two reports side by side: verdicts, margins, counterexamples, environments.

    Exit code 1 if a verdict is no longer as wanted, or a claim vanished or is no longer exercised.
    """
    from lcnn_verify.cli import diff as command

    return command.diff(
        old, new, margin=margin, strict=strict, expected=expected, out=out, json=json
    )


@app.command()
@reported
def doctor(properties: Properties = None) -> int:
    """Check the installation: versions, properties, compiled code, numerics against the oracle."""
    from lcnn_verify.cli import doctor as command

    return command.doctor(properties)


def front_door() -> TyperGroup:
    """Every command, those of packs included."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    mount(group)
    return group


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _open_closed_streams() -> None:
    """Give back the standard streams a caller closed (``>&-``), leading nowhere.

    Else files opened later would take their numbers, and be written to as output.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", closefd=False))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code, as ``SystemExit``."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ≥ still gets its text
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(_main(sys.argv[1:] if arguments is None else list(arguments)))


@reported
def _main(arguments: list[str]) -> int:
    try:
        code = front_door()(arguments, prog_name="lcnn-verify", standalone_mode=False)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        say(usage_line(error))
        return ExitCode.USAGE
    return int(code or 0)
