"""What a region certificate claims, the constants of it, and the chart students are put in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.documents import VERSION
from lcnn_verify.numerics import balls, digits
from lcnn_verify.numerics.centred_forms import Slope

CLAIM = "zgj.gradient-bound"
KIND = "zgj.region"
"""What the field ``certificate`` of the JSON says."""
INNER = Fraction(1, 10**6)
"""The certified shell starts at ε₁ = INNER·ε₀, if nothing else is asked for."""
FAINT = Fraction(1, 100)
"""Of κ: the multiple proved past ε₀ unless another is asked for. It says: no critical point."""
_COUNTS = ("no", "one", "two", "three")
MOST = 10**30
"""Numerators and denominators are below it: checkers read no more digits."""


@dataclass(frozen=True, slots=True)
class RegionClaim:
    """‖∇L(W)‖_F ≥ multiple·κ(V)·L(W) for all m students in the plane with ε₁ ≤ L(W) ≤ outer·ε₀(V).

    The teachers have ``norms`` (one or two) and, if two, lie ``separation`` degrees apart; ε₁ is
    inner·ε₀, and all the numbers are exact. Raises :class:`InputError` on a network no chart is
    made for.
    """

    norms: tuple[Fraction, ...] = (Fraction(1),)
    separation: Fraction = Fraction(90)
    students: int = 2
    multiple: Fraction = Fraction(1)
    inner: Fraction = INNER
    outer: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if len(self.norms) not in (1, 2):
            raise InputError("teachers", str(len(self.norms)), "1 or 2")
        teachers = "one teacher" if len(self.norms) == 1 else "two teachers"
        if not len(self.norms) <= self.students <= 3:
            wanted = "2 or 3" if len(self.norms) == 2 else "1, 2 or 3"
            raise InputError("students", f"{self.students} with {teachers}", wanted)
        if not all(Fraction(1, 1000) <= norm <= 1000 for norm in self.norms):
            raise InputError("norms", ", ".join(map(str, self.norms)), "norms from 0.001 to 1000")
        if not 1 <= self.separation <= 90:
            raise InputError("separation", f"{self.separation}°", "1 to 90 degrees")
        if len(self.norms) == 1 and self.separation != 90:
            wanted = "two teachers, or 90°"
            raise InputError("separation", f"{self.separation}° with {teachers}", wanted)
        if not 0 < self.multiple <= 1000:
            raise InputError("multiple", str(self.multiple), "more than 0, at most 1000")
        if not Fraction(1, 10**9) <= self.inner < 1:
            raise InputError("inner", str(self.inner), "from 1e-9 to less than 1")
        if not self.inner < self.outer <= 100:
            got, wanted = str(self.outer), f"more than ε₁/ε₀, {self.inner}, at most 100"
            raise InputError("threshold multiple", got, wanted)
        named = [(name, getattr(self, name)) for name in ("separation", "multiple", "inner")]
        named += [("threshold multiple", self.outer), *(("norms", norm) for norm in self.norms)]
        for name, number in named:
            if max(number.numerator, number.denominator) >= MOST:
                raise InputError(name, str(number), "at most 30 digits, and as many below /")

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The names of the chart's coordinates, in order (see :func:`chart`)."""
        shares, spreads = {
            1: ((), ()),
            2: (("share of 2",), ("spread",)),
            3: (
                ("share of 2 and 3", "share of 3 of them"),
                ("spread of 1 from 2 and 3", "spread of 2 from 3"),
            ),
        }[self.students]
        return ("total mass", *shares, "mean angle", *spreads)

    def root(self) -> list[list[float]]:
        """The box [lo, hi] of each coordinate that all students with L ≤ outer·ε₀ have a place in.

        |Σq − Σ‖v‖²| ≤ √(πL) bounds the total mass (THEORY §3, fact 6), angles are taken in
        [−π/2, π/2]. Two teachers: students are ordered by angle, so that spreads are ≥ 0. One
        teacher: by mass, and mirrored to a first spread ≥ 0. Rounded outward.
        """
        shell = Shell.of(self, float)
        total, stray = sum(shell.masses), math.sqrt(math.pi * shell.level) * (1 + 1e-9)
        half, turn = math.pi / 2 * (1 + 1e-12), math.pi * (1 + 1e-12)
        rest = range(self.students - 1, 0, -1)
        shares = [[0.0, k / (k + 1) * (1 + 1e-12) if len(self.norms) == 1 else 1.0] for k in rest]
        return [
            [max(0.0, total - stray) * (1 - 1e-9), (total + stray) * (1 + 1e-9)],
            *shares,
            [-half, half],
            *[[0.0, turn], [-turn if len(self.norms) == 1 else 0.0, turn]][: self.students - 1],
        ]

    def to_json(self) -> dict[str, Any]:
        """The claim as the certificate states it, all numbers exact; ``outer`` unless it is 1."""
        return {
            "teacher": {
                "norms": [str(norm) for norm in self.norms],
                "separation": str(self.separation),
            },
            "students": self.students,
            "dimension": 2,
            "multiple": str(self.multiple),
            "inner": str(self.inner),
            **({"outer": str(self.outer)} if self.outer != 1 else {}),
        }

    @property
    def slug(self) -> str:
        """A name for files: claim, teachers, students, how far up; the same for every multiple."""
        norms = "-".join(_plain(norm) for norm in self.norms)
        apart = f"-at-{_plain(self.separation)}" if len(self.norms) == 2 else ""
        up = f"-to-{_plain(self.outer)}" if self.outer != 1 else ""
        return f"{CLAIM}-norms-{norms}{apart}-students-{self.students}{up}"


