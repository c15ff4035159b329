"""What makes an oracle's value count: enough digits, and two precisions that agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import mpmath

from lcnn_verify.numerics.options import integer


class OracleError(RuntimeError):
    """Two computations of one number disagree beyond the contract; says which and by how much."""


def check_dps(dps: int) -> int:
    """Return ``dps`` if it is an int ≥ 5, else raise :class:`InputError`."""
    return integer("dps", dps, 5, wanted="an integer number of decimal digits, at least 5")


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
