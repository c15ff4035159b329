"""From scaled results back to the caller's units, saying which neuron does not fit in float64."""

from __future__ import annotations

import math

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.population.family import IntArray, SignedFamily


def _describe(family: SignedFamily, index: int) -> str:
    """``neuron W[3] has norm 1e+80``."""
    with np.errstate(over="ignore"):
        norm = np.ldexp(family.mantissas[index], family.exponents[index])
    which = f"W[{index}]" if index < family.students else f"V[{index - family.students}]"
    return f"neuron {which} has norm {f'{norm:.3g}' if np.isfinite(norm) else 'above 1.79e+308'}"


def _largest(family: SignedFamily) -> int:
    """The index of the neuron of largest norm."""
    alive = np.where(family.mantissas > 0.0, family.exponents, -5000)
    top = alive == alive.max()
    return int(np.argmax(np.where(top, family.mantissas, 0.0)))


def to_loss(scaled: float, family: SignedFamily, model: Model, *, what: str = "loss") -> float:
    """Return scaled·2^(2p·scale), p the mass power; ``OverflowError`` names the largest neuron."""
    try:
        return math.ldexp(scaled, 2 * model.mass_power * family.scale)
    except OverflowError:
        culprit = _describe(family, _largest(family))
        raise OverflowError(f"{what} overflows float64: {culprit}") from None


def to_rows(
    scaled: FloatArray,
    exponents: IntArray,
    family: SignedFamily,
    *,
    what: str,
    blame_row: bool = False,
) -> FloatArray:
    """Return scaled·2^exponents, first axis students; ``exponents`` has the leading axes.

    Raises ``OverflowError`` naming the first student whose row does not fit, and to blame the
    largest neuron, or with ``blame_row`` that student: its own norm may be what one divides by.
    """
    shift = exponents.reshape(exponents.shape + (1,) * (scaled.ndim - exponents.ndim))
    with np.errstate(over="ignore", under="ignore"):
        result: FloatArray = np.ldexp(scaled, shift)
    finite = np.isfinite(result).reshape(len(result), -1).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        culprit = _describe(family, row if blame_row else _largest(family))
        raise OverflowError(f"{what} of W[{row}] overflows float64: {culprit}")
    return result


def to_gradient_rows(
    pull: FloatArray, family: SignedFamily, model: Model, *, what: str = "gradient"
) -> FloatArray:
    """Rows ‖w_i‖^(p−1)·pull_i in the caller's units, each with one rounding at the end."""
    m, p = family.students, model.mass_power
    exponents = np.full(m, p * family.scale)
    if p == 2:
        pull = pull * family.mantissas[:m, None]
        exponents += family.exponents[:m]
    return to_rows(pull, exponents, family, what=what)
