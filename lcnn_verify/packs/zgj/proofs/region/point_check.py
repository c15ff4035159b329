"""A second proof that a point refutes a region claim, in mpmath's intervals and Cartesian rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.packs.zgj.proofs.interval_energy import Energy, readable, working_bits
from lcnn_verify.packs.zgj.proofs.region.interval_region import Stated, row

_BITS = 120


def check(document: Mapping[str, Any]) -> None:
    """Prove that ε₁ ≤ L ≤ ε₀ and ‖∇L‖ < multiple·κ·L at the ``point`` of a region certificate.

    Raises :class:`Rejected` if that is not proved.
    """
    with working_bits(_BITS):
        readable({**document, "name": "its point"}, _check)


def _check(document: Mapping[str, Any]) -> None:
    stated, point = Stated(document), document["point"]["coordinates"]
    if not all(type(entry) is float and math.isfinite(entry) for entry in point):
        raise Rejected(f"coordinates that are not finite floats: {point}")
    masses, angles = stated.students([iv.mpf(entry) for entry in point])
    if not all(mass.a > 0 for mass in masses):
        raise Rejected("a student without a positive mass")
    W = [row(iv.sqrt(mass), angle) for mass, angle in zip(masses, angles, strict=True)]
    V, energy = stated.teachers(), Energy(2, 1.0, 0.0)
    loss = energy.loss([*W, *V], stated.m)
    square = sum((entry**2 for line in energy.gradient(W, V) for entry in line), iv.mpf(0))
    if not (stated.inner.b <= loss.a and loss.b <= stated.level.a):
        raise Rejected("its loss is not proved to lie between ε₁ and ε₀")
    if not square.b < ((stated.rate * loss) ** 2).a:
        raise Rejected("its gradient is not proved to be smaller than multiple·κ·L")
