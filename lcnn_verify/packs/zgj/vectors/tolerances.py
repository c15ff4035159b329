"""How far a right answer may be from the exact one, in each dtype.

An honest double sum over n = m + r neurons of dimension d, in float64 (ε = 2⁻⁵²) or float32
(2⁻²³), is off by rounding; with masses q = ‖a‖^p (p = 2 tied, 1 unit) and Q their sum, allowed are

    loss            (64 + 4(n + d))·ε·Q² + (2/π)·Σ_{a<b} q_a q_b β_ab
    gradient row i  ‖w_i‖^(p−1)·[(64 + 4(n + d))·ε·Q + (2/π)·p·Σ_{b≠i} q_b β_ib]   in Euclidean norm

plus the dtype's least normal number, d times for a row. β = ¼ε/max(sin θ, ε^¼) is for √(1 − ρ²)
as everybody writes it, which is that far off between nearly parallel neurons. *Measured*:
straightforward code in C stays below 5 units ε·Q². Near L = 0 the allowance exceeds the loss: there
float64 has no digits, and no judge may want any.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import mpmath
import numpy as np

from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.oracle.family import PreciseFamily, precise_family
from lcnn_verify.packs.zgj.vectors.decimals import exact

Dtype: TypeAlias = Literal["float64", "float32"]
_POWERS: dict[Dtype, tuple[int, int]] = {"float64": (-52, -1022), "float32": (-23, -126)}
SINGLE_RANGE = (1e-12, 1e8)
"""Norms for which ‖w‖⁻², ‖w‖⁴ and their sums stay inside float32."""
SINGLE_LARGEST = 1e-7
"""The least that the largest norm may be: (Σ mass)²·ε must not vanish in float32."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The largest error allowed: of the loss, and in Euclidean norm of each gradient row (m,)."""

    loss: float
    gradient: tuple[float, ...]


def tolerance(x: Instance, dtype: Dtype) -> Tolerance:
    """The allowance for a result of ``dtype`` at ``x``, rounded up to three digits."""
    m, d, p = len(x.W), x.W.shape[1], x.model.mass_power
    with mpmath.workdps(40):
        family = precise_family(x.W, x.V, x.model)
        masses, total = family.masses, mpmath.fsum(family.masses)
        if not total:
            return Tolerance(0.0, (0.0,) * m)
        epsilon, least = (mpmath.mpf(2) ** power for power in _POWERS[dtype])
        units = (64 + 4 * (len(masses) + d)) * epsilon
        blurs = [
            mpmath.fdot((masses[b], _blur(a, b, family, epsilon)) for b in range(len(masses)))
            for a in range(len(masses))
        ]
        pairs = mpmath.fdot(masses, blurs) / mpmath.pi
        rows = [
            norm ** (p - 1) * (units * total + 2 * p * blur / mpmath.pi) + d * least
            for norm, blur in zip(family.norms[:m], blurs, strict=False)
        ]
        return Tolerance(_up(units * total**2 + pairs + least), tuple(_up(row) for row in rows))


def _blur(a: int, b: int, family: PreciseFamily, epsilon: Any) -> Any:
    """β of two neurons; 0 of one."""
    if a == b:
        return mpmath.mpf(0)
    rho = mpmath.fdot(family.units[a], family.units[b])
    sine = mpmath.sqrt(max((1 - rho) * (1 + rho), mpmath.mpf(0)))
    return epsilon / (4 * max(sine, mpmath.sqrt(mpmath.sqrt(epsilon))))


def fits_float32(x: Instance) -> bool:
    """Whether every entry is a float32 number and every norm of a size float32 can work with."""
    rows = np.concatenate((x.W, x.V))
    with np.errstate(over="ignore", under="ignore"):
        same = bool(np.all(rows.astype(np.float32).astype(np.float64) == rows))
    sizes = np.abs(rows).max(axis=1)
    low, high = SINGLE_RANGE
    fit = (sizes == 0.0) | ((sizes >= low / 2) & (sizes <= high))
    largest = float(sizes.max())
    return same and bool(np.all(fit)) and (largest == 0.0 or largest >= SINGLE_LARGEST)


def _up(value: Any) -> float:
    """``value`` as a float of three digits, never below it."""
    context = Context(prec=3, rounding=ROUND_CEILING, Emin=-9999, Emax=9999)
    number = exact(value)
    rounded = float(context.divide(Decimal(number.numerator), Decimal(number.denominator)))
    return rounded if Fraction(rounded) >= number else float(np.nextafter(rounded, np.inf))
