"""``lcnn-verify certify``: this pack's certifiers and their options. Imports no numerics."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from lcnn_verify.cli.options import (
    HOW_MUCH,
    WHAT,
    WHERE,
    Cluster,
    Json,
    Quiet,
    names,
    refused,
    whole,
)
from lcnn_verify.errors import InputError

certifiers = typer.Typer()


class Norms(tuple[Fraction, ...]):
    """Exact numbers, read from a list with commas."""


def exact(text: Any) -> Fraction:
    """The parser of exact numbers: an integer, a decimal or a fraction."""
    given, wanted = str(text).strip(), "a number such as 2, 0.5, 1e-6 or 2/3"
    try:
        if "_" in given or not given.isascii():  # which Python would read
            raise refused(given, wanted)
        if "e" in given.lower() and not 1e-12 <= abs(float(given)) <= 1e12:
            raise refused(given, wanted)
        return Fraction(given)
    except (ValueError, ZeroDivisionError):
        raise refused(given, wanted) from None


def norms_of(text: Any) -> Norms:
    """The parser of several exact numbers."""
    return Norms(exact(part) for part in str(text).split(","))


def _exact(metavar: str, text: str, panel: str = WHAT) -> Any:
    return typer.Option(metavar=metavar, parser=exact, help=text, rich_help_panel=panel)


def _count(metavar: str, text: str, panel: str = WHAT) -> Any:
    return typer.Option(metavar=metavar, parser=whole(1), help=text, rich_help_panel=panel)


Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where the certificate goes; default: in reports/certificates.",
        rich_help_panel=WHERE,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME,…",
        callback=names,
        help="Only these; repeatable. Default: all.",
        rich_help_panel=WHAT,
    ),
]


@certifiers.command("zgj.gradient-bound")
def gradient_bound(
    teachers: Annotated[int, _count("N", "One teacher, or two.")] = 1,
    norms: Annotated[
        Norms | None,
        typer.Option(
            metavar="A,B",
            parser=norms_of,
            help="Their norms, exact. Default: all 1.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    separation: Annotated[
        Fraction, _exact("DEG", "The angle between two teachers, in degrees.")
    ] = Fraction(90),
    students: Annotated[int, _count("N", "1, 2 or 3 for one teacher; 2 or 3 for two.")] = 2,
    dimension: Annotated[int, _count("N", "2, the plane.")] = 2,
    multiple: Annotated[
        Fraction | None,
        typer.Option(
            "--kappa-multiple",
            metavar="X",
            parser=exact,
            help="Prove X times κ. Default: the most the budget reaches; 1 for three students.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    inner: Annotated[
        Fraction | None,
        _exact("X", "ε₁/ε₀, where boxes end. Default: 1e-6; if r = 1 < m, where a theorem begins."),
    ] = None,
    threshold: Annotated[
        Fraction,
        typer.Option(
            "--threshold-multiple",
            metavar="X",
            parser=exact,
            help="Up to X·ε₀. Past 1 the default multiple of κ is 1/100: no critical point.",
            rich_help_panel=WHAT,
        ),
    ] = Fraction(1),
    budget: Annotated[
        int | None, _count("BOXES", "Boxes to judge at most, for each multiple tried.", HOW_MUCH)
    ] = None,
    jobs: Annotated[
        int | None, _count("N", "Processes. Default: one per processor.", HOW_MUCH)
    ] = None,
    cluster: Cluster = None,
    out: Out = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Prove the gradient bound for all students of a region of the plane, or refute it.

    Below ε₁ convexity proves it if m = r, and zgj.fact.one-teacher does if r = 1 < m. Exit code 1
    if it is refuted or not proved.

    Examples:
    lcnn-verify certify zgj.gradient-bound --students 1 --kappa-multiple 5
    lcnn-verify certify zgj.gradient-bound --teachers 2 --norms 1,2
    lcnn-verify certify zgj.gradient-bound --teachers 2 --threshold-multiple 2.6
    """
    from lcnn_verify.packs.zgj.commands import region
    from lcnn_verify.packs.zgj.proofs.region.claim import FAINT, INNER, RegionClaim

    if dimension != 2:
        raise InputError("dimension", str(dimension), "2: regions are certified in the plane")
    if teachers not in (1, 2):
        raise InputError("teachers", str(teachers), "1 or 2")
    if norms is not None and len(norms) != teachers:
        got = repr(",".join(map(str, norms)))
        raise InputError("norms", got, f"one for each teacher, {teachers}")
    faint = Fraction(1) if threshold <= 1 else FAINT
    claim = RegionClaim(
        norms=tuple(norms or [Fraction(1)] * teachers),
        separation=separation,
        students=students,
        multiple=faint if multiple is None else multiple,
        inner=INNER if inner is None else inner,
        outer=threshold,
    )
    return region.certify(
        claim,
        largest=multiple is None and threshold <= 1,
        raised=inner is None,
        budget=budget,
        jobs=jobs,
        cluster=cluster,
        out=out,
        json=json,
        quiet=quiet,
    )


