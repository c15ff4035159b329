"""The critical points that cap a threshold: where to look for each, numerically.

Nothing here proves anything: ``critical.prove`` does. Every proved level L > 0 is one at which the
gradient vanishes, so no gradient bound holds up to it; at a local minimum convergence fails too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType

import numpy as np
from flint import arb, fmpq
from scipy.optimize import minimize

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.enclosure import Box, working_precision
from lcnn_verify.packs.zgj.model import TIED_ABS, UNIT_RELU, Model
from lcnn_verify.packs.zgj.population import gradient, hessian, loss_and_gradient
from lcnn_verify.packs.zgj.proofs.catalogue import PRECISION, Catalogue
from lcnn_verify.packs.zgj.proofs.critical.prove import Candidate, CriticalPoint, ends, prove
from lcnn_verify.packs.zgj.proofs.facts.cone_levels import LIMIT, Cones
from lcnn_verify.packs.zgj.threshold import floor_level

MERGED_DEGREES = (90, 60, 30, 6, 1)
"""Separations of the merged pairs."""

SPURIOUS_TEACHERS = np.array(
    [
        [0.6, -1.3, -0.8],
        [0.0, 0.6, 0.2],
        [0.3, 1.9, 0.3],
        [0.3, 1.0, 0.4],
        [-0.1, 0.6, -1.2],
        [-1.2, -1.0, 0.4],
    ]
)
"""Teachers for which the tied |·| loss of r = 6 students in d = 3 has a spurious local minimum.

Found among about 47 000 nondegenerate minima over r − 1 lines for random teachers (r = 3 … 8,
d = 2 … 4, coordinates rounded to 0.1): for 8 teachers a line is stable when split, none with r ≤ 5,
none in the plane; of those this one has the fewest neurons.
"""

_NEWTON_STEPS = 12
_RELU_STARTS = 64
_POSITIVE = 1e-6  # a loss above this where a descent ends is not rounding


def polished(W: FloatArray, V: FloatArray, model: Model = TIED_ABS) -> FloatArray:
    """Newton's method towards ∇L = 0 from W (p, d), least-norm where the Hessian is singular."""
    for _ in range(_NEWTON_STEPS):
        step = np.linalg.lstsq(
            hessian(W, V, model=model), gradient(W, V, model=model).ravel(), rcond=1e-9
        )[0]
        W = W - step.reshape(W.shape)
    return W


def descended(W: FloatArray, V: FloatArray, model: Model) -> tuple[float, FloatArray]:
    """The loss and the students where a quasi-Newton descent from W ends."""

    def objective(flat: FloatArray) -> tuple[float, FloatArray]:
        value, rows = loss_and_gradient(flat.reshape(W.shape), V, model=model)
        return value, rows.ravel()

    end = minimize(
        objective, W.ravel(), jac=True, method="BFGS", options={"maxiter": 2000, "gtol": 1e-9}
    )
    return float(end.fun), end.x.reshape(W.shape)


def _exactly(V: FloatArray) -> Box:
    return Box(V, V)


def _fan(degrees: Sequence[int]) -> Box:
    """A box around the unit teachers at exactly these angles in the plane."""
    with working_precision(PRECISION):
        turns = [fmpq(angle, 180) for angle in degrees]
        around = [
            [_float_ends(entry) for entry in (arb.cos_pi_fmpq(turn), arb.sin_pi_fmpq(turn))]
            for turn in turns
        ]
    lower, upper = np.moveaxis(np.array(around), 2, 0)
    return Box(lower, upper)


def _float_ends(entry: arb) -> tuple[float, float]:
    """Floats around a ball; twice the same where it is a float itself, such as cos 0."""
    middle = float(entry.mid())
    if entry.is_exact() and entry == middle:
        return middle, middle
    return ends(entry)


