"""Between the caller's units and those in which no sum overflows: there once, back once."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import ModelLike, as_model
from lcnn_verify.packs.zgj.population.family import Family, IntArray, directions, masses_of


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
            culprit = self._describe(row if blame_row else self._largest())
            raise OverflowError(f"{what} of W[{row}] overflows float64: {culprit}")
        return result

    def to_gradient_rows(self, pull: FloatArray, *, what: str = "gradient") -> FloatArray:
        """Rows ‖w_i‖^(p−1)·pull_i in the caller's units, each with one rounding at the end."""
        m, p = self.family.students, self.family.power
        exponents = np.full(m, p * self.scale)
        if p == 2:
            pull = pull * self.mantissas[:m, None]
            exponents += self.exponents[:m]
        return self.to_rows(pull, exponents, what=what)

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
    signs = np.ones(len(W) + len(V))
    signs[len(W) :] = -1.0
    with np.errstate(under="ignore"):  # which plain Python bodies would notice
        units, mantissas, exponents = directions(np.concatenate((W, V)))
        masses, scale = masses_of(mantissas, exponents, power)
    family = Family(units, masses, signs, len(W), alpha, beta, power)
    return ScaledFamily(family, mantissas, exponents, scale)
