"""Between the caller's units and those in which no sum overflows, and the rounding floors there.

How far a float64 loss or gradient can be from the exact one: the budget counts u = 2⁻⁵³ =
ROUNDING/2, times (Σ mass)² for the loss and Σ mass for a pull, with |·| and tied readout; ReLU
halves k and unit readout drops the factor 2 in 2g û, so both cost less.

Family. A norm is off by 2u (products u, compensated sum u, halved by the root, root u), a mass by
5u, a unit vector by 3u. Hence ρ, as the units have it, by 6u, and |k'| ≤ 1 turns that into 6u of k.

Moments, in units of (2/π)Σ q·s for S and (2/π)Σ q·|asin ρ| for T, whose sum is at most Σ q:
- pairs: S 24u, T 25u: BLOCK = 16 terms plainly, compensated sums of blocks (2u), the product c·q·b̂
  (1u), the factor 2/π (2u), a sine or an arc within 2 ulp (4u).
- planar: S 8u, T 20u, angles (2u each) included.
Their own argument, a ρ computed with error δ, does not reach g: d/dρ(√(1−ρ²) + ρ̃·asin ρ) = 0 at ρ̃.

Loss: ½(25 moments + 6 units + 5 mass of b + 5 mass of a + 5 assembly) ≤ 23u (planar 25u).
Pull: radially 2·25 moments + 18 units + 10 masses + 8 assembly + 6 norm and product ≤ 92u; across
û_i 10u units and |asin ρ_c − asin ρ|·sin θ·2/π ≤ 1.3δ, where δ ≤ 34u: PANEL = 32 terms plainly,
panels compensated. In all √(92² + 55²) ≤ 108u (planar 100u).

What underflows inside the scaled sums is below 2⁻¹⁰⁰⁰ of them; only the last rounding, to the
caller's units, can be absolute: UNDERFLOW per number.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import unnoticed
from lcnn_verify.packs.zgj.model import ModelLike, as_model
from lcnn_verify.packs.zgj.population.family import Family, IntArray, scaled_rows, signed


class ScaledFamily(NamedTuple):
    """A family in units where nothing overflows, and the way back to the caller's.

    ‖a‖ = ``mantissas`` · 2**``exponents`` (n,) exactly as computed; the family's masses are ‖a‖^p
    divided by 2**(p·``scale``), at most 1, so sums of their products neither overflow nor lose a
    digit to underflow that could matter at double precision.
    """

    family: Family
    mantissas: FloatArray
    exponents: IntArray
    scale: int

    def to_loss(self, value: float, *, what: str = "loss") -> float:
        """Return value·2^(2p·scale); ``OverflowError`` names the largest neuron."""
        try:
            return math.ldexp(value, 2 * self.family.power * self.scale)
        except OverflowError:
            culprit = self._describe(self._largest())
            raise OverflowError(f"{what} overflows float64: {culprit}") from None

    def to_rows(
        self, values: FloatArray, exponents: IntArray, *, what: str, blame_row: bool = False
    ) -> FloatArray:
        """Return values·2^exponents, first axis students; ``exponents`` has the leading axes.

        Raises ``OverflowError`` naming the first student whose row does not fit, and to blame the
        largest neuron, or with ``blame_row`` that student: one may divide by its own norm.
        """
        shift = exponents.reshape(exponents.shape + (1,) * (values.ndim - exponents.ndim))
        with np.errstate(over="ignore", under="ignore"):
            result: FloatArray = np.ldexp(values, shift)
        finite = np.isfinite(result)
        if not finite.all():
            row = int(np.argwhere(~finite)[0, 0])
            raise self._overflow(what, row, row if blame_row else self._largest())
        return result

    def to_gradient_rows(self, pull: FloatArray, *, what: str = "gradient") -> FloatArray:
        """Rows ‖w_i‖^(p−1)·pull_i in the caller's units, each with one rounding at the end."""
        power = self.family.power
        with unnoticed():
            rows, beyond = scaled_rows(
                pull, self.mantissas, self.exponents, power * self.scale, power
            )
        if beyond >= 0:
            raise self._overflow(what, beyond, self._largest())
        return rows

    def _overflow(self, what: str, row: int, culprit: int) -> OverflowError:
        return OverflowError(f"{what} of W[{row}] overflows float64: {self._describe(culprit)}")

    def _describe(self, index: int) -> str:
        """``neuron W[3] has norm 1e+80``."""
        with np.errstate(over="ignore"):
            norm = np.ldexp(self.mantissas[index], self.exponents[index])
        m = self.family.students
        which = f"W[{index}]" if index < m else f"V[{index - m}]"
        size = f"{norm:.3g}" if np.isfinite(norm) else "above 1.79e+308"
        return f"neuron {which} has norm {size}"

    def _largest(self) -> int:
        """The index of the neuron of largest norm."""
        alive = np.where(self.mantissas > 0.0, self.exponents, -5000)
        top = alive == alive.max()
        return int(np.argmax(np.where(top, self.mantissas, 0.0)))


def scaled_family(W: FloatArray, V: FloatArray, model: ModelLike) -> ScaledFamily:
    """Build the signed family of trusted matrices W (m, d) and V (r, d).

    Raises ``InputError`` if ``model`` is none, nor the name of one.
    """
    model = as_model(model)
    power = model.mass_power
    alpha, beta = model.kernel_weights
    with unnoticed():
        units, masses, signs, mantissas, exponents, scale = signed(W, V, power)
    family = Family(units, masses, signs, len(W), alpha, beta, power)
    return ScaledFamily(family, mantissas, exponents, scale)


ROUNDING = 2.0**-52
UNDERFLOW = 2.0**-1074
LOSS_UNITS = 16.0
"""|computed loss − exact| ≤ LOSS_UNITS·ROUNDING·(Σ mass)²."""
GRADIENT_UNITS = 60.0
"""‖computed pull_i − exact‖ ≤ GRADIENT_UNITS·ROUNDING·Σ mass; 108u is 54 of them.

A bound that is proved cannot be lowered to the worst seen, 4.8. That no sum has lost its
compensation is therefore asked of crowds that make it cost more (zgj.form.paths).
"""


def loss_floor(scaled: ScaledFamily, units: float = LOSS_UNITS * ROUNDING) -> float:
    """``units``·(Σ mass)² in the caller's units, plus underflow; 0 if all neurons are."""
    floor = units * float(scaled.family.masses.sum()) ** 2
    if floor == 0.0:
        return 0.0
    return scaled.to_loss(floor, what="rounding floor") + UNDERFLOW


def gradient_floor(scaled: ScaledFamily, units: float = GRADIENT_UNITS * ROUNDING) -> FloatArray:
    """``units``·‖w_i‖^(p−1)·Σ mass in the caller's units, (m,), plus underflow.

    0 for a zero student of tied readout, whose computed row is exact.
    """
    family = scaled.family
    m, d = family.students, family.units.shape[1]
    total = units * float(family.masses.sum())
    rows = scaled.to_gradient_rows(np.full((m, 1), total), what="gradient rounding floor")[:, 0]
    moving = scaled.mantissas[:m] > 0.0 if family.power == 2 else np.full(m, total > 0.0)
    return np.where(moving, rows + UNDERFLOW * d, 0.0)
