"""The signed family of students and teachers in mpmath, and the natural scales of rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import Model


@dataclass(frozen=True, slots=True)
class PreciseFamily:
    """The signed family of THEORY §2 at the precision in force when it was built.

    With n = m + r rows, students first: ``norms`` ‖a‖, ``units`` â (zeros for a zero neuron),
    ``masses`` ‖a‖^p, and ``charges`` c_a·‖a‖^p with c = +1 for students, −1 for teachers. ``first``
    is the first row that holds the same neuron: clones share what is computed.
    """

    norms: list[Any]
    units: list[list[Any]]
    masses: list[Any]
    charges: list[Any]
    students: int
    first: list[int]

    def present(self) -> list[int]:
        """The rows of the neurons whose mass is not 0."""
        return [row for row, charge in enumerate(self.charges) if charge]

    def cosine(self, i: int, b: int) -> Any:
        """The cosine of the neurons at rows i and b; 0 where one is zero."""
        return mpmath.fdot(self.units[i], self.units[b])


def precise_family(W: FloatArray, V: FloatArray, model: Model) -> PreciseFamily:
    """Build the signed family of trusted W (m, d) and V (r, d), each float taken exactly."""
    rows = [tuple(row) for row in (*W.tolist(), *V.tolist())]
    places: dict[tuple[float, ...], int] = {}
    first = [places.setdefault(row, index) for index, row in enumerate(rows)]
    neurons = {}
    for row, index in places.items():
        exact = [mpmath.mpf(entry) for entry in row]
        norm = mpmath.sqrt(mpmath.fdot(exact, exact))
        unit = [entry / norm for entry in exact] if norm else exact
        neurons[index] = norm, unit, norm**model.mass_power
    norms, units, masses = map(list, zip(*(neurons[index] for index in first), strict=True))
    charges = [*masses[: len(W)], *(-mass for mass in masses[len(W) :])]
    return PreciseFamily(norms, units, masses, charges, len(W), first)


def total_mass(W: FloatArray, V: FloatArray, model: Model) -> Any:
    """Σ mass over students and teachers, to 15 digits or more: the natural scale of rounding."""
    with mpmath.workdps(30):
        return mpmath.fsum(precise_family(W, V, model).masses)


def loss_scale(W: FloatArray, V: FloatArray, model: Model) -> Any:
    """(Σ mass)², the scale of the loss contract."""
    with mpmath.workdps(30):
        return total_mass(W, V, model) ** 2
