"""Entire even functions of an angle by their power series with a rigorous remainder, as balls.

All are Σ (−1)^k c_k θ^{2k} with c_k an integer over a factorial, for |θ| ≤ 4: there every term from
the fifth on is at most half the one before it, so the last one kept bounds all that follow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from flint import arb, fmpq

from lcnn_verify.numerics.balls import square, widened

TERMS = 15
"""How many terms are kept: the remainder is below 2⁻⁸⁰ on [0, π/2] and 2⁻⁵⁰ on [0, π]."""


def coefficients(numerator: Callable[[int], int], shift: int) -> tuple[Fraction, ...]:
    """(−1)^k·numerator(k)/(2k + shift)! for k below :data:`TERMS`, exactly."""
    return tuple(
        Fraction((-1) ** k * numerator(k), math.factorial(2 * k + shift)) for k in range(TERMS)
    )


SINC = coefficients(lambda k: 1, 1)
"""sin θ/θ."""
CUBIC = coefficients(lambda k: 2 * k + 2, 3)
"""(sin θ − θ cos θ)/θ³."""
CUBIC_SLOPE = coefficients(lambda k: -(2 * k + 2) * (2 * k + 4), 5)
"""The derivative of that, over θ."""
GAP_SLOPE = coefficients(lambda k: -(2 * k + 2), 5)
"""The derivative of (θ − sin θ)/θ³, over θ."""


def even_series(terms: Sequence[Fraction], theta: arb) -> arb:
    """Σ terms[k]·θ^{2k} and all that follows it, for |θ| ≤ 4, at the precision in force."""
    variable = square(theta)
    total = arb(0)
    for term in reversed(terms):
        total = total * variable + fmpq(term.numerator, term.denominator)
    last = abs(terms[-1])
    return widened(total, fmpq(last.numerator, last.denominator) * variable ** (len(terms) - 1))