def _merged_pair(degrees: int) -> Candidate:
    """One line, on the bisector of two unit teachers at an angle of ``degrees`` (THEORY §3.8)."""
    teachers = _fan((0, degrees))
    half = math.radians(degrees) / 2
    mass = 2 * (2 / math.pi) * (math.sin(half) + (math.pi / 2 - half) * math.cos(half))
    students = math.sqrt(mass) * np.array([[math.cos(half), math.sin(half)]])
    return Candidate(
        f"merged-pair-{degrees}",
        f"two unit teachers {degrees}° apart, both students on their bisector",
        teachers,
        polished(students, teachers.lower),
        (2,),
    )


def _rotated_pair(name: str, copies: tuple[int, ...]) -> Candidate:
    """Orthonormal teachers, students along (e₁ ± e₂)/√2 (THEORY §4)."""
    students = 0.7 * np.array([[1.0, 1.0], [1.0, -1.0]])
    return Candidate(
        name,
        f"two orthonormal teachers, {sum(copies)} students along (e₁ ± e₂)/√2",
        _exactly(np.eye(2)),
        polished(students, np.eye(2)),
        copies,
    )


def _cones_in_three_dimensions() -> Candidate:
    """The rotated pair opened: two students about each of (e₁ ± e₂)/√2 (THEORY §4)."""
    signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
    students = np.array([[0.488, 0.488 * along, 0.146 * up] for along, up in signs])
    return Candidate(
        "cones-3d",
        "two orthonormal teachers in d = 3, two students about each of (e₁ ± e₂)/√2",
        _exactly(np.eye(2, 3)),
        polished(students, np.eye(2, 3)),
        (1, 1, 1, 1),
    )


def _cones_in_four_dimensions() -> Candidate:
    """Three students about (e₁ + e₂)/√2 and two about (e₁ − e₂)/√2 (THEORY §4)."""
    students = np.array(
        [
            [0.38, 0.38, 0.14, 0.0],
            [0.404, 0.404, -0.066, 0.151],
            [0.404, 0.404, -0.066, -0.151],
            [0.484, -0.484, 0.143, 0.0],
            [0.484, -0.484, -0.143, 0.0],
        ]
    )
    students = polished(students, np.eye(2, 4))
    students[0, 3] = 0.0  # rounding has left it near 0
    return Candidate(
        "cones-4d",
        "two orthonormal teachers in d = 4, three and two students about (e₁ ± e₂)/√2",
        _exactly(np.eye(2, 4)),
        students,
        (1, 1, 1, 1, 1),
        rotations=((2, 3),),
        fixed=((0, 3),),
    )


def cones(opened: Cones, directions: FloatArray) -> FloatArray:
    """Students of a critical point beside the teachers e₁, e₂ of R^d (THEORY §3.9).

    Two cones about (e₁ ± e₂)/√2 that the ``directions`` (n, d − 2) open, unit vectors each with its
    opposite or vertices of a regular simplex, at the masses and half-angles of ``opened``; to
    within rounding.
    """
    rows = []
    for mass, along, across in opened.lines():
        size = math.sqrt(float(mass) / len(directions))
        for side in (1.0, -1.0):
            middle = np.array([1.0, side]) * float(along) / math.sqrt(2.0)
            middles = np.tile(middle, (len(directions), 1))
            rows.append(size * np.hstack((middles, float(across) * directions)))
    return polished(np.vstack(rows), np.eye(2, 2 + directions.shape[1]))


def polytope(d: int) -> FloatArray:
    """Unit vectors of R^{d−2}: ±1 for d = 3, a regular hexagon for d = 4, an icosahedron for 5."""
    if d == 3:
        return np.array([[1.0], [-1.0]])
    if d == 4:
        turns = np.arange(6) * math.pi / 3.0
        return np.stack((np.cos(turns), np.sin(turns)), axis=1)
    golden = (1.0 + math.sqrt(5.0)) / 2.0
    corners = np.array([(0.0, a, b * golden) for a in (1, -1) for b in (1, -1)])
    return np.vstack([np.roll(corners, turn, axis=1) for turn in range(3)]) / math.hypot(1, golden)


