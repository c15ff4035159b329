"""``lcnn-verify certify os.certified-descent``. Imports no numerics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.options import WHAT, WHERE, Json, Quiet

certifiers = typer.Typer()


@certifiers.command("os.certified-descent")
def certified_descent(
    problem: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="X (n, d), y (n,), v (k,) and W0 (k, d): an npz file or a JSON object.",
            rich_help_panel=WHAT,
        ),
    ],
    activation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="softplus, tanh, shifted-tanh or bump. Default: what FILE says, or softplus.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where the certificate goes; default: in reports/certificates.",
            rich_help_panel=WHERE,
        ),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Prove that descent from your own start converges geometrically to a nearby fit.

    Exit code 1 if the start has no certificate; what it lacks is printed.

    Examples:
    lcnn-verify certify os.certified-descent --problem start.npz
    lcnn-verify certify os.certified-descent --problem x.json --activation tanh
    """
    from lcnn_verify.packs.oymak_soltanolkotabi import printing

    return printing.certify(problem, activation, out, json=json, quiet=quiet)
