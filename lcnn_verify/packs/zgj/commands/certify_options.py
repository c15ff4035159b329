"""``lcnn-verify certify`` and its options; the work is in ``certify`` and ``proofs``."""

from __future__ import annotations

from typing import Annotated

import typer

from lcnn_verify.cli.options import Json, Quiet


def certify(
    claim: Annotated[
        str | None,
        typer.Argument(
            metavar="[CLAIM]",
            help="zgj.gradient-bound, zgj.fact.merged-level, zgj.fact.moments, "
            "zgj.fact.gradient-upper-bound; "
            "or critical-points, trajectory.",
        ),
    ] = None,
    teachers: Annotated[str, typer.Option(metavar="N", help="One teacher, or two.")] = "1",
    norms: Annotated[
        str | None, typer.Option(metavar="A,B", help="Their norms, exact. Default: all 1.")
    ] = None,
    separation: Annotated[
        str, typer.Option(metavar="DEG", help="The angle between two teachers, in degrees.")
    ] = "90",
    students: Annotated[
        str, typer.Option(metavar="N", help="1, 2 or 3 for one teacher; 2 for two.")
    ] = "2",
    dimension: Annotated[str, typer.Option(metavar="N", help="2, the plane.")] = "2",
    kappa_multiple: Annotated[
        str | None,
        typer.Option(
            metavar="X",
            help="Prove X times κ. Default: the most the budget reaches; 1 for three students.",
        ),
    ] = None,
    inner: Annotated[
        str | None,
        typer.Option(
            metavar="X",
            help="ε₁/ε₀, where the shell starts. Default: 1e-6. For m = r also what is below.",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(metavar="BOXES", help="Boxes to judge at most, for each multiple tried."),
    ] = None,
    jobs: Annotated[
        str | None, typer.Option(metavar="N", help="Processes. Default: one per processor.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Where to; default: in reports/certificates."),
    ] = None,
    check: Annotated[
        str | None, typer.Option(metavar="FILE", help="Check this certificate, and do no more.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME,…", help="Of critical points and trajectories only these."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Prove the gradient bound on a region, facts, critical points, descents; check such a proof.

    Exit code 1 if it is refuted or not proved, or a certificate is rejected.
    """
    from lcnn_verify.packs.zgj.commands import certify as command

    return command.certify(
        claim,
        teachers=teachers,
        norms=norms,
        separation=separation,
        students=students,
        dimension=dimension,
        multiple=kappa_multiple,
        inner=inner,
        budget=budget,
        jobs=jobs,
        out=out,
        check=check,
        only=only,
        json=json,
        quiet=quiet,
    )
