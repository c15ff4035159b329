"""How far a float64 loss or gradient can be from the exact one.

The budget counts u = 2⁻⁵³ = ROUNDING/2, times (Σ mass)² for the loss and Σ mass for a pull, with
|·| and tied readout; ReLU halves k and unit readout drops the factor 2 in 2g û, so both cost less.

Family. A norm is off by 2u (products u, compensated sum u, halved by the root, root u), a mass by
5u, a unit vector by 3u. Hence ρ, as the units have it, by 6u, and |k'| ≤ 1 turns that into 6u of k.

Moments, in units of (2/π)Σ q·s for S and (2/π)Σ q·|asin ρ| for T, whose sum is at most Σ q:
- small: S 8u, T 6u. All sums are compensated.
- dense: S 25u, T 23u: BLOCK = 16 terms inside BLAS, a tree of 8 blocks, compensated sums of tiles,
  the products, the factor 2/π. An arcsine within 4 ulp adds 5u.
- planar: S 8u, T 20u, angles (2u each) included.
Their own argument, a ρ computed with error δ, does not reach g: d/dρ(√(1−ρ²) + ρ̃·asin ρ) = 0 at ρ̃.

Loss: ½(25 + 5 moments + 6 units + 5 mass of b + 5 mass of a + 5 assembly) ≤ 26u (planar 25u).
Pull: radially 2(25 + 5) moments + 18 units + 10 masses + 8 assembly + 6 norm and product ≤ 102u;
across û_i 10u units and |asin ρ_c − asin ρ|·sin θ·2/π ≤ 1.3δ, where δ ≤ 16u + 1u per doubling of d
past 16 in BLAS blocks, so at most 42u while d < 10⁶: in all √(102² + 52²) ≤ 115u (planar 100u).

What underflows inside the scaled sums is below 2⁻¹⁰⁰⁰ of them; only the last rounding, to the
caller's units, can be absolute: UNDERFLOW per number.
"""

from __future__ import annotations

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.population.scaling import ScaledFamily

ROUNDING = 2.0**-52
UNDERFLOW = 2.0**-1074
LOSS_UNITS = 16.0
"""|computed loss − exact| ≤ LOSS_UNITS·ROUNDING·(Σ mass)²."""
GRADIENT_UNITS = 60.0
"""‖computed pull_i − exact‖ ≤ GRADIENT_UNITS·ROUNDING·Σ mass."""


def loss_floor(scaled: ScaledFamily) -> float:
    """LOSS_UNITS·ROUNDING·(Σ mass)² in the caller's units, plus underflow; 0 if all neurons are."""
    floor = LOSS_UNITS * ROUNDING * float(scaled.family.masses.sum()) ** 2
    if floor == 0.0:
        return 0.0
    return scaled.to_loss(floor, what="rounding floor") + UNDERFLOW


def gradient_floor(scaled: ScaledFamily) -> FloatArray:
    """GRADIENT_UNITS·ROUNDING·‖w_i‖^(p−1)·Σ mass in the caller's units, (m,), plus underflow.

    0 for a zero student of tied readout, whose computed row is exact.
    """
    family = scaled.family
    m, d = family.students, family.units.shape[1]
    total = GRADIENT_UNITS * ROUNDING * float(family.masses.sum())
    rows = scaled.to_gradient_rows(np.full((m, 1), total), what="gradient rounding floor")[:, 0]
    moving = scaled.mantissas[:m] > 0.0 if family.power == 2 else np.full(m, total > 0.0)
    return np.where(moving, rows + UNDERFLOW * d, 0.0)
