"""Theorem: how low critical levels of cones get in three, four and five dimensions, at any width.

As for :mod:`.cone_levels`, in a fixed d: t = η·η′ is that of two uniform directions of R^{d−2}. In
d = 3 it is ±1, and two half-angles are better than one; in d = 4 it is the cosine of a uniform
angle, in d = 5 it is uniform on [−1, 1]. The slack takes t at its means on cells (Jensen), the
energy of the same masses at the ends of cells, where convex functions are larger.

Bounds from above are those of networks: in d = 3 the two pairs of each cone, in d = 4 regular
hexagons, in d = 5 icosahedra, all of which hold with each direction its opposite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flint import arb

from lcnn_verify.evidence.theorem import Part, Theorem, positive
from lcnn_verify.numerics.balls import sqrt, working_precision
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.proofs.facts.cone_levels import (
    BOX,
    MOST_CELLS,
    Cones,
    Law,
    least,
    level,
    slack,
    threshold,
)

CLAIM = "zgj.fact.cone-dimensions"
MEANS, CHORDS = 32, 256
"""Cells of the law of t in d = 4 and 5: for the slack, and for the energy."""
_PRECISION = 64


@dataclass(frozen=True, slots=True)
class Dimension:
    """Masses for the dual bound in R^d, a network, and the bounds on its level in units of ε₀.

    ``network`` counts the places of t in a cone of it, each as the signed square of t times 20.
    """

    cones: Cones
    network: Mapping[int, int]
    least: str
    most: str

    @property
    def width(self) -> int:
        """How many students the network has."""
        return 2 * len(self.cones.masses) * sum(self.network.values())

    def law(self) -> Law:
        """The law of t in the network, at the precision in force."""
        total = sum(self.network.values())
        roots = {square: sqrt(arb(abs(square)) / 20) for square in self.network}
        places = {square: root if square > 0 else -root for square, root in roots.items()}
        return [(arb(n) / total, *[places[square]] * 3) for square, n in self.network.items()]


_TWO = Cones(("0.4016944", "0.5926989"), ("0.086295", "0.266632"))
DIMENSIONS: Mapping[int, Dimension] = MappingProxyType(
    {
        3: Dimension(_TWO, {20: 1, -20: 1}, "2.4939", "2.4951"),
        4: Dimension(
            Cones(("1.0002028",), ("0.258182",)), {20: 1, 5: 2, -5: 2, -20: 1}, "2.4049", "2.4063"
        ),
        5: Dimension(
            Cones(("1.0036031",), ("0.282068",)), {20: 1, 4: 5, -4: 5, -20: 1}, "2.3552", "2.3567"
        ),
    }
)
"""By d."""
_LEVELS = "; ".join(f"{it.least}·ε₀ < L < {it.most}·ε₀, d = {d}" for d, it in DIMENSIONS.items())
STATEMENT = (
    f"two orthonormal teachers have a critical point with {_LEVELS}; no students in the "
    "hyperplanes across e₁ ± e₂ have L below that"
)
INSTANCES = "; ".join(f"d = {d}, m ≥ {it.width}" for d, it in DIMENSIONS.items())


def uniform(d: int, cells: int) -> Law:
    """The law of t for uniform directions of R^{d−2}, on cells where d > 3."""
    if d == 3:
        return DIMENSIONS[d].law()
    part = arb(1) / cells
    if d == 4:
        turns = [arb.pi() * k / cells for k in range(cells + 1)]
        arcs = zip(turns[1:], turns[:-1], strict=True)
        return [(part, a.cos(), (a.sin() - b.sin()) / (a - b), b.cos()) for a, b in arcs]
    starts = [2 * k * part - 1 for k in range(cells)]
    return [(part, t, t + part, t + 2 * part) for t in starts]


def prove() -> Theorem:
    """Prove the theorem; raises :class:`NotProved` if an enclosure does not show it."""
    return Theorem(CLAIM, STATEMENT, INSTANCES, tuple(map(_part, DIMENSIONS)), _PRECISION)


def _part(d: int) -> Part:
    it = DIMENSIONS[d]
    with working_precision(_PRECISION):
        unit, cones = threshold(), it.cones
        if not least(cones, uniform(d, CHORDS)) > arb(it.least) * unit:
            raise NotProved(f"d = {d}: the least level is not above {it.least}·ε₀")
        if not level(cones, it.law()) < arb(it.most) * unit:
            raise NotProved(f"d = {d}: the level of the network is not below {it.most}·ε₀")
        bound = slack(cones, uniform(d, MEANS))
    return positive(f"slack-{d}", bound, BOX, precision=_PRECISION, most=MOST_CELLS)
