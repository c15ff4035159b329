"""Certified critical points of the population loss: existence, uniqueness, level and inertia.

Symmetries are factored out first. Splitting: a point is given by its distinct lines, each with all
its mass, and by the number of equal copies each line is split into. Rotations that fix every
teacher: a plane for each, and a coordinate that it turns to 0. What is left is a point in R^{p·d}
that Krawczyk's operator can isolate.

Splitting (tied readout). A line w in n copies of masses p_s·‖w‖²: along √p_s·δ the n-copy loss is
the p-line loss; across that, L'' is A = ∂²_w L − E[Dφ Dφᵀ], n − 1 times, for φ(w) = ‖w‖σ(w·x) is
2-homogeneous. A = ∂²_w⟨f_W − f*, φ(w)⟩ sends w to ∇_w L = 0: splitting moves nothing. So

    inertia(full) = inertia(reduced) + Σ_l (n_l − 1)·inertia(A_l).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, arb_mat

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.inertia import Inertia, inertia
from lcnn_verify.numerics.krawczyk import NotProved, Vector, unique_zero
from lcnn_verify.packs.zgj import enclosure
from lcnn_verify.packs.zgj.enclosure import Box
from lcnn_verify.packs.zgj.enclosure.boxes import as_balls, may_vanish
from lcnn_verify.packs.zgj.enclosure.forms import gradient_over, hessian_over
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, as_model, as_weights
from lcnn_verify.packs.zgj.proofs.catalogue import PRECISION


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Where a critical point is suspected.

    ``teachers`` is a box of V (r, d), so that irrational teachers are inside; the proof is for
    every V in it. ``students`` (p, d) are distinct lines, approximate; ``copies`` (p,) says how
    many equal neurons each is split into. Each plane (i, j) of ``rotations`` is one whose
    rotations fix all teachers, and coordinate (row, column) of ``fixed`` stays 0 instead.
    """

    name: str
    title: str
    teachers: Box
    students: FloatArray
    copies: tuple[int, ...]
    model: Model = TIED_ABS
    rotations: tuple[tuple[int, int], ...] = ()
    fixed: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        as_model(self.model)
        students = as_weights("students", self.students)
        object.__setattr__(self, "students", students)
        if len(self.copies) != len(students) or min(self.copies) < 1:
            got, wanted = repr(self.copies), f"{len(students)} positive counts, one a line"
            raise InputError("copies", got, wanted)
        if self.model.readout == "unit" and max(self.copies) > 1:
            raise InputError("copies", repr(self.copies), "1 each with unit readout")
        if len(self.rotations) != len(self.fixed):
            raise InputError("fixed", f"{len(self.fixed)} coordinates", "one for each rotation")
        if any(students[place] != 0.0 for place in self.fixed):
            raise InputError("fixed", "a coordinate that is not 0", "coordinates that are 0")
        for i, j in self.rotations:
            turned = [*self.teachers.lower[:, [i, j]].flat, *self.teachers.upper[:, [i, j]].flat]
            if any(turned):
                raise InputError("rotations", f"({i}, {j})", "planes across all teachers")


@dataclass(frozen=True, slots=True, eq=False)
class CriticalPoint:
    """A proved critical point: for every V in ``candidate.teachers`` there is exactly one.

    In the coordinates not fixed, exactly one critical point of the p-line loss lies within
    ``unique_within`` of ``center`` (p, d), and it is within ``radius``. Its loss is in ``loss``
    (low, high), outward rounded. ``reduced`` is the inertia of the p-line Hessian and ``full`` that
    of the m-neuron Hessian, m = Σ copies; zero eigenvalues come from symmetry only.
    ``threshold`` encloses ε₀(V) (tied |·|): the loss caps every admissible threshold.
    """

    candidate: Candidate
    center: FloatArray
    radius: float
    unique_within: float
    loss: tuple[float, float]
    reduced: Inertia
    full: Inertia
    threshold: tuple[float, float] | None = None

    @property
    def title(self) -> str:
        """Which networks it is about."""
        return self.candidate.title

    def to_json(self) -> dict[str, Any]:
        """All that a checker needs to prove it once more."""
        which = self.candidate
        return {
            "name": which.name,
            "model": {"activation": which.model.activation, "readout": which.model.readout},
            "teachers": {
                "lower": which.teachers.lower.tolist(),
                "upper": which.teachers.upper.tolist(),
            },
            "students": self.center.tolist(),
            "radius": self.radius,
            "unique_within": self.unique_within,
            "copies": list(which.copies),
            "rotations": [list(plane) for plane in which.rotations],
            "fixed": [list(place) for place in which.fixed],
            "loss": list(self.loss),
            "reduced": [self.reduced.negative, self.reduced.zero, self.reduced.positive],
            "full": [self.full.negative, self.full.zero, self.full.positive],
            "threshold": None if self.threshold is None else list(self.threshold),
        }