def _fact(claim: str, says: str) -> Callable[..., int]:
    """A command that proves the fact ``claim``."""

    def fact(out: Out = None, json: Json = False, quiet: Quiet = False) -> int:
        from lcnn_verify.packs.zgj.commands import proofs

        return proofs.fact(claim, out, json=json, quiet=quiet)

    examples = f"Examples:\nlcnn-verify certify {claim} --out proof.json"
    fact.__doc__ = f"{says}\n\nExit code 1 if it is not proved.\n\n{examples}"
    return fact


for _claim, _says in {
    "zgj.fact.merged-level": "Prove that M(Δ)·3π/Δ³ falls on (0, π/2].",
    "zgj.fact.moments": "Prove how the loss bounds the moments, for every m, r and d.",
    "zgj.fact.cone-levels": "Prove that critical levels fall to 2.196·ε₀ as d grows.",
    "zgj.fact.cone-dimensions": "Prove how low they get in d = 3, 4 and 5, at any width.",
    "zgj.fact.simplex-cones": "Prove how low they get for m = 2(d − 1) students.",
    "zgj.fact.exponent": "Prove that no ‖∇L‖ ≥ c·L^β with β < 3/4 holds near L = 0.",
    "zgj.fact.narrow-floor": "Prove that students on fewer than r lines are above the threshold.",
    "zgj.fact.one-teacher": "Prove ‖∇L‖ ≥ 0.39·κ·ε₀^{1/4}·L^{3/4} for one teacher and any m and d.",
    "zgj.fact.gradient-upper-bound": "Prove ‖∇_{w_i}L‖² ≤ 8‖w_i‖²·L for three neurons in a plane.",
}.items():
    certifiers.command(_claim)(_fact(_claim, _says))


@certifiers.command("zgj.gradient-exponent")
def gradient_exponent(
    only: Only = None, out: Out = None, json: Json = False, quiet: Quiet = False
) -> int:
    """Prove ‖∇L‖ ≥ κ·ε₀^{1/4}·L^{3/4} for all students of named networks in the plane.

    For one teacher and two or three students the theorem zgj.fact.one-teacher has what is below
    ε₀/4. Exit code 1 if one is not proved.

    Examples:
    lcnn-verify certify zgj.gradient-exponent --only pair-90,one-two
    """
    from lcnn_verify.packs.zgj.commands import proofs

    return proofs.named("zgj.gradient-exponent", only or [], out, json=json, quiet=quiet)


@certifiers.command("critical-points")
def critical_points(
    only: Only = None, out: Out = None, json: Json = False, quiet: Quiet = False
) -> int:
    """Prove saddles and spurious minima, each beside ε₀.

    Exit code 1 if one is not proved.

    Examples:
    lcnn-verify certify critical-points --only rotated-pair,spurious-abs
    """
    from lcnn_verify.packs.zgj.commands import proofs

    return proofs.named("critical-points", only or [], out, json=json, quiet=quiet)


@certifiers.command("zgj.fact.threshold-brackets")
def threshold_brackets(
    only: Only = None, out: Out = None, json: Json = False, quiet: Quiet = False
) -> int:
    """Bracket the best threshold of two teachers: no critical point below, one just above.

    Exit code 1 if one is not proved.

    Examples:
    lcnn-verify certify zgj.fact.threshold-brackets --only pair-90,pair-60
    """
    from lcnn_verify.packs.zgj.commands import proofs

    return proofs.named("zgj.fact.threshold-brackets", only or [], out, json=json, quiet=quiet)


@certifiers.command("trajectory")
def trajectory(only: Only = None, out: Out = None, json: Json = False, quiet: Quiet = False) -> int:
    """Prove that gradient descent from named starts reaches a level, or converges.

    Exit code 1 if one is not proved.

    Examples:
    lcnn-verify certify trajectory --only square,cube
    """
    from lcnn_verify.packs.zgj.commands import proofs

    return proofs.named("trajectory", only or [], out, json=json, quiet=quiet)
