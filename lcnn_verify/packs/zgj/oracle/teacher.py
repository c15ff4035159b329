"""Separation, merged-teacher level, threshold and rate of a teacher, at any precision."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.agreement import agreed, check_dps
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import TIED_ABS, as_weights
from lcnn_verify.packs.zgj.oracle.closed_form import exact_real, kernel_and_slope


def separation(V: ArrayLike, dps: int = 50) -> mpmath.mpf:
    """Δ, the least acute angle (radians) between two teacher lines of V (r, d); π/2 if r = 1.

    Relative error ≤ 10^-(dps-5), however small Δ; exactly 0 for coincident lines. Raises
    :class:`InputError` naming the row of a zero teacher. Source: THEORY §1.
    """
    teachers = as_weights("V", V)
    reject_zero_rows("V", teachers)
    return agreed("separation", lambda: _closest(teachers)[0], dps, 0)


def merged_level(delta: Any, dps: int = 50) -> mpmath.mpf:
    """M(Δ) = 1 + k(Δ) − 2k(Δ/2)² for an angle 0 < Δ ≤ π/2, relative error ≤ 10^-(dps-5).

    The level of two unit teachers merged into one student (THEORY §3, fact 8). ``delta`` is taken
    exactly; raises :class:`InputError` outside that range.
    """
    exact = exact_real("delta", delta)
    with mpmath.workdps(2 * check_dps(dps) + 20):
        # A float π/2 may lie an ulp past the real one.
        if not 0 < exact <= mpmath.pi / 2 * (1 + mpmath.mpf(2) ** -52):
            raise InputError("delta", repr(delta), "an angle in (0, π/2]")
    return agreed("merged level", lambda: _merged_level(exact), dps, 0)


def loss_threshold(V: ArrayLike, dps: int = 50) -> mpmath.mpf:
    """ε₀(V) = v_min⁴·M(Δ)/(8r) of THEORY §4 (tied |·|), relative error ≤ 10^-(dps-5).

    Units of length⁴. Raises :class:`InputError` naming a zero row or two coincident teachers.
    """
    teachers = as_weights("V", V)
    reject_zero_rows("V", teachers)

    def compute() -> Any:
        delta, pair = _closest(teachers)
        if not delta:
            raise coincident("V", pair)
        smallest = min(sum(entry**2 for entry in row) for row in _exact_rows(teachers))
        return smallest**2 * _merged_level(delta) / (8 * len(teachers))

    return agreed("loss threshold", compute, dps, 0)


def kappa(V: ArrayLike, dps: int = 50) -> mpmath.mpf:
    """κ(V) = 1/‖V‖_F of THEORY §4, in 1/length, relative error ≤ 10^-(dps-5).

    Raises :class:`InputError` naming the row of a zero teacher.
    """
    teachers = as_weights("V", V)
    reject_zero_rows("V", teachers)

    def compute() -> Any:
        return 1 / mpmath.sqrt(
            mpmath.fsum((e for row in _exact_rows(teachers) for e in row), squared=True)
        )

    return agreed("kappa", compute, dps, 0)


def reject_zero_rows(name: str, weights: FloatArray) -> None:
    """Raise :class:`InputError` naming the first zero row, if any."""
    for row, nonzero in enumerate(np.any(weights, axis=1).tolist()):
        if not nonzero:
            raise InputError(name, f"a zero neuron at row {row}", "nonzero rows")


def coincident(name: str, pair: tuple[int, int]) -> InputError:
    """The error for two neurons on one line."""
    return InputError(name, f"rows {pair[0]} and {pair[1]} on one line", "pairwise distinct lines")


def integer_rows(weights: FloatArray) -> list[list[int]]:
    """Each row as integers, scaled by its own power of two: the same line, without rounding."""
    rows = []
    for row in weights.tolist():
        ratios = [entry.as_integer_ratio() for entry in row]
        common = max(denominator for _, denominator in ratios)
        rows.append([top * (common // bottom) for top, bottom in ratios])
    return rows


def exact_tangent(a: list[int], b: list[int]) -> tuple[int, int]:
    """(‖a‖²‖b‖² − (a·b)², |a·b|) of integer rows: tan² and 1 of their acute angle, times (a·b)².

    Exact, so an angle keeps all its digits however small; 0 first exactly when a ∥ b.
    """
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    squares = sum(x * x for x in a) * sum(y * y for y in b)
    return squares - dot * dot, abs(dot)


def _closest(V: FloatArray) -> tuple[Any, tuple[int, int]]:
    """(Δ, the pair of rows that attains it) at the precision in force."""
    best: tuple[Any, tuple[int, int]] = (mpmath.pi / 2, (0, 0))
    rows = integer_rows(V)
    for j in range(len(rows)):
        for i in range(j):
            cross, dot = exact_tangent(rows[i], rows[j])
            angle = mpmath.atan2(mpmath.sqrt(cross), dot)
            if angle < best[0]:
                best = (angle, (i, j))
    return best


def _exact_rows(V: FloatArray) -> list[list[Any]]:
    return [[mpmath.mpf(entry) for entry in row] for row in V.tolist()]


def _merged_level(delta: Any) -> Any:
    """M(Δ) at the precision in force: as many digits more as its Δ³ cancels."""
    lost = 4 * max(0, -math.floor(mpmath.log10(delta)))
    with mpmath.workdps(mpmath.mp.dps + lost):
        half, _ = kernel_and_slope(mpmath.cos(delta / 2), TIED_ABS)
        whole, _ = kernel_and_slope(mpmath.cos(delta), TIED_ABS)
        return 1 + whole - 2 * half**2
