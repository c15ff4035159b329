"""What makes an oracle's value count: enough digits, and two precisions that agree."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import mpmath

from lcnn_verify.model import FloatArray, InputError, Model, as_model


class OracleError(RuntimeError):
    """Two computations of one number disagree beyond the contract; says which and by how much."""


@dataclass(frozen=True, slots=True)
class PreciseFamily:
    """The signed family of THEORY §2 at the precision in force when it was built.

    With n = m + r rows, students first: ``norms`` ‖a‖, ``units`` â (zeros for a zero neuron),
    ``masses`` ‖a‖^p, and ``charges`` c_a·‖a‖^p with c = +1 for students, −1 for teachers.
    """

    norms: list[Any]
    units: list[list[Any]]
    masses: list[Any]
    charges: list[Any]
    students: int


def precise_family(W: FloatArray, V: FloatArray, model: Model) -> PreciseFamily:
    """Build the signed family of trusted W (m, d) and V (r, d), each float taken exactly.

    Raises ``InputError`` if ``model`` is no :class:`Model`.
    """
    as_model(model)
    norms, units, masses, charges = [], [], [], []
    for index, row in enumerate([*W.tolist(), *V.tolist()]):
        exact = [mpmath.mpf(entry) for entry in row]
        norm = mpmath.sqrt(mpmath.fdot(exact, exact))
        norms.append(norm)
        units.append([entry / norm for entry in exact] if norm else exact)
        masses.append(norm**model.mass_power)
        charges.append(masses[-1] if index < len(W) else -masses[-1])
    return PreciseFamily(norms, units, masses, charges, len(W))


def total_mass(W: FloatArray, V: FloatArray, model: Model) -> Any:
    """Σ mass over students and teachers, to 15 digits or more: the natural scale of rounding."""
    with mpmath.workdps(30):
        return mpmath.fsum(precise_family(W, V, model).masses)


def loss_scale(W: FloatArray, V: FloatArray, model: Model) -> Any:
    """(Σ mass)², the scale of the loss contract."""
    with mpmath.workdps(30):
        return total_mass(W, V, model) ** 2


def check_dps(dps: int) -> int:
    """Return ``dps`` if it is an int ≥ 5, else raise :class:`InputError`."""
    if isinstance(dps, bool) or not isinstance(dps, numbers.Integral) or dps < 5:
        raise InputError("dps", repr(dps), "an integer number of decimal digits, at least 5")
    return int(dps)


def tolerance(dps: int, value: Any, scale: Any) -> Any:
    """The contract: 10^-(dps-5) · max(|value|, 10^-dps · scale)."""
    ten = mpmath.mpf(10)
    return ten ** (5 - dps) * max(abs(value), scale * ten**-dps)


def agreed(name: str, compute: Callable[[], Any], dps: int, scale: Any) -> Any:
    """Run ``compute`` at two precisions, demand agreement within the contract, keep the finer.

    ``compute`` returns an mpmath real or a list of them, compared in Euclidean norm. Raises
    :class:`OracleError` naming ``name`` when they disagree, :class:`InputError` on a bad ``dps``.
    """
    dps = check_dps(dps)
    with mpmath.workdps(2 * dps + 20):
        coarse = compute()
    with mpmath.workdps(5 * dps // 2 + 30):
        fine = compute()
        gap = _norm(a - b for a, b in zip(_listed(coarse), _listed(fine), strict=True))
        allowed = tolerance(dps, _norm(_listed(fine)), scale)
        if not gap <= allowed:  # "not ≤" so that a NaN disagrees too
            raise OracleError(
                f"{name}: computed with {2 * dps + 20} and {5 * dps // 2 + 30} digits differs by "
                f"{mpmath.nstr(gap, 3)}, allowed {mpmath.nstr(allowed, 3)}"
            )
    return fine


def nonnegative(name: str, value: Any, dps: int, scale: Any) -> Any:
    """``value``, which in exact arithmetic is ≥ 0: rounding below 0 becomes 0.

    Raises :class:`OracleError` when it is negative beyond the contract: the formula is wrong then.
    """
    if value >= 0:
        return value
    if -value > tolerance(dps, mpmath.mpf(0), scale):
        raise OracleError(f"{name}: computed {mpmath.nstr(value, 5)}, but it cannot be negative")
    return mpmath.mpf(0)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _norm(values: Iterable[Any]) -> Any:
    return mpmath.sqrt(mpmath.fsum(values, squared=True))
