"""A second proof of the bound down to L = 0, sharing nothing with the first but the lemma.

The lemma is that of ``certificates.zero``: with λI ⪯ ∇²L ⪯ ΛI, λ > 0, where ‖w_i − v_i‖ ≤ ρ for all
of as many students as teachers, ‖∇L‖ ≥ multiple·κ·L there if multiple·κ·√m·ρ ≤ 1 + λ/Λ. The
arithmetic is mpmath's intervals, not Arb; the Hessian is taken along and across the students, not
in Cartesian coordinates; and eigenvalues are bounded by elimination, not by discs.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.packs.zgj.proofs.critical.check import inertia
from lcnn_verify.packs.zgj.proofs.interval_energy import Matrix, readable, working_bits
from lcnn_verify.packs.zgj.proofs.interval_planar import hessian
from lcnn_verify.packs.zgj.proofs.region.interval_region import Stated

_BITS = 120
_CUTS = (1, 2, 4)  # into how many parts each coordinate is cut, until it is proved


def check(document: Mapping[str, Any], lower: Any, upper: Any) -> None:
    """Prove that the bound holds down to L = 0 in the boxes [lower, upper] beside V.

    ``document`` is a region certificate, of which ``teacher``, ``students``, ``multiple`` and
    ``zero`` (``radius``, ``least``, ``most``) are read. The boxes (2m, boxes) are in coordinates of
    its chart: total mass, share of 2, mean angle, spread. Raises :class:`Rejected` with the reason.
    """
    if not isinstance(document, Mapping):
        raise Rejected("the certificate is no object")
    named = {**document, "name": "the neighbourhood of V"}
    with working_bits(_BITS):
        readable(named, lambda data: _check(_Zero(data), lower, upper))


class _Zero(Stated):
    """What the document states of teachers, multiple·κ, and beside V: ρ, λ and Λ."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        if self.m != len(self.norms):
            raise Rejected(f"{self.m} students for {len(self.norms)} teachers, not as many")
        stated = [data["zero"][key] for key in ("radius", "least", "most")]
        if not all(type(entry) is float and math.isfinite(entry) for entry in stated):
            raise Rejected(f"radius, least and most are {stated}, not finite floats")
        self.radius, self.least, self.most = stated
        small = all(self.radius < norm.a for norm in self.norms)
        if not (small and self.radius >= 0.0 and 0.0 < self.least <= self.most):
            raise Rejected(
                f"radius, least and most are {stated}: negative, disordered or too large"
            )

    def pieces(self, cuts: int) -> Iterator[Matrix]:
        """The Hessian over the neighbourhood, each q_i and φ_i of it cut in so many parts."""
        parts = [iv.mpf([2 * k - cuts, 2 * k + 2 - cuts]) / cuts for k in range(cuts)]
        masses, rho = [norm**2 for norm in self.norms], iv.mpf(self.radius)
        # |q − p| ≤ ρ(2‖v‖ + ρ), and |φ − ψ| ≤ arcsin(ρ/‖v‖), which its tangent exceeds.
        most = [rho * (2 * norm + rho) for norm in self.norms]
        most += [rho / iv.sqrt(mass - rho**2) for mass in masses]
        for piece in itertools.product(*([part * x.b for part in parts] for x in most)):
            yield hessian(masses, self.angles, piece[: self.m], piece[self.m :])


def _check(zero: _Zero, lower: Any, upper: Any) -> None:
    _demand_inside(zero, np.asarray(lower, dtype=float), np.asarray(upper, dtype=float))
    for sign, bound, side in ((1, zero.least, "least"), (-1, zero.most, "most")):
        if not any(_beyond(zero, sign, bound, cuts) for cuts in _CUTS):
            raise Rejected(f"the {side} eigenvalue within {zero.radius!r} is not proved {bound!r}")
    distance = iv.sqrt(iv.mpf(zero.m)) * zero.radius
    if not zero.rate * distance <= 1 + iv.mpf(zero.least) / zero.most:
        raise Rejected(f"the radius {zero.radius!r} is too large for this multiple of κ")


def _demand_inside(zero: _Zero, lower: Any, upper: Any) -> None:
    """‖w_i − v_i‖ ≤ |√q_i − ‖v_i‖| + ‖v_i‖·|φ_i − ψ_i| ≤ ρ in all boxes."""
    if lower.shape != upper.shape or lower.ndim != 2 or len(lower) != 2 * zero.m:
        raise Rejected(f"boxes of shapes {lower.shape} and {upper.shape} for {zero.m} students")
    if not (np.isfinite(lower) & np.isfinite(upper) & (lower <= upper)).all():
        raise Rejected("boxes that are not finite, or upside down")
    for box, ends in enumerate(zip(lower.T.tolist(), upper.T.tolist(), strict=True)):
        x = [iv.mpf(list(pair)) for pair in zip(*ends, strict=True)]
        for i, (q, phi) in enumerate(zip(*zero.students(x), strict=True)):
            norm, angle = zero.norms[i], zero.angles[i]
            root = iv.sqrt(iv.mpf([max(q.a, 0), max(q.b, 0)]))
            far = abs(root - norm) + norm * abs(phi - angle)
            if not far.b <= zero.radius:
                raise Rejected(
                    f"excluded box {box} reaches {float(far.b):.6g} from teacher {i + 1}, "
                    f"beyond the radius {zero.radius!r}"
                )


def _beyond(zero: _Zero, sign: int, bound: float, cuts: int) -> bool:
    """Whether sign·(∇²L − bound·I) is positive definite, proved on every piece."""
    with suppress(Rejected):
        for matrix in zero.pieces(cuts):
            for k, row in enumerate(matrix):
                row[k] -= bound
            shifted = [[sign * entry for entry in row] for row in matrix]
            if inertia(shifted)[2] < len(shifted):
                return False
        return True
    return False
