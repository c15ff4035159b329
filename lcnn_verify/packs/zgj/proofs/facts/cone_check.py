"""What the checker of theorems computes of cones, in mpmath's intervals and in angles.

The statement's numbers are the prover's: masses, half-angles and bounds. Everything else is derived
here from two vectors' angle: k(θ) = (2/π)(sin θ + (π/2 − θ)cos θ) and dk/dρ = 1 − 2θ/π.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.intervals import Matrix, direction, dot
from lcnn_verify.packs.zgj.proofs.facts import cone_dimensions, cone_levels, simplex_cones
from lcnn_verify.packs.zgj.proofs.facts.cone_levels import Cones
from lcnn_verify.packs.zgj.proofs.interval_energy import kernel

Law: TypeAlias = Sequence[tuple[Any, Any]]
"""Probabilities and places of t = η·η′."""


def slack(cones: Cones, law: Callable[[], Law]) -> Callable[[Sequence[Any]], Any]:
    """Σ n K(φ, φ_b) − 2c(φ) over a cell of φ, by the mean value theorem; t at its ``law``."""

    def function(cell: Sequence[Any]) -> Any:
        middle, places = iv.mpf(cell[0].mid), law()
        value, _ = _slack(cones, places, middle)
        _, steep = _slack(cones, places, cell[0])
        return value + steep * (cell[0] - middle)

    return function


def _slack(cones: Cones, law: Law, phi: Any) -> tuple[Any, Any]:
    sine, cosine, half = iv.sin(phi), iv.cos(phi), iv.sqrt(iv.mpf(0.5))
    angle = _angle(half * cosine)
    value, steep = -2 * kernel(angle), 2 * half * sine * _slope(angle)
    for mass, psi in _lines(cones):
        along, across = iv.cos(psi), iv.sin(psi)
        for weight, t in law:
            same = _angle(along * cosine + across * t * sine)
            other = _angle(across * t * sine)
            value += mass * weight * (kernel(same) + kernel(other))
            turned = across * t * cosine
            bent = (turned - along * sine) * _slope(same) + turned * _slope(other)
            steep += mass * weight * bent
    return value, steep


def _lines(cones: Cones) -> list[tuple[Any, Any]]:
    pairs = zip(cones.masses, cones.angles, strict=True)
    return [(iv.mpf(mass), iv.mpf(angle)) for mass, angle in pairs]


def _angle(rho: Any) -> Any:
    """The angle whose cosine is in [−1, 1]: what rounding adds beyond is cut off."""
    rho = iv.mpf([max(rho.a, -1), min(rho.b, 1)])
    ends = (iv.mpf(rho.a), iv.mpf(rho.b))
    low, high = (direction(iv.sqrt((1 - x) * (1 + x)), x) for x in ends)
    return iv.mpf([high.a, low.b])


def _slope(angle: Any) -> Any:
    return 1 - 2 * angle / iv.pi


def energy(cones: Cones, law: Law) -> Any:
    """ΣΣ n n K with t at its law."""
    total = iv.mpf(0)
    for mass, phi in _lines(cones):
        for other, psi in _lines(cones):
            along, across = iv.cos(phi) * iv.cos(psi), iv.sin(phi) * iv.sin(psi)
            for weight, t in law:
                bent = kernel(_angle(along + across * t)) + kernel(_angle(across * t))
                total += mass * other * weight * bent
    return total


def levels(cones: Cones, law: Law) -> tuple[Any, Any]:
    """(1 + k(0) − ΣΣ n n K, L with these masses)."""
    far, whole = 1 + kernel(iv.pi / 2), energy(cones, law)
    half = iv.sqrt(iv.mpf(0.5))
    pulls = (mass * kernel(_angle(half * iv.cos(phi))) for mass, phi in _lines(cones))
    pull = sum(pulls, iv.mpf(0))
    return far - whole, far - 4 * pull + whole


def threshold() -> Any:
    """ε₀ = M(π/2)/16."""
    return (1 + kernel(iv.pi / 2) - 2 * kernel(iv.pi / 4) ** 2) / 16


def centred() -> Law:
    """The law that has t = 0."""
    return [(iv.mpf(1), iv.mpf(0))]


def axes(d: int) -> Law:
    """The law of t for ± the axes of R^{d−2}."""
    share = iv.mpf(1) / (2 * (d - 2))
    return [(share, iv.mpf(1)), (share, iv.mpf(-1)), (1 - 2 * share, iv.mpf(0))]


def demand_limit() -> None:
    """Check the bounds on the limit, and on what the axes' cones are above it.

    Their energy is affine in 1/(d − 2), so that d = 3 gives the excess for every d.
    """
    unit = threshold()
    least, most = levels(cone_levels.LIMIT, centred())
    excess = energy(cone_levels.LIMIT, axes(3)) - energy(cone_levels.LIMIT, centred())
    if not (least / unit).a > iv.mpf(cone_levels.LEAST).b:
        raise Rejected(f"{cone_levels.CLAIM}: the limit is not above {cone_levels.LEAST}·ε₀")
    if not (most / unit).b < iv.mpf(cone_levels.MOST).a:
        raise Rejected(f"{cone_levels.CLAIM}: the limit is not below {cone_levels.MOST}·ε₀")
    if not 0 < excess.a <= excess.b < (iv.mpf(cone_levels.EXCESS) * unit).a:
        raise Rejected(f"{cone_levels.CLAIM}: the excess is not below {cone_levels.EXCESS}·ε₀")


def means(d: int) -> Law:
    """The means of t on cells, for uniform directions of R^{d−2}."""
    cells = cone_dimensions.MEANS
    if d == 3:
        return axes(3)
    if d == 5:
        return [(iv.mpf(1) / cells, iv.mpf(2 * k + 1 - cells) / cells) for k in range(cells)]
    # The mean of cos over an arc of length 2x about c is cos c·sin(x)/x.
    reach = iv.pi / (2 * cells)
    centres = [reach * (2 * k + 1) for k in range(cells)]
    return [(iv.mpf(1) / cells, iv.cos(c) * iv.sin(reach) / reach) for c in centres]


def chords(d: int) -> Law:
    """The ends of cells, with what each weighs where a convex function of t is linear on cells."""
    if d == 3:
        return axes(3)
    cells = cone_dimensions.CHORDS
    weights: dict[int, Any] = {}
    if d == 5:
        places = [iv.mpf(2 * k - cells) / cells for k in range(cells + 1)]
        centres = [(a + b) / 2 for a, b in itertools.pairwise(places)]
    else:
        reach = iv.pi / (2 * cells)
        places = [iv.cos(2 * reach * k) for k in range(cells + 1)]
        centres = [iv.cos(reach * (2 * k + 1)) * iv.sin(reach) / reach for k in range(cells)]
    for k, centre in enumerate(centres):
        share = (centre - places[k]) / (places[k + 1] - places[k])
        weights[k] = weights.get(k, 0) + (1 - share) / cells
        weights[k + 1] = share / cells
    return [(weights[k], place) for k, place in enumerate(places)]


def network(d: int) -> Law:
    """The products of one vertex with all, of the polytope whose cones the network has."""
    vertices = _vertices(d)
    return [(iv.mpf(1) / len(vertices), dot(vertices[0], v)) for v in vertices]


def _vertices(d: int) -> Matrix:
    """Unit vectors of R^{d−2}: two points, a hexagon, an icosahedron."""
    if d == 3:
        return [[iv.mpf(1)], [iv.mpf(-1)]]
    if d == 4:
        turns = [iv.pi * k / 3 for k in range(6)]
        return [[iv.cos(turn), iv.sin(turn)] for turn in turns]
    golden = (1 + iv.sqrt(5)) / 2
    size, rows = iv.sqrt(1 + golden**2), []
    for first, second in itertools.product((1, -1), repeat=2):
        pair = [first / size, second * golden / size]
        rows += [[iv.mpf(0), *pair], [*pair, iv.mpf(0)], [pair[1], iv.mpf(0), pair[0]]]
    return rows


def demand_dimensions() -> None:
    """Check the bounds on the levels in d = 3, 4 and 5."""
    unit = threshold()
    for d, it in cone_dimensions.DIMENSIONS.items():
        low, high = levels(it.cones, chords(d))[0], levels(it.cones, network(d))[1]
        if not (low / unit).a > iv.mpf(it.least).b:
            raise Rejected(f"{cone_dimensions.CLAIM}: d = {d}: not above {it.least}·ε₀")
        if not (high / unit).b < iv.mpf(it.most).a:
            raise Rejected(f"{cone_dimensions.CLAIM}: d = {d}: not below {it.most}·ε₀")
        if it.width != 2 * len(it.cones.masses) * len(_vertices(d)):
            raise Rejected(f"{cone_dimensions.CLAIM}: d = {d}: not of {it.width} students")


def simplex_room(cell: Sequence[Any]) -> Any:
    """How far the level of two simplices is below its bound, over a cell of s = 1/(d − 1)."""
    middle, unit = iv.mpf(cell[0].mid), threshold()
    excess = iv.mpf(simplex_cones.EXCESS)
    steep = excess * unit - _simplex(cell[0])[1]
    at = (iv.mpf(simplex_cones.MOST) + excess * middle) * unit - _simplex(middle)[0]
    return at + steep * (cell[0] - middle)


def _simplex(s: Any) -> tuple[Any, Any]:
    """The least over the mass of L = 1 + k(0) − 4mc + m²K, and its derivative in s.

    t = σ_i·σ_j is 1 with probability s, and else what makes its mean 0.
    """
    first, turn = map(iv.mpf, simplex_cones.ANGLE)
    phi, half = first + turn * s, iv.sqrt(iv.mpf(0.5))
    along, across = iv.cos(phi) ** 2, iv.sin(phi) ** 2
    moved = iv.sin(2 * phi) * turn  # of sin²φ; cos²φ loses as much
    other = s / (1 - s)
    whole, grows = iv.mpf(0), iv.mpf(0)
    for weight, change, t, shift in ((s, 1, 1, 0), (1 - s, -1, -other, -((1 + other) ** 2))):
        for base, lost in ((along, -moved), (0, 0)):
            angle = _angle(base + t * across)
            bent = lost + t * moved + shift * across
            whole += weight * kernel(angle)
            grows += change * kernel(angle) + weight * _slope(angle) * bent
    angle = _angle(half * iv.cos(phi))
    pull, falls = kernel(angle), -_slope(angle) * half * iv.sin(phi) * turn
    level = 1 + kernel(iv.pi / 2) - 4 * pull**2 / whole
    return level, -8 * pull * falls / whole + 4 * (pull / whole) ** 2 * grows


def demand_simplices() -> None:
    """Check the bounds in the dimensions that are named."""
    for d, most in simplex_cones.ROWS.items():
        if not (_simplex(iv.mpf(1) / (d - 1))[0] / threshold()).b < iv.mpf(most).a:
            raise Rejected(f"{simplex_cones.CLAIM}: d = {d}: not below {most}·ε₀")
