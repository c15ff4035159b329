"""Second proofs beside the tree: of a refuting point, and of the bound down to L = 0.

Nothing here is imported from the search, or from ``checker``, which reads claims for itself. The
arithmetic is mpmath's intervals. A point is taken in Cartesian rows. Down to L = 0 only the lemma
of ``near_zero_loss`` is shared: with λI ⪯ ∇²L ⪯ ΛI, λ > 0, where ‖w_i − v_i‖ ≤ ρ for all of as many
students as teachers, ‖∇L‖ ≥ multiple·κ·L there if multiple·κ·√m·ρ ≤ 1 + λ/Λ. The Hessian is taken
along and across the students, and eigenvalues are bounded by elimination, not by discs. With more
students of one teacher the bound of a theorem with a checker of its own is computed once more.

Frames that turn with the students leave the spectrum as it is in Cartesian coordinates. With
students n_i = √q_i at angles φ_i, teachers √p_j at ψ_j, K the dual kernel of |·| at the angle
between two lines, and for f = K, K', K''

    [f]_i = Σ_j q_j f(φ_i − φ_j) − p_j f(φ_i − ψ_j),  without the student itself if f = K'',

the closed form of THEORY §2 has the blocks (i, i): [4q_i + 2[K], [K']; [K'], [K''] + 2[K]]_i and,
at φ_i − φ_j, (i, j): n_i·n_j·[4K, −2K'; 2K', −K'']. For m = r a student and its teacher nearly
cancel in [f], so the mean value theorem takes their difference before intervals are taken.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import iv

from lcnn_verify.evidence.documents import Rejected, rational, readable
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.intervals import Matrix, Vector, inertia, midpoints, working_bits
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.proofs.interval_energy import Energy

_BITS = 120
_LOOSER = 10.0  # how far λ and Λ may be from the eigenvalues at V, which the radius moves them from
_CUTS = (1, 2, 4)  # into how many parts each coordinate is cut, until it is proved


def check_point(document: Mapping[str, Any]) -> None:
    """Prove that ε₁ ≤ L ≤ outer·ε₀ and ‖∇L‖ < multiple·κ·L at a certificate's ``point``.

    Raises :class:`Rejected` if that is not proved.
    """
    with working_bits(_BITS):
        readable({**document, "name": "its point"}, _check_point)


def check_near_zero_loss(document: Mapping[str, Any], lower: Any, upper: Any) -> None:
    """Prove that the bound holds down to L = 0 in the boxes [lower, upper] beside V.

    ``document`` is a region certificate, of which ``teacher``, ``students``, ``multiple`` and
    ``zero`` (``radius``, ``least``, ``most``) are read. The boxes (2m, boxes) are in coordinates of
    its chart: total mass, share of 2, mean angle, spread. Raises :class:`Rejected` with the reason.
    """
    named = {**document, "name": "the neighbourhood of V"}
    if isinstance(document["zero"], dict) and "by" in document["zero"]:
        with working_bits(_BITS):
            readable({**document, "name": "what is below ε₁"}, _check_by_theorem)
        return
    with working_bits(_BITS):
        readable(named, lambda data: _check_near_zero_loss(_Zero(data), lower, upper))


class Stated:
    """Teachers (norms, angles in radians), m students, outer·ε₀, ε₁ and multiple·κ of a document.

    Raises :class:`Rejected` or ``LookupError`` for what it cannot read, ``TypeError`` too.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        teacher, self.m = document["teacher"], document["students"]
        norms = [rational(text) for text in teacher["norms"]]
        stated = (teacher["separation"], document["multiple"], document["inner"])
        degrees, multiple, inner = map(rational, stated)
        if (len(norms), self.m) not in {(1, 1), (1, 2), (1, 3), (2, 2), (2, 3)}:
            raise Rejected(f"{self.m} students for {len(norms)} teachers")
        if not (90 * (2 - len(norms)) <= degrees <= 90 and min(*norms, degrees, multiple) > 0):
            raise Rejected(f"teachers of norms {', '.join(map(str, norms))}, {degrees}° apart")
        gap, squares = _interval(degrees / 180) * iv.pi, sum(norm**2 for norm in norms)
        self.norms = [_interval(norm) for norm in norms]
        self.angles = [gap / 2, -gap / 2] if len(norms) == 2 else [iv.mpf(0)]
        merged = 1 + kernels(gap)[0] - 2 * kernels(gap / 2)[0] ** 2
        threshold = _interval(min(norms) ** 4 / (8 * len(norms))) * merged
        self.outer = _interval(rational(document.get("outer", "1")))
        self.level = threshold * self.outer
        self.inner = threshold * _interval(inner)
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


def _check_point(document: Mapping[str, Any]) -> None:
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
        raise Rejected("its loss is not proved to lie between the levels")
    if not square.b < ((stated.rate * loss) ** 2).a:
        raise Rejected("its gradient is not proved to be smaller than multiple·κ·L")


