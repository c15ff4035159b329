"""``lcnn-verify partitions`` and ``lcnn-verify certify toy.euler``. Imports no numerics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import WHAT, WHERE

commands = typer.Typer()
certifiers = typer.Typer()


@commands.command()
def partitions(n: Annotated[int, typer.Argument(metavar="N")]) -> int:
    """Print the number of partitions of N, and the bound on it.

    Examples:
    lcnn-verify partitions 100
    """
    from toy_pack import counting, quantities

    print(f"p({n}) = {counting.partitions(n)}, at most {quantities.growth_bound(n).value:.6g}")
    return ExitCode.AS_WANTED


@certifiers.command("toy.euler")
def euler(
    n: Annotated[int, typer.Option("--of", metavar="N", min=1, max=40, rich_help_panel=WHAT)] = 12,
    out: Annotated[Path, typer.Option(metavar="FILE", rich_help_panel=WHERE)] = Path("euler.json"),
) -> int:
    """Write Glaisher's pairing of the partitions of N, which proves the theorem for N.

    Examples:
    lcnn-verify certify toy.euler --of 12 --out euler.json
    """
    from lcnn_verify import outputs
    from lcnn_verify.cli.certify import keep, show
    from toy_pack import bijection

    outputs.demand_file(out)
    certificate = bijection.certificate(n)
    show(f"CERTIFIED: Euler's theorem for {n}", {"claim": "toy.euler"}, keep(out, certificate))
    return ExitCode.AS_WANTED