@cache  # polishing costs more than all that is then asked of such a point
def axes_cones(d: int) -> FloatArray:
    """The 4(d − 2) students of :func:`cones` that ± the axes of R^{d−2} open, d ≥ 3."""
    return cones(LIMIT, np.vstack((np.eye(d - 2), -np.eye(d - 2))))


def simplex_cones(d: int) -> FloatArray:
    """The 2(d − 1) students of :func:`cones` that a regular simplex of R^{d−2} opens, d ≥ 3."""
    centred = np.eye(d - 1) - 1.0 / (d - 1)
    vertices = centred @ np.linalg.svd(centred)[2][:-1].T
    return cones(LIMIT, vertices / np.linalg.norm(vertices, axis=1, keepdims=True))


def _floor(name: str, teachers_are: str, teachers: Box) -> Candidate:
    """The best students on two lines for three teachers, the first line split (THEORY §3.8)."""
    students = floor_level(teachers.lower).W
    return Candidate(
        name,
        f"{teachers_are}, three students on the best two lines",
        teachers,
        polished(students, teachers.lower),
        (2, 1),
    )


def _spurious_abs() -> Candidate:
    """The best five lines for six teachers, the line split that is stable against it."""
    V = SPURIOUS_TEACHERS
    students = polished(floor_level(V).W, V)
    curvature, d = hessian(students, V), V.shape[1]
    least = []
    for line, w in enumerate(students):
        block = curvature[line * d : (line + 1) * d, line * d : (line + 1) * d]
        across = block - (w @ w) * np.eye(d) - 3.0 * np.outer(w, w)
        tangent = np.linalg.svd(w[None, :])[2][1:]
        least.append(float(np.linalg.eigvalsh(tangent @ across @ tangent.T)[0]))
    copies = [1] * len(students)
    copies[int(np.argmax(least))] = 2
    return Candidate(
        "spurious-abs",
        "six teachers in d = 3, six students on the best five lines",
        _exactly(V),
        students,
        tuple(copies),
    )


def _spurious_relu() -> Candidate:
    """Six orthonormal teachers, ReLU with unit readout: random starts until one gets stuck.

    Source: Safran and Shamir, ICML 2018, arXiv:1712.08968.
    """
    V = np.eye(6)
    for start in range(_RELU_STARTS):
        W = np.random.default_rng(start).standard_normal(V.shape) / math.sqrt(len(V))
        value, W = descended(W, V, UNIT_RELU)
        if value > _POSITIVE:
            return Candidate(
                "spurious-relu",
                "ReLU with unit readout, six orthonormal teachers, six students",
                _exactly(V),
                polished(W, V, UNIT_RELU),
                (1,) * len(V),
                model=UNIT_RELU,
            )
    raise NotProved(f"spurious-relu: none of {_RELU_STARTS} descents ended at a positive loss")


CANDIDATES: Mapping[str, Callable[[], Candidate]] = MappingProxyType(
    {f"merged-pair-{degrees}": partial(_merged_pair, degrees) for degrees in MERGED_DEGREES}
    | {
        "rotated-pair": partial(_rotated_pair, "rotated-pair", (1, 1)),
        "rotated-pair-split": partial(_rotated_pair, "rotated-pair-split", (2, 2)),
        "cones-3d": _cones_in_three_dimensions,
        "cones-4d": _cones_in_four_dimensions,
        "floor-fan": partial(_floor, "floor-fan", "three teachers 60° apart", _fan((0, 60, 120))),
        "floor-orthonormal": partial(
            _floor, "floor-orthonormal", "three orthonormal teachers", _exactly(np.eye(3))
        ),
        "spurious-abs": _spurious_abs,
        "spurious-relu": _spurious_relu,
    }
)
"""Name → a function that looks for the point. A name says which teachers and which students.

It raises :class:`NotProved` if the search ends without one.
"""


def _prove(name: str) -> CriticalPoint:
    return prove(CANDIDATES[name]())


POINTS: Catalogue[CriticalPoint] = Catalogue(
    "zgj.critical-points", "points", {name: partial(_prove, name) for name in CANDIDATES}
)
"""The proofs of the critical points."""
