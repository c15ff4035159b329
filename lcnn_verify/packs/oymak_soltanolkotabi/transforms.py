"""Kernels of softplus and tanh in mpmath, by Fourier transforms and trapezoidal sums (THEORY §6).

Another route than Gauss and Hermite's rule and than Mehler's series, at any precision, and as good
for nearly parallel inputs as for others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import Any

import mpmath

from lcnn_verify.numerics.activations import SOFTPLUS, TANH, Activation
from lcnn_verify.numerics.kits import DECIMALS

_RATES = {SOFTPLUS.name: 1, TANH.name: 2}  # a: the bell (a/2)sech²(ax/2) decays like e^{−a|x|}


def entry(sigma: Activation, rho: Any) -> Any:
    """ρ·E[φ′(g)φ′(h)], φ softplus or tanh, (g, h) normal with correlation ρ; at mpmath's precision.

    With u the bell of rate a: φ′ = u for tanh, and φ′ = (1 + ∫u)/2 for softplus, ∫u its odd
    primitive, so that E[φ′φ′] is ¼ plus a quarter of the integral of E[u(g)u(h)] over ρ.
    """
    return rho * _moment(sigma, rho, mpmath.mp.dps)


@cache  # directions of drawn integers share cosines
def _moment(sigma: Activation, rho: Any, dps: int) -> Any:
    """The double sum over i, j ≥ 0, of both signs at once; in integers, of which 2^bits is 1.

    Every factor is at most 2: e^{−(ω² ± 2ρωω′ + ω′²)/2} is taken apart by ω + ω′ and ω − ω′.
    """
    bits, a = int(3.33 * dps) + 24, _RATES[sigma.name]
    width, bell = _bell(a, dps)
    count, quarter = len(bell), width**2 / 4
    weights = _fixed(bell, bits)
    plus, minus = (
        _fixed(_gaussian(quarter * (1 + signed), 2 * count), bits) for signed in (rho, -rho)
    )
    slope, most = float(mpmath.pi * width / a), bits * math.log(2)
    step, total = float(width), 0
    for i, first in enumerate(weights):
        inner = 0
        for j in range(i, count):
            if slope * (i + j) + (step * (j - i)) ** 2 / 2 > most:
                break
            one, other = minus[i + j] * plus[j - i], plus[i + j] * minus[j - i]
            term = weights[j] * ((one + other if sigma is TANH else one - other) >> bits)
            if sigma is SOFTPLUS:  # (e^{ρωω′} − e^{−ρωω′})/(ωω′), of which width² comes below
                term = term // (i * j) if i else 0
            inner += term if j == i else 2 * term
        total += (first * inner) >> bits
    found = mpmath.ldexp(mpmath.mpf(total), -2 * bits) / (2 * mpmath.pi**2)
    if sigma is TANH:
        return found * width**2
    axis = mpmath.fsum(w * g for w, g in zip(bell, _gaussian(2 * quarter, count), strict=True))
    return (1 + found + rho * width**2 * (2 * axis - 1) / mpmath.pi**2) / 4


@cache
def _bell(a: int, dps: int) -> tuple[Any, tuple[Any, ...]]:
    """A width h, and the transform of the bell at 0 (a half of it), h, 2h, …: 2t/sinh t, t = πω/a.

    A sum of width h over it is that of the bell made periodic, and off by e^{−2πa/h}.
    """
    digits = dps * mpmath.log(10)
    width, found = 2 * mpmath.pi * a / (digits + 6), [mpmath.mpf(1)]
    while (t := mpmath.pi * len(found) * width / a) < digits:
        found.append(2 * t / mpmath.sinh(t))
    return width, tuple(found)


def _gaussian(rate: Any, count: int) -> list[Any]:
    """e^{−rate·s²} for the first ``count`` integers s ≥ 0."""
    found, ratio, square = [mpmath.mpf(1)], mpmath.exp(-rate), mpmath.exp(-2 * rate)
    while len(found) < count:
        found.append(found[-1] * ratio)
        ratio *= square
    return found


def _fixed(numbers: Iterable[Any], bits: int) -> list[int]:
    return [int(mpmath.ldexp(number, bits)) for number in numbers]


def square(sigma: Activation, j: int) -> Any:
    """μ_j² with μ_j = E[φ′(g)He_j(g)]/√j!, at mpmath's precision."""
    return _square(sigma, j, mpmath.mp.dps)


@cache
def _square(sigma: Activation, j: int, dps: int) -> Any:
    """By the trapezoidal rule: φ′ is analytic up to iπ/a, of which nine tenths count."""
    digits, strip = dps * mpmath.log(10), mpmath.mpf(9) / 10 * mpmath.pi / _RATES[sigma.name]
    width = 2 * mpmath.pi * strip / (digits + strip**2 / 2 + 6)
    reach = int((mpmath.sqrt(2 * digits) + 4) / width) + 1
    total = mpmath.mpf(0)
    for i in range(-reach, reach + 1):
        x, before, here = i * width, mpmath.mpf(0), mpmath.mpf(1)
        for m in range(j):
            before, here = here, x * here - m * before
        total += sigma.jet(x, DECIMALS)[1] * here * mpmath.exp(-x * x / 2)
    return (total * width) ** 2 / (2 * mpmath.pi * mpmath.factorial(j))