def _plain(number: Fraction) -> str:
    return str(number).replace("/", "over")


@dataclass(frozen=True, slots=True)
class Shell:
    """The claim's constants, as floats or as balls.

    They are masses ‖v‖², angles, the highest level outer·ε₀, ε₁ and multiple·κ.
    """

    masses: tuple[Any, ...]
    angles: tuple[Any, ...]
    level: Any
    inner: Any
    rate: Any
    half_pi: Any

    @classmethod
    def of(cls, claim: RegionClaim, number: type) -> Shell:
        """Compute them with ``number``, which is ``float`` or ``arb``."""
        exact: Any = float if number is float else balls.exact
        pi = math.pi if number is float else arb.pi()
        gap = pi * exact(claim.separation / 180) if len(claim.norms) == 2 else pi / 2

        def dual_kernel(theta: Any) -> Any:
            return (np.sin(theta) + (pi / 2 - theta) * np.cos(theta)) * 2 / pi

        merged = 1 + dual_kernel(gap) - 2 * dual_kernel(gap / 2) * dual_kernel(gap / 2)
        squares = [norm * norm for norm in claim.norms]
        threshold = exact(min(squares) ** 2) * merged / (8 * len(squares))
        angles = (gap / 2, -gap / 2) if len(squares) == 2 else (pi * 0,)
        return cls(
            masses=tuple(exact(square) for square in squares),
            angles=angles,
            level=threshold * exact(claim.outer),
            inner=threshold * exact(claim.inner),
            rate=exact(claim.multiple) / np.sqrt(exact(sum(squares, Fraction(0)))),
            half_pi=pi / 2,
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """Students in the chart: masses q_i, angles φ_i, total Σq, first moment Σqφ."""

    masses: list[Slope]
    angles: list[Slope]
    total: Slope
    moment: Slope


def chart(claim: RegionClaim, x: list[Slope]) -> Placed:
    """Place students by coordinates: total mass, shares of it, mean angle, spreads.

    A share and a spread split the last student in two that keep its mass and its moment. So Σq and
    Σqφ, hence the linear part of L for one teacher, are exact products: along the zeros of L
    nothing is left to cancel.
    """
    m = claim.students
    masses, angles = [x[0]], [x[m]]
    for share, spread in zip(x[1:m], x[m + 1 :], strict=True):
        mass, angle = masses.pop(), angles.pop()
        masses += [mass * (1 - share), mass * share]
        angles += [angle + share * spread, angle - (1 - share) * spread]
    return Placed(masses, angles, x[0], x[0] * x[m])


def described(claim: RegionClaim, verdict: str, *, whole: bool = False) -> dict[str, Any]:
    """The claim, of the shell or of the ``whole`` below it too, as the JSON document states it."""
    shell = Shell.of(claim, float)
    return {
        "certificate": KIND,
        "version": VERSION,
        "claim": CLAIM,
        "verdict": verdict,
        "statement": (
            f"‖∇L(W)‖_F ≥ {factor(claim.multiple)}·κ(V)·L(W) for {covered(claim, whole=whole)}"
        ),
        **claim.to_json(),
        "level": float(shell.level),
        "excluded_below": 0.0 if whole else float(shell.inner),
    }


def covered(claim: RegionClaim, *, whole: bool) -> str:
    """Which networks the claim is about: teachers, students, levels of the loss."""
    norms, students = list(map(plain, claim.norms)), _COUNTS[claim.students]
    teachers = "one unit teacher" if norms == ["1"] else f"one teacher of norm {norms[0]}"
    if len(norms) == 2:
        who = "unit teachers" if norms == ["1", "1"] else f"teachers of norms {', '.join(norms)},"
        teachers = f"two {who} {plain(claim.separation)}° apart"
    top = highest(claim.to_json())
    level = f"L ≤ {top}" if whole else f"L between ε₁ = {factor(claim.inner)}·ε₀ and {top}"
    if whole and claim.students > len(norms):
        level += f" (below {factor(claim.inner)}·ε₀ by zgj.fact.one-teacher)"
    plural = "s" * (claim.students > 1)
    return f"{teachers} and any {students} student{plural} in the plane with {level}"


def headline(document: Mapping[str, Any]) -> str:
    """The verdict and exactly what it is about: which multiple of κ, for which networks."""
    multiple, verdict = Fraction(document["multiple"]), document["verdict"]
    times = "κ" if multiple == 1 else f"{factor(multiple)}κ"
    if verdict == "REFUTED":
        if "outer" in document:
            return f"REFUTED: {times} up to {highest(document)} (the claim is κ up to ε₀)"
        stands = "stands" if multiple > 1 else "falls"
        return f"REFUTED: {times} (the claim, κ, {stands})"
    about = document["statement"].partition(" for ")[2]
    if verdict == "CERTIFIED":
        return f"CERTIFIED: ‖∇L‖ ≥ {times}L for {about}"
    return f"{verdict}: {times} for {about}"


def highest(document: Mapping[str, Any]) -> str:
    """The highest level of the loss in units of ε₀, in words."""
    outer = Fraction(document.get("outer", "1"))
    return "ε₀" if outer == 1 else f"{factor(outer)}·ε₀"


def lowest(document: Mapping[str, Any]) -> str:
    """ε₁, to three digits."""
    share = Fraction(document["inner"]) / Fraction(document.get("outer", "1"))
    return digits.number(document["level"] * float(share), 3)


def tightness(document: Mapping[str, Any]) -> str:
    """How near the bound came to failing where a local search looked, as a ratio that fails at 1.

    The document is one that is not refuted.
    """
    multiple = Fraction(document["multiple"])
    times = "κL" if multiple == 1 else f"{factor(multiple)}κL"
    ratio = digits.number(float(multiple) / document["smallest_ratio_found"])
    return f"{times}/‖∇L‖ came to {ratio} in a local search; the bound fails above 1"


def against_bound(document: Mapping[str, Any]) -> str:
    """‖∇L‖/(κL) at a refuting point, and where the bound fails."""
    limit = plain(Fraction(document["multiple"]))
    return f"{ball(document['point']['ratio'])}, and the bound fails below {limit}"


def ball(text: str) -> str:
    """Arb's ``[middle +/- radius]``, or a number alone, for people."""
    return " ± ".join(map(digits.whole, text.strip("[]").split(" +/- ")))


def near_zero(document: Mapping[str, Any]) -> str:
    """Why the bound holds for the students below the shell."""
    if by := document["zero"].get("by"):
        return f"{by} has a larger multiple of κ there, for any number of students"
    zero = {key: digits.number(value, 4) for key, value in document["zero"].items()}
    return (
        f"what no box settles is within {zero['radius']} of the teachers, where L is convex: "
        f"curvature {zero['least']} to {zero['most']}"
    )


def plain(value: Fraction) -> str:
    """A decimal that is exactly the number, if there is a short one, or else p/q."""
    text = f"{float(value):g}"
    return digits.whole(text) if Fraction(text) == value else str(value)


def factor(value: Fraction) -> str:
    """``plain`` as a factor of a product: ``"2"``, ``"(3/7)"``."""
    text = plain(value)
    return f"({text})" if "/" in text else text
