"""The front: every command registered, the engine's own and those of packs; and the way out."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Annotated

import typer

import lcnn_verify
from lcnn_verify.cli import streams
from lcnn_verify.cli.ablate import ablate
from lcnn_verify.cli.atlas import atlas
from lcnn_verify.cli.attack import attack
from lcnn_verify.cli.bench import bench
from lcnn_verify.cli.certify import certify
from lcnn_verify.cli.claims import claims
from lcnn_verify.cli.diff import diff
from lcnn_verify.cli.doctor import doctor
from lcnn_verify.cli.errors import ExitCode, reported
from lcnn_verify.cli.group import Commands, built, mount
from lcnn_verify.cli.new_pack import new_pack
from lcnn_verify.cli.replay import replay
from lcnn_verify.cli.run import run
from lcnn_verify.cli.trend import trend

app = typer.Typer(
    name="lcnn-verify",
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
for _command in (run, attack, ablate, atlas, claims, replay, diff, trend, bench, doctor, new_pack):
    app.command()(_command)
app.add_typer(certify)


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
    """Find out, by machine, whether the theorems of a paper are so.

    Examples:
    lcnn-verify run
    lcnn-verify claims {claim}
    lcnn-verify new-pack mypaper
    """
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
    return ExitCode.AS_WANTED


def front_door() -> Commands:
    """Every command, those of packs included."""
    group = built(app)
    assert isinstance(group, Commands)
    group.left_out = mount(group)
    return group


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code, as ``SystemExit``."""
    streams.prepare()
    # Where it can have no threads, OpenBLAS ends the process, by SIGINT at that, as Ctrl-C does.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, _interrupt)
    sys.exit(_main(sys.argv[1:] if arguments is None else list(arguments)))


@reported
def _main(arguments: list[str]) -> int:
    """What click's own ``main`` does, without its rendering of what commands raise."""
    group = front_door()
    try:
        with group.make_context("lcnn-verify", arguments) as context:
            return int(group.invoke(context) or 0)
    except typer.Exit as done:
        return done.exit_code


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