def prove(candidate: Candidate) -> CriticalPoint:
    """Prove that there is a critical point where ``candidate`` says, and what it is.

    Raises :class:`NotProved` when no box about the students contracts, when the loss is not
    proved positive, or when an eigenvalue's sign stays open. Source: THEORY §3 (splitting), §4.
    """
    shape = candidate.students.shape
    free = [
        (row, column)
        for row in range(shape[0])
        for column in range(shape[1])
        if (row, column) not in candidate.fixed
    ]
    flat = [row * shape[1] + column for row, column in free]
    with working_precision(PRECISION):
        teachers = as_balls("V", candidate.teachers)

    def students(entries: Sequence[arb]) -> list[Vector]:
        rows = [[arb(0)] * shape[1] for _ in range(shape[0])]
        for (row, column), entry in zip(free, entries, strict=True):
            rows[row][column] = entry
        return rows

    def slope(entries: Vector) -> Vector:
        rows = gradient_over(students(entries), teachers, candidate.model)
        return [rows[row][column] for row, column in free]

    def curvature(entries: Vector) -> arb_mat:
        matrix = hessian_over(_nonzero(students(entries)), teachers, candidate.model)
        return arb_mat([[matrix[i][j] for j in flat] for i in flat])

    guess = candidate.students.ravel()[flat]
    zero = unique_zero(slope, curvature, guess, precision=PRECISION)
    with working_precision(PRECISION):
        rows = students([balls.widened(arb(x), arb(zero.radius)) for x in zero.center])
        _demand_transversal(candidate, rows)
        loss = ends(enclosure.loss(rows, teachers, precision=PRECISION, model=candidate.model))
        if not loss[0] > 0.0:
            raise NotProved(
                f"{candidate.name}: the loss is in [{number(loss[0], 3)}, {number(loss[1], 3)}]"
            )
        matrix = arb_mat(hessian_over(rows, teachers, candidate.model))
        reduced = inertia(matrix, [_turned(rows, plane) for plane in candidate.rotations])
        full = reduced
        for line, copies in enumerate(candidate.copies):
            if copies > 1:
                block = split_curvature(matrix, rows, line, candidate.model)
                full += (copies - 1) * inertia(block, [rows[line]])
    threshold = None
    if candidate.model == TIED_ABS:
        threshold = ends(enclosure.loss_threshold(teachers, precision=PRECISION))
    center = np.zeros(shape)
    center.flat[flat] = zero.center
    return CriticalPoint(
        candidate, center, zero.radius, zero.unique_within, loss, reduced, full, threshold
    )


def split_curvature(matrix: arb_mat, rows: Sequence[Vector], line: int, model: Model) -> arb_mat:
    """A = ∂²_w L − E[Dφ Dφᵀ] (d, d) of one line: the Hessian across its copies' common motion.

    E[Dφ Dφᵀ] = K(1)·(‖w‖²I + 3wwᵀ), for Dφ[δ] = ‖w‖(2(û·δ)σ(û·x)) along û and ‖w‖σ'(û·x)(δ·x)
    across it; tied readout.
    """
    w, d = rows[line], len(rows[line])
    whole, start = sum(model.kernel_weights), line * d
    square = balls.norm_squared(w)
    return arb_mat(
        [
            [
                matrix[start + i, start + j] - whole * ((square if i == j else 0) + 3 * w[i] * w[j])
                for j in range(d)
            ]
            for i in range(d)
        ]
    )


def _turned(rows: Sequence[Vector], plane: tuple[int, int]) -> Vector:
    """The velocity of all students under the rotation of a plane: a null vector of the Hessian."""
    i, j = plane
    velocity = []
    for row in rows:
        moved = [arb(0)] * len(row)
        moved[i], moved[j] = -row[j], row[i]
        velocity += moved
    return velocity


def _demand_transversal(candidate: Candidate, rows: Sequence[Vector]) -> None:
    """Check that rotations move the fixed coordinates independently.

    Then a zero of the gradient in the other coordinates is one in all: ∇L is orthogonal to each
    rotation's velocity T, so Σ ∇L_f·T_f = 0 over the fixed coordinates f forces ∇L_f = 0.
    """
    if not candidate.fixed:
        return
    d = len(rows[0])
    velocities = [_turned(rows, plane) for plane in candidate.rotations]
    matrix = arb_mat([[v[row * d + column] for row, column in candidate.fixed] for v in velocities])
    if 0 in matrix.det():
        raise NotProved(f"{candidate.name}: the fixed coordinates do not pin the rotations down")


def _nonzero(rows: list[Vector]) -> list[Vector]:
    if any(may_vanish(row) for row in rows):
        raise NotProved("the box holds a zero student, where there is no Hessian")
    return rows


def ends(value: arb) -> tuple[float, float]:
    """A ball's end points as floats, rounded outward."""
    low, high = float(value.lower()), float(value.upper())
    return float(np.nextafter(low, -np.inf)), float(np.nextafter(high, np.inf))
