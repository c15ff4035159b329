"""A second proof of a certified critical point, sharing nothing with the first but the statement.

The arithmetic is mpmath's intervals, not Arb. The derivatives come from another form of the loss,
in x = ‖a‖², y = a·b, z = ‖b‖² and ‖a ∧ b‖, without units or cosines. Signs of eigenvalues come from
interval LDLᵀ, not from discs.
Nothing here is imported from the prover, or from ``enclosure``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.evidence.hooks import Checker
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.intervals import (
    Matrix,
    Vector,
    direction,
    dot,
    inertia,
    midpoints,
    wedge,
    working_bits,
)
from lcnn_verify.packs.zgj.proofs.catalogue import each
from lcnn_verify.packs.zgj.proofs.interval_energy import Energy, kernel

_BITS = 150
_LOOSER = 4.0
"""How far an interval may exceed the second proof's, in widths of it, and in ulps."""


def check_point(data: Mapping[str, Any]) -> str:
    """Prove once more what one entry of a critical-points certificate states; says it in words.

    ``data`` is ``CriticalPoint.to_json()``. Raises :class:`Rejected` or :class:`NotProved` when the
    boxes do not contract, the loss, the threshold or an inertia is not as stated, or stated too
    widely, and whatever comes of an entry that cannot be read.
    """
    with working_bits(_BITS):
        point = _Point(data)
        _check(point)
    level, cap, (r, d) = point.loss[0], point.threshold, np.shape(data["teachers"]["lower"])
    kind = "a saddle" if point.full[0] else "a spurious minimum"
    beside = f", ε₀/L ≈ {number(cap[1] / level, 3)}" if cap else ""
    return f"{kind} of m = {sum(point.copies)}, r = {r}, d = {d} at L ≈ {number(level)}{beside}"


