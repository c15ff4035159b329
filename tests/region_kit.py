"""Small certified regions for tests, made once."""

import functools
from fractions import Fraction

import numpy as np

from lcnn_verify.numerics.centred_forms import Slope
from lcnn_verify.packs.zgj.proofs.region import prove
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, chart
from lcnn_verify.packs.zgj.proofs.region.point import coordinates, teachers

TWO = (Fraction(1), Fraction(1))
CLAIMS = {
    "one": RegionClaim(students=1),
    "two": RegionClaim(students=2),
    "three": RegionClaim(students=3),
    "orthonormal": RegionClaim(norms=TWO),
    "acute": RegionClaim(norms=TWO, separation=Fraction(60)),
    "unequal": RegionClaim(norms=(Fraction(1), Fraction(2))),
}


@functools.cache
def certified(name="one", multiple=2, inner=Fraction(1, 10**6), budget=100_000):
    claim = CLAIMS[name]
    claim = RegionClaim(claim.norms, claim.separation, claim.students, Fraction(multiple), inner)
    return prove.certify(claim, budget=budget)


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


__all__ = ["CLAIMS", "certified", "inside", "near", "weights"]
