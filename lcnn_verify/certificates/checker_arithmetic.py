"""The checker's own arithmetic: balls of float64 with outward rounding, sines, slopes over boxes.

Arrays hold one box per column. IEEE arithmetic rounds +, −, × correctly: an ulp is added for each.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

A = Any
"""float64 arrays, (boxes,) or (coordinates, boxes)."""
U = 1.2e-16
"""More than the relative error of one rounding, 2⁻⁵³."""
UP = 1 + 4e-15
"""Lifts a positive result over the errors of the thirty roundings before it."""


class Ball:
    """All numbers within ``r`` of ``m``."""

    def __init__(self, m: A, r: A = 0.0) -> None:
        self.m, self.r = np.asarray(m), np.asarray(r)

    def __add__(self, o: Ball) -> Ball:
        m = self.m + o.m
        return Ball(m, (self.r + o.r + U * abs(m)) * UP)

    def __neg__(self) -> Ball:
        return Ball(-self.m, self.r)

    def __sub__(self, o: Ball) -> Ball:
        return self + -o

    def __mul__(self, o: Ball) -> Ball:
        m = self.m * o.m
        spread = abs(self.m) * o.r + self.r * (abs(o.m) + o.r)
        return Ball(m, (spread + U * abs(m) + 1e-300) * UP)

    def wider(self, by: A) -> Ball:
        """The ball with ``by`` added to its radius."""
        return Ball(self.m, (self.r + by) * UP)

    def size(self) -> A:
        """A bound of the absolute values in it."""
        return (abs(self.m) + self.r) * UP

    def low(self) -> A:
        """A lower bound of the numbers in it."""
        return self.m - self.r - 4 * U * (abs(self.m) + self.r)

    def high(self) -> A:
        """An upper bound of the numbers in it."""
        return self.m + self.r + 4 * U * (abs(self.m) + self.r)


def exact(number: Fraction) -> Ball:
    """A ball around a rational number, which ``float`` rounds correctly."""
    return Ball(float(number), abs(float(number)) * U)


ZERO, ONE, HALF, TWO = Ball(0.0), Ball(1.0), Ball(0.5), Ball(2.0)
PI = Ball(math.pi, 1.3e-16)  # π − math.pi = 1.22…e-16
SCALE = Ball(0.6366197723675814, 1e-16)  # 2/π = 0.636619772367581343…


SERIES = [
    [exact(Fraction((-1) ** (n // 2), math.factorial(n))) for n in range(18 + first, -1, -2)]
    for first in (1, 0)
]
"""Coefficients of sin(y)/y and of cos(y) in y², the highest first."""


def sine_cosine(x: Ball) -> tuple[Ball, Ball]:
    """Sine and cosine: quarter turns off, then Taylor series for |y| < 0.8, nothing for wider y."""
    turns = np.rint(x.m * (2 / math.pi))
    y = x - PI * HALF * Ball(turns)
    square, sums = y * y, []
    for series in SERIES:
        total = ZERO
        for coefficient in series:
            total = coefficient + square * total
        # The next term, 0.8²⁰/20!, is below 5e-21.
        sums.append(total.wider(np.where(y.size() < 0.8, 1e-20, np.inf)))
    s, c, quarter = y * sums[0], sums[1], np.mod(turns, 4)
    odd, down = quarter % 2 == 1, np.where(quarter >= 2, -1.0, 1.0)
    left = np.where((quarter == 1) | (quarter == 2), -1.0, 1.0)
    return (
        Ball(np.where(odd, c.m, s.m) * down, np.where(odd, c.r, s.r)),
        Ball(np.where(odd, s.m, c.m) * left, np.where(odd, s.r, c.r)),
    )


class Slopes:
    """f(x) ∈ f(c) + Σ_k s_k (x_k − c_k) and |f(x) − f(c)| ≤ p over boxes centred c.

    f(c) is the ball ``c`` (boxes,), the slopes the ball ``s`` (coordinates, boxes).
    """

    def __init__(self, c: Ball, s: Ball, p: A) -> None:
        self.c, self.s, self.p = c, s, p

    def __add__(self, o: Slopes | Ball) -> Slopes:
        if isinstance(o, Ball):
            return Slopes(self.c + o, self.s, self.p)
        return Slopes(self.c + o.c, self.s + o.s, (self.p + o.p) * UP)

    def __neg__(self) -> Slopes:
        return Slopes(-self.c, -self.s, self.p)

    def __sub__(self, o: Slopes | Ball) -> Slopes:
        return self + -o

    def __mul__(self, o: Slopes | Ball) -> Slopes:
        """f·g, from f g − f(c) g(c) = ½(f + f(c))(g − g(c)) + ½(g + g(c))(f − f(c))."""
        if isinstance(o, Ball):
            return Slopes(self.c * o, self.s * o, self.p * o.size() * UP)
        s = o.s * self.c.wider(self.p / 2) + self.s * o.c.wider(o.p / 2)
        p = (self.c.size() * o.p + self.p * (o.c.size() + o.p)) * UP
        return Slopes(self.c * o.c, s, p)

    def steps(self, radii: A) -> A:
        """What each coordinate can add to |f − f(c)|."""
        return self.s.size() * radii * UP

    def within(self, radii: A) -> Slopes:
        """The same, p cut to what the slopes allow."""
        return Slopes(self.c, self.s, np.minimum(self.p, self.steps(radii).sum(0) * UP))


def composed(at: Ball, parts: list[tuple[Slopes, Ball, A]], radii: A) -> Slopes:
    """h(f, …) with h(f(c), …) = ``at``; for each f: f, ∂h there, how far ∂h's mean may stray."""
    slopes, reach = ZERO, 0.0
    for f, first, stray in parts:
        mean = first.wider(stray)
        slopes, reach = slopes + f.s * mean, (reach + mean.size() * f.p) * UP
    return Slopes(at, slopes, reach).within(radii)


