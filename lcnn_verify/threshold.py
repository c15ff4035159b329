"""The merged-teacher level M(Δ), the loss threshold ε₀(V) and the rate κ(V), in float64.

All for the tied |·| model (THEORY §4: working constants, calibrated and not derived).
"""

from __future__ import annotations

import math
import sys

from numpy.typing import ArrayLike

from lcnn_verify.geometry import closest_pair
from lcnn_verify.model import InputError, as_weights
from lcnn_verify.oracle.teacher import coincident, reject_zero_rows

MERGED_LEVEL_RELATIVE_ERROR = 8 * 2.0**-52
"""Relative error bound of :func:`merged_level`, its argument taken as exact."""

THRESHOLD_RELATIVE_ERROR = 24 * 2.0**-52
"""Relative error bound of :func:`loss_threshold`, the separation's error included."""

KAPPA_RELATIVE_ERROR = 4 * 2.0**-52
"""Relative error bound of :func:`kappa`."""

# c(θ)/θ³ = (2/π)(sin θ − θ cos θ)/θ³ in powers of θ²; the 13th term is below 1e-21 at π/2.
_SERIES = tuple(
    (-1) ** (k + 1) * 4 * k / (math.pi * math.factorial(2 * k + 1)) for k in range(1, 14)
)


def merged_level(delta: float) -> float:
    """M(Δ) = 1 + k(Δ) − 2k(Δ/2)², the loss at which two unit teachers are merged into one student.

    ``delta`` in radians, 0 < Δ ≤ π/2; the result has relative error ≤
    :data:`MERGED_LEVEL_RELATIVE_ERROR`: nothing cancels in M/Δ³ = h(Δ) − ½cos(Δ/2)h(Δ/2) −
    Δ³h(Δ/2)²/32 with h(θ) = c(θ)/θ³, which is THEORY §7's form divided through. Raises
    :class:`InputError` outside the range or where M underflows (Δ < 6e-103).
    """
    try:
        angle = float(delta)
    except (TypeError, ValueError):
        raise InputError("delta", repr(delta), "an angle in (0, π/2]") from None
    if isinstance(delta, bool | str) or not 0.0 < angle <= math.pi / 2:
        raise InputError("delta", repr(delta), "an angle in (0, π/2]")
    mantissa, exponent = math.frexp(angle)
    level = _fitting(_shape(angle) * mantissa**3, 3 * exponent)
    if level is None:
        raise InputError("delta", repr(delta), "an angle whose M(Δ) ~ Δ³/(3π) fits float64")
    return level


def loss_threshold(V: ArrayLike) -> float:
    """ε₀(V) = v_min⁴·M(Δ)/(8r), in units of length⁴, for teachers V (r, d) (THEORY §4).

    Relative error ≤ :data:`THRESHOLD_RELATIVE_ERROR`. Raises :class:`InputError` naming a zero row
    or two coincident teachers, or when ε₀ is too small for a normal float64; ``OverflowError``
    when it is too large.
    """
    teachers = as_weights("V", V)
    delta, pair = closest_pair(teachers)
    if delta == 0.0:
        raise coincident("V", pair)
    power, norm = min(_norm(row) for row in teachers.tolist())
    mantissa, exponent = math.frexp(delta)
    scaled = _shape(delta) * mantissa**3 * norm**4 / (8 * len(teachers))
    value = _fitting(scaled, 3 * exponent + 4 * power)
    if value is None:
        got = f"v_min ≈ {norm:.3g}·2^{power} and separation Δ ≈ {delta:.3g}"
        raise InputError("V", got, "teachers whose threshold ε₀ does not underflow float64")
    return value


def kappa(V: ArrayLike) -> float:
    """κ(V) = 1/‖V‖_F, in 1/length, with relative error ≤ :data:`KAPPA_RELATIVE_ERROR` (THEORY §4).

    Raises :class:`InputError` naming the row of a zero teacher, or when κ is too small for a normal
    float64; ``OverflowError`` when it is too large.
    """
    teachers = as_weights("V", V)
    reject_zero_rows("V", teachers)
    power, norm = _norm(teachers.ravel().tolist())
    value = _fitting(1.0 / norm, -power)
    if value is None:
        raise InputError("V", f"a norm of about 2^{power}", "teachers whose 1/‖V‖ fits float64")
    return value


def _shape(delta: float) -> float:
    """M(Δ)/Δ³: falls from 1/(3π) at 0 to 0.838247…/(3π) at π/2."""
    half = delta / 2
    near = _cubic(half)
    return _cubic(delta) - math.cos(half) * near / 2 - delta**3 * near**2 / 32


def _cubic(theta: float) -> float:
    """h(θ) = c(θ)/θ³ by its alternating series; on [0, π/2] the first term dominates."""
    square, value = theta * theta, 0.0
    for coefficient in reversed(_SERIES):
        value = value * square + coefficient
    return value


def _norm(entries: list[float]) -> tuple[int, float]:
    """(power, norm) with ‖entries‖ = norm·2^power, norm in [½, 1): ordered like the norms."""
    _, power = math.frexp(max(abs(entry) for entry in entries))
    mantissa, carry = math.frexp(math.hypot(*(math.ldexp(entry, -power) for entry in entries)))
    return power + carry, mantissa


def _fitting(mantissa: float, exponent: int) -> float | None:
    """mantissa·2^exponent; None if below the normal range, where digits are lost."""
    try:
        value = math.ldexp(mantissa, exponent)
    except OverflowError:
        raise OverflowError(
            f"{mantissa:.3g}·2^{exponent} does not fit float64: scale the teachers"
        ) from None
    return value if value >= sys.float_info.min else None
