"""Thresholds bracketed: a region without critical points, and a critical point just above it.

Two teachers in the plane, as many students. Up to ``level`` = outer·ε₀ boxes prove ‖∇L‖ ≥ κL/100,
so that no student network with 0 < L ≤ outer·ε₀ is critical; Krawczyk's operator isolates one whose
loss is a thousandth higher. The best threshold of any gradient bound lies between the two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from flint import arb

from lcnn_verify.evidence.documents import VERSION, digest
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.enclosure import Box, working_precision
from lcnn_verify.packs.zgj.population import loss_and_gradient
from lcnn_verify.packs.zgj.proofs.catalogue import PRECISION, Catalogue
from lcnn_verify.packs.zgj.proofs.critical.catalogue import POINTS, polished
from lcnn_verify.packs.zgj.proofs.critical.prove import Candidate, CriticalPoint, ends
from lcnn_verify.packs.zgj.proofs.critical.prove import prove as prove_point
from lcnn_verify.packs.zgj.proofs.region import prove as region
from lcnn_verify.packs.zgj.proofs.region.claim import FAINT, RegionClaim, Shell
from lcnn_verify.packs.zgj.proofs.region.point import teachers
from lcnn_verify.packs.zgj.proofs.region.search import ALONE, Workers
from lcnn_verify.packs.zgj.threshold import floor_level

CLAIM = "zgj.fact.threshold-brackets"
_DEGREES = (90, 75, 60, 45, 30, 20, 10)
_ONE = Fraction(1)
PAIRS: Mapping[str, tuple[tuple[Fraction, Fraction], Fraction]] = MappingProxyType(
    {f"pair-{degrees}": ((_ONE, _ONE), Fraction(degrees)) for degrees in _DEGREES}
    | {"pair-norms-1-2": ((_ONE, Fraction(2)), Fraction(90))}
)
"""Name → the norms of two teachers, and degrees between them."""

LEVELS = MappingProxyType(
    {
        "pair-90": 2.6834,
        "pair-60": 5.6456,
        "pair-45": 7.6516,
        "pair-30": 10.0373,
        "pair-norms-1-2": 7.5382,
    }
)
GAP = 1.0011
"""What the ledger claims: none is critical up to λ·ε₀, and one is at 1.0011·λ·ε₀ at most."""
BELOW = Fraction(999, 1000)
"""Of the critical level: how far up the boxes go."""
INNER = Fraction(1, 10**7)
"""Of ε₀: where boxes end and the loss is convex, at every Δ of :data:`PAIRS`."""
_BUDGET = 200_000  # boxes; 50 000 are the most that was needed
_ROUNDING = 1e-15
_TURNS, _SHARES = 4, (0.2, 0.5, 0.8)  # of starts
_FLAT = 1e-9  # a gradient below it is worth a proof
_HEIGHT = 0.5  # of ε₀: what is lower is the minimum


@dataclass(frozen=True, slots=True, eq=False)
class Bracket:
    """A certified region, and the critical point above it."""

    name: str
    region: region.RegionResult
    point: CriticalPoint

    @property
    def title(self) -> str:
        """Which networks it is about."""
        return self.point.title

    @property
    def ratio(self) -> float:
        """The critical level over the level that boxes reach, rounded up but for the last bits."""
        level: float = self.region.document["level"]
        return self.point.loss[1] / level

    @property
    def beside(self) -> dict[str, float | None]:
        """Levels: ε₀ and, in units of it, how far up none is critical, where one is, M·v⁴, F(V).

        How far and where have four decimals, rounded to the safe side. F(V) is what a search finds,
        an upper bound; the others are proved. M·v⁴ is the level of the merged pair where teachers
        have one norm v; there is None where they have not.
        """
        V, level = teachers(self.region.claim), self.region.document["level"]
        threshold = level / float(self.region.claim.outer)
        return {
            "ε₀": threshold,
            "none up to": float(self.region.claim.outer),
            "one at": math.ceil(10_000 * self.point.loss[1] / threshold) / 10_000,
            "merged": 8.0 * len(V) if len(set(self.region.claim.norms)) == 1 else None,
            "F(V)": floor_level(V).value / threshold,
        }

    def to_json(self) -> dict[str, Any]:
        """Both certificates, whole."""
        point: dict[str, Any] = {
            "certificate": POINTS.kind,
            "version": VERSION,
            POINTS.entries: [self.point.to_json()],
        }
        return {
            "name": self.name,
            "region": self.region.document,
            "point": point | {"digest": digest(point)},
        }


def saddle(norms: tuple[Fraction, ...], separation: Fraction, name: str = "above") -> CriticalPoint:
    """Prove the lowest critical point of positive loss that Newton's method finds, for m = r = 2.

    Starts are pairs of orthogonal students, turned; *measured* for the teachers of :data:`PAIRS`,
    500 random starts find no lower one. Raises :class:`NotProved`.
    """
    claim = RegionClaim(norms, separation)
    V = teachers(claim)
    low = _HEIGHT * Shell.of(claim, float).level
    found = min(_critical(V, low), default=None, key=lambda it: it[0])
    if found is None:
        raise NotProved(f"{name}: no critical point of positive loss was found")
    said = ", ".join(map(str, norms))
    which = f"two teachers of norms {said}, {separation}° apart in the plane, two students"
    proved = prove_point(Candidate(name, which, _around(claim), found[1], (1, 1)))
    assert proved.threshold is not None
    # A bit wider: the second proof, by intervals, knows ε₀ of a box of teachers less well.
    low, high = proved.threshold
    return replace(proved, threshold=(low * (1 - _ROUNDING), high * (1 + _ROUNDING)))


def _critical(V: FloatArray, least: float) -> Iterator[tuple[float, FloatArray]]:
    """Losses above ``least``, and students where the gradient nearly vanishes."""
    total = float((V**2).sum())
    for turn in math.pi / _TURNS * np.arange(_TURNS):
        along = np.array([math.cos(turn), math.sin(turn)])
        across = np.array([-along[1], along[0]])
        for share in _SHARES:
            start = np.array([math.sqrt(share) * along, math.sqrt(1 - share) * across])
            with suppress(np.linalg.LinAlgError, ValueError):
                W = polished(math.sqrt(total) * start, V)
                loss, gradient = loss_and_gradient(W, V)
                if loss > least and np.abs(gradient).max() < _FLAT * total:
                    yield float(loss), W


def _around(claim: RegionClaim) -> Box:
    """A box of floats around the claim's teachers."""
    with working_precision(PRECISION):
        shell = Shell.of(claim, arb)
        rows = [
            [ends(mass.sqrt() * x) for x in (angle.cos(), angle.sin())]
            for mass, angle in zip(shell.masses, shell.angles, strict=True)
        ]
    lower, upper = np.moveaxis(np.array(rows), 2, 0)
    return Box(lower, upper)


def bracket(
    name: str,
    norms: tuple[Fraction, ...],
    separation: Fraction,
    *,
    below: Fraction = BELOW,
    team: Workers = ALONE,
) -> Bracket:
    """Bracket the best threshold: boxes go up to ``below`` of the critical level.

    Raises :class:`NotProved` where the point or the region is not proved.
    """
    point = saddle(norms, separation, name)
    assert point.threshold is not None
    times = below * Fraction(point.loss[0]) / Fraction(point.threshold[1])
    claim = RegionClaim(
        norms, separation, 2, FAINT, INNER, Fraction(math.floor(10_000 * times), 10_000)
    )
    found = region.certify(claim, budget=_BUDGET, team=team)
    if found.verdict != "CERTIFIED":
        raise NotProved(f"{name}: {found.document['statement']} is {found.verdict}")
    return Bracket(name, found, point)


BRACKETS: Catalogue[Bracket] = Catalogue(
    "zgj.brackets",
    "brackets",
    {name: partial(bracket, name, *pair) for name, pair in PAIRS.items()},
)
"""The bracketed thresholds: a curve over Δ, and teachers of unequal norms."""