def cubic(theta: Ball) -> tuple[Ball, Ball, Ball]:
    """c(θ) = (2/π)(sin|θ| − |θ|cos θ), c′ = (2/π)θ sin|θ| and c″ = (2/π)(sin|θ| + |θ|cos θ)."""
    t = Ball(abs(theta.m), theta.r)
    s, c = sine_cosine(t)
    return SCALE * (s - t * c), SCALE * theta * s, SCALE * (s + t * c)


def cubic_slopes(a: Slopes, h: A) -> tuple[Slopes, Slopes]:
    """c(a) and c′(a), by |c‴| ≤ (2/π)(2 + |θ|)."""
    v0, v1, v2 = cubic(a.c)
    third = SCALE.high() * (2 + a.c.size() + a.p) * UP
    turn = (v2.size() + third * a.p) * a.p / 2 * UP
    return composed(v0, [(a, v1, turn)], h), composed(v1, [(a, v2, third * a.p / 2 * UP)], h)


def cubic_differences(a: Slopes, b: Slopes, h: A) -> tuple[Slopes, Slopes]:
    """c(a − b) − c(a) and c′(a − b) − c′(a): small with b, by |c‴| as above, |c⁗| ≤ (2/π)(3 + |θ|).

    c‴ jumps at θ = 0, so its own difference is small with b only where a − b and a keep one sign.
    """
    (v0, v1, v2), t = cubic(a.c), a.c - b.c
    (w0, w1, w2), width, small = cubic(t), (a.p + b.p) * UP, (b.c.size() + b.p) * UP
    size = (a.c.size() + a.p + small) * UP
    third, fourth = SCALE.high() * (2 + size) * UP, SCALE.high() * (3 + size) * UP
    turn = (w2.size() + width * third) * UP
    up = (t.low() > width) & (a.c.low() > a.p)
    down = (t.high() < -width) & (a.c.high() < -a.p)
    jump = np.where(up | down, np.minimum(fourth * small, 2 * third), 2 * third)
    half = UP / 2
    value = [(a, w1 - v1, half * (third * small * a.p + turn * b.p)), (b, -w1, half * turn * width)]
    slope = [(a, w2 - v2, half * (jump * a.p + third * b.p)), (b, -w2, half * third * width)]
    return composed(w0 - v0, value, h), composed(w1 - v1, slope, h)
