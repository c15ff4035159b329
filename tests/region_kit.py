"""Small certified regions for tests, made once, checked as the command does, and by balls."""

import copy
import functools
from dataclasses import replace
from fractions import Fraction

import numpy as np
from flint import arb
from region_reasons_kit import reasons, steep

from lcnn_verify.evidence import documents
from lcnn_verify.evidence.hooks import checker_of
from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.numerics.centred_forms import Slope
from lcnn_verify.packs.zgj.proofs.region import prove
from lcnn_verify.packs.zgj.proofs.region.check import CHECKER
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, Shell, chart
from lcnn_verify.packs.zgj.proofs.region.forms import as_balls, centred, landscape
from lcnn_verify.packs.zgj.proofs.region.point import coordinates, teachers

TWO = (Fraction(1), Fraction(1))
CLAIMS = {
    "one": RegionClaim(students=1),
    "two": RegionClaim(students=2),
    "three": RegionClaim(students=3),
    "orthonormal": RegionClaim(norms=TWO),
    "acute": RegionClaim(norms=TWO, separation=Fraction(60)),
    "unequal": RegionClaim(norms=(Fraction(1), Fraction(2))),
    "pair-three": RegionClaim(norms=TWO, students=3),
}


@functools.cache
def certified(name="one", multiple=2, inner=Fraction(1, 10**6), budget=100_000, outer=Fraction(1)):
    stated = replace(CLAIMS[name], multiple=Fraction(multiple), inner=inner, outer=outer)
    return prove.certify(stated, budget=budget)


def boxes(claim, rng, count, width):
    """Boxes (coordinates, boxes) inside the root."""
    x = inside(claim, rng, count).T
    radius = width * rng.random(x.shape) * np.ptp(np.array(claim.root()), axis=1)[:, None]
    return x - radius, x + radius


def check(document, watch=lambda done, total: None):
    """The number of boxes proved anew; 1 for a point."""
    (said,) = documents.check(document, CHECKER, watch)
    how = said.rpartition("; ")[2].partition(" ")[0]
    return 1 if how == "a" else int(how.replace(",", ""))


def proved(document):
    """What the command proves once more of a certificate, whose digest is made anew."""
    checker, sealed = checker_of(document["certificate"]), {**document}
    sealed["digest"] = documents.digest(sealed)
    return list(documents.check(sealed, checker, lambda done, total: None))


def confirmed(claim, lower, upper, codes, direction):
    """Whether each box's reason is proved by Arb balls of 64 bits, ‖∇L‖ in this direction."""
    centres, radii = centred(lower, upper)
    with working_precision(64):
        shell = Shell.of(claim, arb)
        seen = landscape(claim, shell, as_balls(centres), as_balls(radii))
        bounds = steep(shell, seen, as_balls(np.where(codes == "g", direction, 0.0)))
        proofs = reasons(shell, seen, bounds)
    stands = [(codes == letter) & proved.astype(bool) for letter, proved in proofs.items()]
    return np.asarray(np.any(stands, axis=0))


def weights(claim, x):
    """Students (m, 2) at coordinates x (n,), placed by the chart itself."""
    zero = np.zeros((len(x), 1))
    slopes = [Slope(np.array([value]), zero, zero) for value in x]
    placed = chart(claim, slopes)
    q = np.array([mass.at[0] for mass in placed.masses])
    phi = np.array([angle.at[0] for angle in placed.angles])
    return np.sqrt(np.maximum(q, 0))[:, None] * np.column_stack((np.cos(phi), np.sin(phi)))


def inside(claim, rng, count):
    """Coordinates (count, n) drawn from the root with all angles in [−π/2, π/2]."""
    root = np.array(claim.root())
    drawn = []
    while len(drawn) < count:
        x = root[:, 0] + rng.random(len(root)) * (root[:, 1] - root[:, 0])
        zero = np.zeros((len(x), 1))
        slopes = [Slope(np.array([value]), zero, zero) for value in x]
        if all(abs(angle.at[0]) < np.pi / 2 for angle in chart(claim, slopes).angles):
            drawn.append(x)
    return np.array(drawn)


def near(claim, rng, count, noise=0.1):
    """Coordinates (count, n) of students that lie at teachers but for Gaussian ``noise``."""
    V = teachers(claim)
    homes = V[np.arange(claim.students) % len(V)] * np.sqrt(len(V) / claim.students)
    drawn = homes + noise * rng.standard_normal((count, *homes.shape))
    return np.array([coordinates(claim, W) for W in drawn])


__all__ = ["CLAIMS", "certified", "check", "confirmed", "inside", "near", "proved", "weights"]


def change(made, where, value):
    """``made`` with ``value`` of what stands at ``where`` there."""
    bad = copy.deepcopy(made)
    *path, last = where
    part = bad
    for key in path:
        part = part[key]
    part[last] = value(part[last])
    return bad
