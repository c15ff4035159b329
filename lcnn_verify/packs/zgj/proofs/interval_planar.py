"""The Hessian of the loss in the plane, along and across every student, in mpmath's intervals.

Frames that turn with the students leave the spectrum as it is in Cartesian coordinates. With
students n_i = √q_i at angles φ_i, teachers √p_j at ψ_j, K the dual kernel of |·| at the angle
between two lines, and for f = K, K', K''

    [f]_i = Σ_j q_j f(φ_i − φ_j) − p_j f(φ_i − ψ_j),  without the student itself if f = K'',

the closed form of THEORY §2 has the blocks (i, i): [4q_i + 2[K], [K']; [K'], [K''] + 2[K]]_i and,
at φ_i − φ_j, (i, j): n_i·n_j·[4K, −2K'; 2K', −K'']. For m = r a student and its teacher nearly
cancel in [f], so the mean value theorem takes their difference before intervals are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.packs.zgj.proofs.interval_energy import Matrix


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
