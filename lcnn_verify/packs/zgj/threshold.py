"""The merged-teacher level M(Δ), the threshold ε₀(V), the rate κ(V) and the floor F(V), in float64.

All for the tied |·| model (THEORY §4: working constants, calibrated and not derived).
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.options import integer
from lcnn_verify.packs.zgj.geometry import closest_pair, line_angles
from lcnn_verify.packs.zgj.model import as_weights
from lcnn_verify.packs.zgj.oracle import loss as oracle_loss
from lcnn_verify.packs.zgj.oracle.teacher import coincident, reject_zero_rows
from lcnn_verify.packs.zgj.population import loss_and_gradient, rounding_floor

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


@dataclass(frozen=True, slots=True, eq=False)
class FloorEstimate:
    """What :func:`floor_level` found: students ``W`` (max(r − 1, 1), d) whose loss is ``value``.

    ``value``, in units of length⁴, is F(V) if ``label`` is "exact" (r = 1, the zero student) and
    else an upper bound on it, its rounding included; ``starts`` local searches were run.
    """

    value: float
    W: FloatArray
    label: Literal["upper bound", "exact"]
    starts: int


def floor_level(V: ArrayLike, *, starts: int = 16, seed: int = 0) -> FloorEstimate:
    """F(V) = inf of L over fewer than r students (THEORY §3, fact 8), bounded from above.

    Multi-start L-BFGS over r − 1 students: first each pair of teachers merged into one student,
    closest first, for half of ``starts``, then seeded random students. The best end points are
    compared, and ``value`` computed, by the oracle. *Measured*: tight for Δ ≥ 0.01; further down,
    where the search is blinded by float64's floor, within a factor of about 3 at r = 3. Raises
    :class:`InputError` on bad input, a zero or two coincident teachers, or when F underflows;
    ``OverflowError`` when F is too large.
    """
    teachers = as_weights("V", V)
    starts, seed = integer("starts", starts, 1), integer("seed", seed, 0)
    delta, pair = closest_pair(teachers)
    if delta == 0.0:
        raise coincident("V", pair)
    power = max(_norm(row) for row in teachers.tolist())[0]
    unit = np.ldexp(teachers, -power)  # exact, and no norm squared leaves float64
    if len(unit) == 1:
        zero = np.zeros_like(unit)
        return FloorEstimate(_floor(math.hypot(*unit[0]) ** 4 / 2, power), zero, "exact", 0)
    W, value = _lowest(unit, itertools.islice(_starts(unit, starts, seed), starts))
    return FloorEstimate(_floor(value, power), np.ldexp(W, power), "upper bound", starts)


def _floor(value: float, power: int) -> float:
    """The level ``value`` of the teachers scaled by 2^-power, scaled back."""
    level = _fitting(value, 4 * power)
    if level is None:
        raise InputError("V", f"norms of about 2^{power}", "teachers whose F(V) fits float64")
    return level


def _starts(V: FloatArray, starts: int, seed: int) -> Iterator[FloatArray]:
    """Starts for r − 1 students: merged pairs of teachers, closest first, then random ones."""
    r, d = V.shape
    angles = line_angles(V, V)
    pairs = sorted(itertools.combinations(range(r), 2), key=lambda pair: float(angles[pair]))
    for i, j in pairs[: (starts + 1) // 2]:
        # The pair's mass along the leading axis of Σ q v̂v̂ᵀ, which matches both moments best.
        mass, axis = np.linalg.eigh(V[[i, j]].T @ V[[i, j]])
        merged = math.sqrt(float(mass.sum())) * axis[:, -1]
        yield np.vstack((np.delete(V, (i, j), axis=0), merged))
    rng, total = np.random.default_rng(seed), float(np.sum(V * V))
    while True:
        drawn = rng.normal(size=(r - 1, d))
        masses = total * rng.dirichlet(np.ones(r - 1))
        yield drawn * np.sqrt(masses / np.sum(drawn * drawn, axis=1))[:, None]


def _lowest(V: FloatArray, starts: Iterator[FloatArray]) -> tuple[FloatArray, float]:
    """The end point of lowest loss, and that loss rounded up, for teachers of norm at most 1."""

    def objective(flat: FloatArray) -> tuple[float, FloatArray]:
        value, rows = loss_and_gradient(flat.reshape(-1, V.shape[1]), V)
        return value, rows.ravel()

    ends = []
    for start in starts:
        run = minimize(
            objective,
            start.ravel(),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": 2000, "maxcor": 20, "ftol": 0.0, "gtol": 1e-13},
        )
        ends.append((float(run.fun), run.x.reshape(start.shape)))
    best = min(value for value, _ in ends)
    # What float64 cannot tell from the best, the oracle ranks; few if the loss is far above.
    close = [W for value, W in ends if value - best <= 2 * rounding_floor(W, V)]
    value, W = min(((oracle_loss(W, V, dps=15), W) for W in close), key=lambda end: end[0])
    return W, math.nextafter(float(value), math.inf)


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
