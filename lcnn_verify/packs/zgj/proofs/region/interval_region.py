"""What a region certificate states, read strictly, in mpmath's intervals: for checkers.

Nothing here is imported from the search, or from ``checker``, which reads it for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.packs.zgj.proofs.interval_energy import Matrix, Vector, rational, whole
from lcnn_verify.packs.zgj.proofs.interval_planar import kernels


class Stated:
    """Teachers (norms, angles in radians), m students, ε₀, ε₁ and multiple·κ of a document.

    Raises :class:`Rejected` or ``LookupError`` for what it cannot read, ``TypeError`` too.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        teacher, self.m = document["teacher"], whole(document["students"])
        norms = [rational(text) for text in teacher["norms"]]
        stated = (teacher["separation"], document["multiple"], document["inner"])
        degrees, multiple, inner = map(rational, stated)
        if (len(norms), self.m) not in {(1, 1), (1, 2), (1, 3), (2, 2)}:
            raise Rejected(f"{self.m} students for {len(norms)} teachers")
        if not (90 * (2 - len(norms)) <= degrees <= 90 and min(*norms, degrees, multiple) > 0):
            raise Rejected(f"teachers of norms {', '.join(map(str, norms))}, {degrees}° apart")
        gap, squares = _interval(degrees / 180) * iv.pi, sum(norm**2 for norm in norms)
        self.norms = [_interval(norm) for norm in norms]
        self.angles = [gap / 2, -gap / 2] if len(norms) == 2 else [iv.mpf(0)]
        merged = 1 + kernels(gap)[0] - 2 * kernels(gap / 2)[0] ** 2
        self.level = _interval(min(norms) ** 4 / (8 * len(norms))) * merged
        self.inner = self.level * _interval(inner)
        self.rate = _interval(multiple) / iv.sqrt(_interval(Fraction(squares)))

    def teachers(self) -> Matrix:
        """V, row by row."""
        return [row(norm, angle) for norm, angle in zip(self.norms, self.angles, strict=True)]

    def students(self, x: Sequence[Any]) -> tuple[Vector, Vector]:
        """Masses and angles at coordinates: total mass, shares, mean angle, spreads."""
        if len(x) != 2 * self.m:
            raise Rejected(f"{len(x)} coordinates for {self.m} students in the plane")
        masses, angles = [x[0]], [x[self.m]]
        for share, spread in zip(x[1 : self.m], x[self.m + 1 :], strict=True):
            mass, angle = masses.pop(), angles.pop()
            masses += [mass * (1 - share), mass * share]
            angles += [angle + share * spread, angle - (1 - share) * spread]
        return masses, angles


def row(norm: Any, angle: Any) -> Vector:
    """The neuron of this norm in this direction."""
    return [norm * iv.cos(angle), norm * iv.sin(angle)]


def _interval(fraction: Fraction) -> Any:
    return iv.mpf(fraction.numerator) / fraction.denominator
