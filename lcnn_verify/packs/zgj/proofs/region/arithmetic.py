"""The arithmetic of the independent checker: functions enclosed on boxes, in NumPy alone.

A function is a value, slopes and, with six coordinates, curves, beside a bound of all that is left
of it, rounding included. That bound is of order h² on a box of side h, and h³ with curves: so
three students take a tenth of the boxes that slopes alone would.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

Array = Any  # of float64: (boxes,) or (coordinates, boxes)

# IEEE float64 rounds +, −, ×, / and √ correctly: the result is wrong by at most 2⁻⁵³ of itself.
U = 1.2e-16  # more than 2⁻⁵³
UP = 1 + 4e-15  # lifts a result that is not negative over the thirty roundings that made it
TINY = 1e-300  # more than what is lost where a product underflows
_NONE = np.zeros((1, 1))  # the slopes of a number
J, K = np.tril_indices(6)[::-1]  # of six coordinates: pairs j ≤ k
HALF_OF_SQUARES = np.where(J == K, 0.5, 1.0)[:, None]


class Form:
    """A function f on a box, as centre + Σ_k slope_k ξ_k + Σ_{j≤k} curve_jk ξ_j ξ_k ± rest.

    The box is c_k + h_k ξ_k, |ξ_k| ≤ 1. There are curves on boxes of six coordinates alone.
    ``rest`` holds all else of f, and all rounding: |f − centre| ≤ ``reach`` = Σ|slope_k| +
    ``bent``. A number is a form of no box.
    """

    def __init__(
        self, centre: Array, slope: Array = _NONE, rest: Array = 0.0, curve: Array = _NONE
    ) -> None:
        self.centre, self.slope, self.curve, self.rest = centre, slope, curve, rest * UP
        self.bent = self.rest if curve is _NONE else (abs(curve).sum(0) + self.rest) * UP
        self.reach = self.bent if slope is _NONE else (abs(slope).sum(0) + self.bent) * UP

    def __add__(self, other: Form) -> Form:
        """The sum. Each coefficient is rounded once: by at most U of what it is."""
        centre, curve = self.centre + other.centre, self.curve + other.curve
        rounding = U * (abs(centre) + self.reach + other.reach)
        return Form(centre, self.slope + other.slope, self.rest + other.rest + rounding, curve)

    def __sub__(self, other: Form) -> Form:
        return self + Form(-other.centre, -other.slope, other.rest, -other.curve)

    def times(self, power: float) -> Form:
        """The product with a power of two, which rounds nothing."""
        part = self.centre * power, self.slope * power, self.rest * abs(power)
        return Form(*part, self.curve * power)

    def strays(self, other: Form) -> tuple[Array, Array]:
        """The product (f − centre)(g − centre): its curves, rounded up to 3 times, and the rest."""
        s, t = self.slope, other.slope
        if len(s) < 6 or len(t) < 6:
            return _NONE, self.reach * other.reach
        curve = (s[J] * t[K] + s[K] * t[J]) * HALF_OF_SQUARES
        return curve, self.reach * other.bent + self.bent * other.reach

    def __mul__(self, other: Form) -> Form:
        """The product (a + s)(b + t) = ab + (as + bt) + st."""
        a, b = abs(self.centre), abs(other.centre)
        slope = self.centre * other.slope + other.centre * self.slope
        curve, rest = self.strays(other)
        curve = curve + self.centre * other.curve + other.centre * self.curve
        rounding = 8 * U * ((a + self.reach) * (b + other.reach)) + TINY
        rest = rest + a * other.rest + b * self.rest + rounding
        return Form(self.centre * other.centre, slope, rest, curve)

    def through(
        self, value: Form, derivative: Form, bend: Array, second: Form, third: Array
    ) -> Form:
        """F(self), by Taylor at the centre: F, F′, F″ there, |F″| ≤ ``bend``, |F‴| ≤ ``third``."""
        steep, reach = abs(derivative.centre), self.reach
        rest = value.rest + steep * self.rest + reach * (derivative.rest + 8 * U * steep) + TINY
        curve, square = self.strays(self)
        if curve is _NONE:
            return Form(value.centre, derivative.centre * self.slope, rest + bend * square / 2)
        curved = third * reach < 3 * bend  # else, or where it is no number, F″ is of no use
        half = np.where(curved, second.centre, 0.0) / 2
        rounding = second.rest * reach * reach + 16 * U * abs(half) * reach * reach
        left = np.where(curved, third * reach / 3, bend) * reach * reach
        rest = rest + abs(half) * square + (rounding + left) / 2
        curve = derivative.centre * self.curve + half * curve
        return Form(value.centre, derivative.centre * self.slope, rest, curve)

    def positive(self) -> Array:
        """Whether the function is positive on all of the box."""
        return self.centre > self.reach * UP


def exact(number: float | Fraction) -> Form:
    """A number that ``float`` rounds correctly."""
    return Form(float(number), rest=abs(float(number)) * U + TINY)


ZERO, ONE, HALF = Form(0.0), Form(1.0), Form(0.5)
PI = Form(math.pi, rest=1.3e-16)
PI_HALF, PI_REST = 1.5707963267341256, 6.077100506506192e-11  # 33 bits of π/2, and the rest


def sine_cosine(x: Form) -> tuple[Form, Form]:
    """Sine and cosine of numbers |x| < 8: Taylor series at r = x − kπ/2, |r| < 0.79.

    k·PI_HALF has at most 36 bits, so that x − k·PI_HALF is exact, and r wrong by U·0.79 and 1e-24.
    The series end at r¹⁷ and r¹⁶, 2e-18 short. What is added to r in the sine is below 0.09, to 1
    in the cosine below 0.32, right to 6 roundings of itself, and rounded once: less than 5 U.
    """
    turns = np.rint(x.centre * 0.6366197723675814)
    r = (x.centre - turns * PI_HALF) - turns * PI_REST
    square, sums = r * r, []
    for last in (17, 16):
        total = 1.0 / math.factorial(last)
        for n in range(last - 2, 1, -2):
            total = 1.0 / math.factorial(n) - square * total
        sums.append(square * total)
    sine, cosine = r - r * sums[0], 1.0 - sums[1]
    quarter = np.where(abs(x.centre) < 8, turns, 0.0) % 4.0
    odd, rest = quarter % 2.0 == 1.0, np.where(abs(x.centre) < 8, 8 * U, np.inf) + x.reach
    return (
        Form(np.where(odd, cosine, sine) * np.where(quarter < 2.0, 1.0, -1.0), rest=rest),
        Form(np.where(odd, sine, cosine) * np.where(abs(quarter - 1.5) < 1, -1.0, 1.0), rest=rest),
    )


def cubic(angle: Form) -> tuple[Form, Form]:
    """The kernel's part c, and c′: c′(θ) = (2/π)θ sin|θ|, c″(θ) = (2/π)(sin|θ| + |θ|cos θ).

    |c‴(θ)| = (2/π)|2cos θ − |θ|sin|θ|| where θ ≠ 0, and c″ is continuous: it changes by at most
    ``third`` times the way, also across 0. So |c″| ≤ |c″(centre)| + third·reach on the box.
    """
    theta = abs(angle.centre)
    sine, cosine = sine_cosine(Form(theta))
    # Each of the three: sines wrong by ``rest``, and four roundings of less than 0.637(1 + θ).
    rest = 0.64 * (1 + theta) * (sine.rest + 4 * U)
    value = 0.6366197723675814 * (sine.centre - theta * cosine.centre)
    first = 0.6366197723675814 * angle.centre * sine.centre
    second = 0.6366197723675814 * (sine.centre + theta * cosine.centre)
    third = 0.637 * (2 + theta + angle.reach) * UP  # 0.637 > 2/π
    bend = (abs(second) + rest + third * angle.reach) * UP
    slope = Form(first, rest=rest)
    beside = Form(
        0.6366197723675814 * np.sign(angle.centre) * (2 * cosine.centre - theta * sine.centre),
        rest=2 * rest,
    )
    fourth = np.where(theta > angle.reach, 0.637 * (3 + theta + angle.reach) * UP, np.inf)
    return (
        angle.through(Form(value, rest=rest), slope, bend, Form(second, rest=rest), third),
        angle.through(slope, Form(second, rest=rest), third, beside, fourth),
    )