class _Point:
    """An entry of the certificate, read strictly."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        power = {"tied": 2, "unit": 1}[data["model"]["readout"]]
        weights = {"abs": (1.0, 0.0), "relu": (0.25, 0.25)}[data["model"]["activation"]]
        self.energy = Energy(power, *weights)
        lower, upper = (np.array(data["teachers"][end], dtype=float) for end in ("lower", "upper"))
        self.center = np.array(data["students"], dtype=float)
        if lower.shape != upper.shape or lower.ndim != 2 or not (lower <= upper).all():
            raise Rejected("the teachers are no box")
        if self.center.ndim != 2 or self.center.shape[1] != lower.shape[1]:
            raise Rejected("the students do not fit the teachers")
        self.teachers = [
            [iv.mpf([low, high]) for low, high in zip(*rows, strict=True)]
            for rows in zip(lower.tolist(), upper.tolist(), strict=True)
        ]
        self.radius, self.unique = float(data["radius"]), float(data["unique_within"])
        self.copies = data["copies"]
        self.planes = [tuple(plane) for plane in data["rotations"]]
        self.fixed = [tuple(place) for place in data["fixed"]]
        p, d = self.center.shape
        self.free = [i for i in range(p * d) if divmod(i, d) not in self.fixed]
        self.loss, self.threshold = data["loss"], data["threshold"]
        self.reduced, self.full = data["reduced"], data["full"]
        if len(self.copies) != p or min(self.copies) < 1:
            raise Rejected("copies do not fit the students")
        if max(self.copies) > 1 and power != 2:
            raise Rejected("copies of a unit-readout neuron are not covered")
        if len(self.planes) > 1 or len(self.fixed) != len(self.planes):
            raise Rejected("at most one rotation is covered, with one fixed coordinate")
        for i, j in self.planes:
            if not 0 <= min(i, j) < max(i, j) < d:
                raise Rejected(f"coordinates {i} and {j} span no plane")
        for row, column in itertools.product(range(len(lower)), sum(self.planes, ())):
            if lower[row, column] or upper[row, column]:
                raise Rejected("a rotation moves a teacher")
        for row, column in self.fixed:
            if not (0 <= row < p and 0 <= column < d) or self.center[row, column] != 0.0:
                raise Rejected(f"coordinate {column} of student {row} is not fixed at 0")

    def box(self, radius: float) -> Matrix:
        """The students within ``radius``, fixed coordinates exactly 0."""
        rows = [[iv.mpf(x) for x in row] for row in self.center.tolist()]
        for index in self.free:
            row, column = divmod(index, self.center.shape[1])
            rows[row][column] += iv.mpf([-radius, radius])
        for row, column in self.fixed:
            rows[row][column] = iv.mpf(0)
        return rows


def _check(point: _Point) -> None:
    if not 0.0 < point.radius <= point.unique:
        raise Rejected("the radii are not positive and in order")
    for radius in {point.radius, point.unique}:
        _demand_contraction(point, radius)
    students = point.box(point.radius)
    _demand_inside("loss", _loss_over(point, students), point.loss)
    if not point.loss[0] > 0.0:
        raise Rejected("the loss is not proved positive")
    matrix = point.energy.hessian(students, point.teachers)
    null = [_turned(students, plane) for plane in point.planes]
    for vector, (row, column) in zip(null, point.fixed, strict=True):
        if 0 in vector[row * point.center.shape[1] + column]:
            raise Rejected("the fixed coordinate does not pin the rotation down")
    reduced = inertia(matrix, null)
    full = list(reduced)
    d = point.center.shape[1]
    for line, copies in enumerate(point.copies):
        if copies > 1:
            w, start, whole = students[line], line * d, point.energy.alpha + point.energy.beta
            block = [[matrix[start + i][start + j] for j in range(d)] for i in range(d)]
            for i, j in itertools.product(range(d), repeat=2):
                block[i][j] -= whole * ((dot(w, w) if i == j else 0) + 3 * w[i] * w[j])
            added = inertia(block, [w])
            full = [old + (copies - 1) * new for old, new in zip(full, added, strict=True)]
    for name, got, stated in (("reduced", reduced, point.reduced), ("full", full, point.full)):
        if list(got) != list(stated):
            raise Rejected(f"the {name} inertia is {list(got)}, not {list(stated)}")
    if point.energy == Energy(2, 1.0, 0.0):
        _demand_inside("threshold", _threshold(point.teachers), point.threshold)
    elif point.threshold is not None:
        raise Rejected("ε₀ is stated for the tied |·| model only")


def _demand_contraction(point: _Point, radius: float) -> None:
    """Krawczyk: c − C·g(c) + (I − C·g'(X))(X − c) lies inside X."""
    whole = point.energy.hessian(point.box(radius), point.teachers)
    slope = [[whole[i][j] for j in point.free] for i in point.free]
    flat = [x for row in point.energy.gradient(point.box(0.0), point.teachers) for x in row]
    inverse = np.linalg.inv(midpoints(slope)).tolist()
    for i, row in enumerate(inverse):
        product = [dot(row, column) for column in zip(*slope, strict=True)]
        spread = sum((abs(int(i == j) - entry) for j, entry in enumerate(product)), iv.mpf(0))
        offset = abs(dot(row, [flat[j] for j in point.free])) + spread * radius
        if not offset.b < radius:
            raise Rejected(f"the box of half-width {number(radius, 3)} is not mapped into itself")


def _demand_inside(what: str, got: Any, stated: Sequence[float]) -> None:
    low, high = stated
    if not (low <= got.a and got.b <= high):
        raise Rejected(f"the {what} is {got}, not in [{low!r}, {high!r}]")
    if not high - low <= _LOOSER * (float(got.delta.b) + math.ulp(high)):
        raise Rejected(f"the {what} is {got}, far less wide than [{low!r}, {high!r}]")


def _loss_over(point: _Point, students: Matrix) -> Any:
    """L over the box, in mean-value form about its centre, students and teachers."""
    middle = [[iv.mpf(x.mid) for x in row] for row in (*students, *point.teachers)]
    total = point.energy.loss(middle, len(students))
    slopes = point.energy.gradient(students, point.teachers, teachers=True)
    for row, center, slope in zip((*students, *point.teachers), middle, slopes, strict=True):
        total += dot(slope, [x - c for x, c in zip(row, center, strict=True)])
    return total


def _threshold(teachers: Matrix) -> Any:
    """ε₀ = v_min⁴·M(Δ)/(8r), M = 1 + k(Δ) − 2k(Δ/2)², increasing in Δ."""
    angles = [iv.pi / 2]
    for u, v in itertools.combinations(teachers, 2):
        angles.append(direction(wedge(u, v), abs(dot(u, v))))
    low, high = (min(getattr(x, end) for x in angles) for end in ("a", "b"))
    levels = [1 + kernel(iv.mpf(t)) - 2 * kernel(iv.mpf(t) / 2) ** 2 for t in (low, high)]
    norms = [dot(v, v) for v in teachers]
    squares = [min(getattr(x, end) for x in norms) for end in ("a", "b")]
    ends = [iv.mpf(q) ** 2 * m / (8 * len(teachers)) for q, m in zip(squares, levels, strict=True)]
    return iv.mpf([ends[0].a, ends[1].b])


def _turned(students: Matrix, plane: Sequence[int]) -> Vector:
    velocity = []
    for row in students:
        moved = [iv.mpf(0)] * len(row)
        moved[plane[0]], moved[plane[1]] = -row[plane[1]], row[plane[0]]
        velocity += moved
    return velocity


CHECKER = Checker(
    each("points", check_point), Path(__file__).with_name("critical-points.schema.json")
)