def _check_by_theorem(document: Mapping[str, Any]) -> None:
    """With y = √(πε₁) and p = ‖v‖², all times p²: 2(7p/10 − √2y) ≥ multiple·√(√3yp + …)."""
    stated, zero = Stated(document), document["zero"]
    if zero != {"by": "zgj.fact.one-teacher"}:
        raise Rejected(f"{zero} is no theorem on what is below ε₁")
    if len(stated.norms) != 1:
        raise Rejected(f"the theorem is of one teacher, not of {len(stated.norms)}")
    p, y, three = stated.norms[0] ** 2, iv.sqrt(iv.pi * stated.inner), iv.sqrt(3)
    wide = p**2 * three * y + p * (1 + three) * y**2 / 2 + y**3 / 2
    left = 2 * (iv.mpf(7) * p / 10 - iv.sqrt(2) * y) * iv.sqrt(p)
    if not left.a >= (stated.rate * stated.norms[0] * iv.sqrt(wide)).b:
        raise Rejected("ε₁ is too high for this multiple of κ")


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


def _check_near_zero_loss(zero: _Zero, lower: Any, upper: Any) -> None:
    _demand_inside(zero, np.asarray(lower, dtype=float), np.asarray(upper, dtype=float))
    for sign, bound, side in ((1, zero.least, "least"), (-1, zero.most, "most")):
        if not any(_beyond(zero, sign, bound, cuts) for cuts in _CUTS):
            raise Rejected(f"the {side} eigenvalue within {zero.radius!r} is not proved {bound!r}")
    still = [iv.mpf(0)] * zero.m
    at_V = hessian([norm**2 for norm in zero.norms], zero.angles, still, still)
    curvature = np.linalg.eigvalsh(midpoints(at_V))
    if not (zero.least * _LOOSER >= curvature[0] and zero.most <= _LOOSER * curvature[-1]):
        raise Rejected(f"least {zero.least!r} and most {zero.most!r} say too little")
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
                    f"excluded box {box} reaches {number(float(far.b), 6)} from teacher {i + 1}, "
                    f"beyond the radius {zero.radius!r}"
                )


def _beyond(zero: _Zero, sign: int, bound: float, cuts: int) -> bool:
    """Whether sign·(∇²L − bound·I) is positive definite, proved on every piece."""
    with suppress(Rejected, NotProved):
        for matrix in zero.pieces(cuts):
            for k, row in enumerate(matrix):
                row[k] -= bound
            shifted = [[sign * entry for entry in row] for row in matrix]
            if inertia(shifted)[2] < len(shifted):
                return False
        return True
    return False


def hessian(
    masses: Sequence[Any], angles: Sequence[Any], excess: Sequence[Any], turn: Sequence[Any]
) -> Matrix:
    """∂²L/∂W² over all students with q_i − p_i in ``excess`` and φ_i − ψ_i in ``turn``.

    ``masses`` p_i and ``angles`` ψ_i (radians) are of as many teachers. Row 2i is along student i,
    2i + 1 across it. Raises :class:`Rejected` where one may vanish or two may lie on one line.
    """
    q = [p + more for p, more in zip(masses, excess, strict=True)]
    if not all(mass.a > 0 for mass in q):
        raise Rejected("a student may vanish")
    matrix = [[iv.mpf(0)] * (2 * len(q)) for _ in q for _ in range(2)]
    for i, (p, t) in enumerate(zip(masses, turn, strict=True)):
        own = kernels(abs(t))
        # Of student and teacher: 0 ≤ 1 − K(t) ≤ t²/2, for −1 ≤ K'' ≤ 1, and K' is odd.
        field, bend = excess[i] + p * t**2 / 2 * iv.mpf([0, 1]), -p * own[2]
        pull = p * (1 - 2 * abs(t) / iv.pi) * iv.sin(t)
        for j in range(len(q)):
            if i == j:
                continue
            side, gap = (1 if i < j else -1), angles[i] + t - angles[j]
            K = _between(side, gap - turn[j])
            mean = _between(side, gap - turn[j] * iv.mpf([0, 1]))
            terms = [excess[j] * K[k] - masses[j] * turn[j] * mean[k + 1] for k in range(3)]
            field, pull, bend = field + terms[0], pull + terms[1], bend + terms[2]
            lever = iv.sqrt(q[i] * q[j])
            for k, row in enumerate([[4 * K[0], -2 * K[1]], [2 * K[1], -K[2]]]):
                matrix[2 * i + k][2 * j : 2 * j + 2] = [lever * entry for entry in row]
        for k, row in enumerate([[4 * q[i] + 2 * field, pull], [pull, bend + 2 * field]]):
            matrix[2 * i + k][2 * i : 2 * i + 2] = row
    return matrix


def _between(side: int, gap: Any) -> list[Any]:
    """The kernels at an angle whose sign is ``side``."""
    theta = side * gap
    if not (theta.a > 0 and theta.b < iv.pi.a):
        raise Rejected("two students may lie on one line, or out of order")
    K = kernels(theta)
    return [K[0], side * K[1], K[2], side * K[3]]


def kernels(theta: Any) -> list[Any]:
    """K, K', K'', K''' at an angle in [0, π]; K and K'' are even, the others odd."""
    s, c, rest = iv.sin(theta), iv.cos(theta), 1 - 2 * theta / iv.pi
    return [2 * s / iv.pi + rest * c, -rest * s, 2 * s / iv.pi - rest * c, 4 * c / iv.pi + rest * s]
